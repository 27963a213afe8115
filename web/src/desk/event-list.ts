// The events that the reader helps to run, with links to their pages.
import { asProblem, at, get, type Schemas } from "../api/client.ts";
import { MAY, ownRoles, ROLES, type Role } from "../api/roles.ts";
import { user } from "../api/session.ts";
import { el, find } from "../ui/elements.ts";
import { exact } from "../ui/format.ts";

const root = find(document, "[data-hosting]", HTMLElement);
const STATES: Record<Schemas["EventState"], string> = {
  draft: "Draft",
  published: "Published",
  archived: "Archived",
};

function row(event: Schemas["Event"], role: Role | undefined): HTMLElement {
  return el(
    "li",
    { class: "hosted" },
    el(
      "div",
      {},
      el("h2", {}, event.name),
      el("p", { class: "muted" }, el("time", { datetime: event.starts_at }, exact(event.starts_at, event.timezone))),
      el("p", { class: "muted" }, `${STATES[event.state ?? "draft"]} · ${role ? ROLES[role] : ""}`),
    ),
    el(
      "p",
      { class: "hosted-ways" },
      MAY.read.has(role) && way("Sales", `/events/${event.id}/sales`, event, ""),
      MAY.read.has(role) && way("Check-in", `/events/${event.id}/check-in`, event),
      MAY.announce.has(role) && way("Announce", `/events/${event.id}/announce`, event),
      MAY.review.has(role) && way("Proposals", `/events/${event.id}/review`, event),
      way("People", `/events/${event.id}/people`, event),
      event.state === "published" && way("Public page", `/e/${event.slug ?? event.id}`, event),
    ),
  );
}

function way(name: string, href: string, event: Schemas["Event"], kind = "quiet"): HTMLElement {
  return el("a", { class: `button ${kind}`, href }, name, el("span", { class: "hidden" }, ` of ${event.name}`));
}

async function load(): Promise<void> {
  try {
    const [events, held] = await Promise.all([get(at("/events", {}, { view: "all" })), ownRoles()]);
    const rows = events.items.map((event) => row(event, held.get(event.id)));
    const none = el("p", { class: "empty" }, "You run no event yet. An organiser can invite you to the staff of one.");
    root.replaceChildren(rows.length ? el("ul", {}, ...rows) : none);
  } catch (error) {
    const again = el("button", { class: "button quiet", type: "button", onclick: load }, "Try again");
    root.replaceChildren(
      el("div", { class: "notice bad", role: "alert" }, asProblem(error).message),
      el("div", { class: "actions" }, again),
    );
  }
  root.removeAttribute("aria-busy");
}

if (user()) load();
else location.replace("/sign-in?next=%2Fevents");

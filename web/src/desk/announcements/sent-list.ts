// The announcements that were sent, newest first, each with its progress. Rows stay the same elements while their numbers
// rise, so that focus and reading position stay.
import { asProblem, at, get, type Schemas } from "../../api/client.ts";
import { ROLES } from "../../api/roles.ts";
import { el } from "../../ui/elements.ts";
import { exact } from "../../ui/format.ts";
import { textOf } from "../../ui/rich-text.ts";

type Announcement = Schemas["Announcement"];
type TicketType = Pick<Schemas["TicketTypeRead"], "id" | "name">;
type Event = Pick<Schemas["Event"], "id" | "timezone">;

const PAGE = 50;

/** Returns to whom an announcement goes, as the end of a sentence. `types` are the event's ticket types. */
export function addressees({ roles, ticket_type_ids: ids }: Schemas["Audience"], types: TicketType[]): string {
  if (roles)
    return roles
      .map((role) => ROLES[role] ?? role)
      .join(", ")
      .toLowerCase();
  if (!ids) return "everybody with a ticket";
  const names = new Map(types.map((type) => [type.id, type.name]));
  return `whoever has ${ids.map((id) => names.get(id) ?? "a ticket that is gone").join(" or ")}`;
}

/** The list. `refresh` never raises; `moving` says whether one is still being sent. */
export interface SentList {
  element: HTMLElement;
  refresh: () => Promise<void>;
  moving: () => boolean;
}

/** An announcement in the list. `update` takes its newer state and returns whether it was sent with that. */
interface Row {
  element: HTMLElement;
  update: (one: Announcement) => boolean;
  moving: () => boolean;
}

/** Returns the list of an event's announcements; `types` are its ticket types. */
export function sentList(event: Event, types: TicketType[]): SentList {
  const pageAt = (cursor?: string) => at("/events/{event}/announcements", { event: event.id }, { limit: PAGE, cursor });
  const rows = new Map<string, Row>();
  const list = el("ul", { class: "letters" });
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const none = el("p", { class: "empty", hidden: true }, "Nothing was announced yet.");
  const spoken = el("p", { class: "hidden", role: "status" });
  const older = el("button", { class: "button quiet", type: "button", hidden: true }, "Show older ones");
  let cursor: string | null | undefined;

  /** Makes a row for each that is not there yet, and updates the others. Returns the new ones. */
  function take(items: Announcement[]): HTMLElement[] {
    const fresh: HTMLElement[] = [];
    for (const one of items) {
      const known = rows.get(one.id);
      if (known?.update(one)) spoken.textContent = `“${one.title}” is sent.`;
      if (known) continue;
      const made = row(one, event, types);
      rows.set(one.id, made);
      fresh.push(made.element);
    }
    return fresh;
  }

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      problem.hidden = true;
    } catch (refusal) {
      problem.textContent = asProblem(refusal).message;
      problem.hidden = false;
    }
    none.hidden = rows.size > 0 || !problem.hidden;
    older.hidden = !cursor;
  }

  const refresh = () =>
    attempt(async () => {
      const page = await get(pageAt());
      list.prepend(...take(page.items));
      if (cursor === undefined) cursor = page.next_cursor;
    });

  older.addEventListener("click", () =>
    attempt(async () => {
      const page = await get(pageAt(cursor ?? ""));
      const fresh = take(page.items);
      list.append(...fresh);
      cursor = page.next_cursor;
      fresh[0]?.querySelector("summary")?.focus();
    }),
  );
  const heading = el("h2", { id: "sent", class: "section-title" }, "Sent");
  const element = el(
    "section",
    { "aria-labelledby": "sent" },
    heading,
    problem,
    none,
    spoken,
    list,
    el("div", { class: "ways" }, older),
  );
  return { element, refresh, moving: () => [...rows.values()].some((one) => one.moving()) };
}

function row(one: Announcement, event: Event, types: TicketType[]): Row {
  const label = el("span", { class: "label" });
  const far = el("span");
  const when = el("time", { datetime: one.created_at }, exact(one.created_at, event.timezone));
  const details = el(
    "details",
    {},
    el("summary", {}, "Read it", el("span", { class: "hidden" }, `: ${one.title}`)),
    el("div", { class: "letter-text" }, textOf(one.message)),
  );
  const element = el(
    "li",
    {},
    el("h3", {}, one.title),
    el("p", { class: "muted" }, when, ` · To ${addressees(one.audience, types)}`),
    el("p", {}, label, " ", far),
    details,
  );
  let moving = true;

  function update({ state, counts }: Announcement): boolean {
    const done = state === "sent";
    const arrived = moving && done;
    moving = !done;
    label.className = `label ${done ? "good" : "warn"}`;
    label.textContent = done ? "Sent" : "On its way";
    const { recipients = 0, delivered = 0, mailed = 0 } = counts;
    const parts = [
      count(recipients, "person", "people"),
      count(delivered, "inbox", "inboxes"),
      count(mailed, "mail", "mails"),
    ];
    far.textContent = `${parts.join(", ")}${done ? "" : " so far"}`;
    return arrived;
  }
  update(one);
  return { element, update, moving: () => moving };
}

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}

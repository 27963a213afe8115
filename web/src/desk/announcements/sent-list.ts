// What was announced before, newest first, each with how far it is. Rows stay the same elements while their numbers
// rise, so that whoever is reading one, or is on it with the keyboard, stays there.
import { get } from "../../api/client.ts";
import { ROLES } from "../../api/roles.ts";
import { el } from "../../ui/elements.ts";
import { exact } from "../../ui/format.ts";
import { textOf } from "../../ui/rich-text.ts";

const PAGE = 50;

/** To whom, as the end of a sentence. @param {{id: string, name: string}[]} types the event's ticket types */
export function addressees({ roles, ticket_type_ids: ids }, types) {
  if (roles)
    return roles
      .map((role) => ROLES[role] ?? role)
      .join(", ")
      .toLowerCase();
  if (!ids) return "everybody with a ticket";
  const names = new Map(types.map((type) => [type.id, type.name]));
  return `whoever has ${ids.map((id) => names.get(id) ?? "a ticket that is gone").join(" or ")}`;
}

/**
 * @param {{id: string, timezone: string}} event
 * @param {{id: string, name: string}[]} types its ticket types
 * @returns {{element: HTMLElement, refresh: () => Promise<void>, moving: () => boolean}} `refresh` never raises
 */
export function sentList(event, types) {
  const path = `/events/${event.id}/announcements?limit=${PAGE}`;
  const rows = new Map();
  const list = el("ul", { class: "letters" });
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const none = el("p", { class: "empty", hidden: true }, "Nothing was announced yet.");
  const spoken = el("p", { class: "hidden", role: "status" });
  const older = el("button", { class: "button quiet", type: "button", hidden: true }, "Show older ones");
  let cursor;

  /** A row for each that is not there yet; what is there says how far it is now. @returns {HTMLElement[]} the new ones */
  function take(items) {
    const fresh = [];
    for (const one of items) {
      const known = rows.get(one.id);
      if (known?.tell(one)) spoken.textContent = `“${one.title}” is sent.`;
      if (known) continue;
      const made = row(one, event, types);
      rows.set(one.id, made);
      fresh.push(made.element);
    }
    return fresh;
  }

  async function attempt(work) {
    try {
      await work();
      problem.hidden = true;
    } catch (refusal) {
      problem.textContent = refusal.message;
      problem.hidden = false;
    }
    none.hidden = rows.size > 0 || !problem.hidden;
    older.hidden = !cursor;
  }

  const refresh = () =>
    attempt(async () => {
      const page = await get(path);
      list.prepend(...take(page.items));
      if (cursor === undefined) cursor = page.next_cursor;
    });

  older.addEventListener("click", () =>
    attempt(async () => {
      const page = await get(`${path}&cursor=${encodeURIComponent(cursor)}`);
      const fresh = take(page.items);
      list.append(...fresh);
      cursor = page.next_cursor;
      fresh[0]?.querySelector("summary").focus();
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

/** One announcement. `tell` takes its newer state and answers whether it has arrived with that. */
function row(one, event, types) {
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

  function tell({ state, counts }) {
    const done = state === "sent";
    const arrived = moving && done;
    moving = !done;
    label.className = `label ${done ? "good" : "warn"}`;
    label.textContent = done ? "Sent" : "On its way";
    const { recipients, delivered, mailed } = counts;
    const parts = [
      count(recipients, "person", "people"),
      count(delivered, "inbox", "inboxes"),
      count(mailed, "mail", "mails"),
    ];
    far.textContent = `${parts.join(", ")}${done ? "" : " so far"}`;
    return arrived;
  }
  tell(one);
  return { element, tell, moving: () => moving };
}

function count(number, one, many) {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}

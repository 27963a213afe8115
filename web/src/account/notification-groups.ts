// Notifications of one burst (`group` in the API) as one row that opens. Which rows are open is kept until the page is
// left.

import { now } from "../api/client.ts";
import type { Known } from "../live/notifications.ts";
import { type Drawing, el, find, icon } from "../ui/elements.ts";
import { relative } from "../ui/format.ts";

const opened = new Set<string>();

/** Several notifications of one burst. */
export interface Burst {
  id: string;
  title: string;
  items: Known[];
}
/** What a list shows in one row. */
export type Row = Known | Burst;

/**
 * Returns what a list shows, in the order of the newest of each: notifications, and one row in place of several of one
 * burst. `items` are the newest first.
 */
export function rows(items: Known[]): Row[] {
  const bursts = new Map<string, Known[]>();
  for (const item of items) if (item.group) bursts.set(item.group.key, [...(bursts.get(item.group.key) ?? []), item]);
  const shown: Row[] = [];
  for (const item of items) {
    const { group } = item;
    const burst = group ? (bursts.get(group.key) ?? []) : [];
    if (!group || burst.length < 2) shown.push(item);
    else if (burst[0] === item) shown.push({ id: `group ${group.key}`, title: group.title, items: burst });
  }
  return shown;
}

/** Returns the element of a burst; `note` draws one of its notifications. */
export function bundle(row: Burst, sign: Drawing, note: (item: Known) => HTMLElement): HTMLElement {
  const unread = row.items.filter((item) => !item.has_read).length;
  const open = opened.has(row.id);
  const inside = `${row.id} inside`.replaceAll(/[^\w-]/g, "-");
  return el(
    "li",
    { class: `note bundle${unread ? " unread" : ""}`, "data-note": row.id },
    el("span", { class: "note-sign" }, icon(sign, 22)),
    el(
      "div",
      {},
      el(
        "p",
        { class: "note-title" },
        el(
          "button",
          { type: "button", "data-open": true, "aria-expanded": String(open), "aria-controls": inside },
          row.title,
        ),
      ),
      summaryOf(row, unread),
    ),
    unread > 0 && readButton(`Mark all ${unread} as read: ${row.title}`),
    el("ul", { class: "notes", id: inside, hidden: !open }, ...row.items.map(note)),
  );
}

/** Returns the line that says how many there are and when the newest came. */
function summaryOf({ items }: Burst, unread: number): HTMLElement {
  const newest = items[0]?.received_at ?? "";
  return el(
    "p",
    { class: "note-time" },
    unread > 0 && el("span", { class: "note-state" }, `${unread} unread · `),
    `${items.length} messages · `,
    el("time", { datetime: newest }, relative(newest, now())),
  );
}

function readButton(label: string): HTMLElement {
  const controls = { class: "round note-toggle", type: "button", "data-toggle": true };
  return el("button", { ...controls, title: "Mark all as read", "aria-label": label }, icon("check", 18));
}

/** Opens or closes the row of an element. */
export function toggle(element: HTMLElement): void {
  const inside = find(element, ":scope > ul", HTMLUListElement);
  const id = element.dataset.note ?? "";
  inside.hidden = !inside.hidden;
  find(element, "[data-open]", HTMLElement).setAttribute("aria-expanded", String(!inside.hidden));
  if (inside.hidden) opened.delete(id);
  else opened.add(id);
}

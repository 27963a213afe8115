// Many of a kind as one: notifications of one burst (`group` in the API) are a row that opens. Which of them are open is
// kept while the page stands.

import { now } from "../api/client.ts";
import { el, icon } from "../ui/elements.ts";
import { relative } from "../ui/format.ts";

const opened = new Set();

/**
 * What a list shows, in the order of the newest of each: notifications, and in place of several of one burst a row
 * `{id, title, items}` with them.
 * @param {any[]} items newest first
 * @returns {any[]}
 */
export function rows(items) {
  const bursts = new Map();
  for (const item of items) if (item.group) bursts.set(item.group.key, [...(bursts.get(item.group.key) ?? []), item]);
  const shown = [];
  for (const item of items) {
    const burst = bursts.get(item.group?.key) ?? [];
    if (burst.length < 2) shown.push(item);
    else if (burst[0] === item) shown.push({ id: `group ${item.group.key}`, title: item.group.title, items: burst });
  }
  return shown;
}

/**
 * @param {{id: string, title: string, items: any[]}} row
 * @param {string} sign name of a drawing
 * @param {(item: any) => HTMLElement} note draws one of them
 * @returns {HTMLElement}
 */
export function bundle(row, sign, note) {
  const unread = row.items.filter((item) => !item.has_read).length;
  const newest = row.items[0].received_at;
  const open = opened.has(row.id);
  const inside = `${row.id} inside`.replaceAll(/[^\w-]/g, "-");
  const label = `Mark all ${unread} as read: ${row.title}`;
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
      el(
        "p",
        { class: "note-time" },
        unread > 0 && el("span", { class: "note-state" }, `${unread} unread · `),
        `${row.items.length} messages · `,
        el("time", { datetime: newest }, relative(newest, now())),
      ),
    ),
    unread > 0 &&
      el(
        "button",
        {
          class: "round note-toggle",
          type: "button",
          "data-toggle": true,
          title: "Mark all as read",
          "aria-label": label,
        },
        icon("check", 18),
      ),
    el("ul", { class: "notes", id: inside, hidden: !open }, ...row.items.map(note)),
  );
}

/** Open or close the row that an element stands for. */
export function toggle(element) {
  const inside = element.querySelector(":scope > ul");
  inside.hidden = !inside.hidden;
  element.querySelector("[data-open]").setAttribute("aria-expanded", String(!inside.hidden));
  if (inside.hidden) opened.delete(element.dataset.note);
  else opened.add(element.dataset.note);
}

// Draws notifications and handles clicks on them: a click anywhere inside one marks it read, once; on a row of several it
// opens them.

import { now } from "../api/client.ts";
import { type Known, mark, store } from "../live/notifications.ts";
import { type Drawing, el, icon } from "../ui/elements.ts";
import { exact, relative } from "../ui/format.ts";
import { ownUrl } from "../ui/own-url.ts";
import { safe } from "../ui/rich-text.ts";
import { bundle, type Row, toggle } from "./notification-groups.ts";

const SIGNS: Record<string, Drawing> = {
  order_paid: "ticket",
  order_refunded: "ticket",
  order_expired: "clock",
  payment_disputed: "ticket",
  event_role_invite: "person",
  session_invite: "person",
  submission_received: "stage",
  session_accepted: "check",
  session_rejected: "cross",
  session_schedule_changed: "clock",
  call_for_papers_open: "stage",
  announcement: "megaphone",
};
const FOCUSABLE = ["[data-toggle]", "[data-open]", "a"];
const MINUTE_MS = 60_000;
/** What of a row was drawn, by its element. */
const stamps = new WeakMap<Element, string>();

/** Returns the page of ours that a notification leads to, or null. */
export function subjectOf(item: Known): string | null {
  return ownUrl(item.links.subject ?? "");
}

/** Returns what of a notification is drawn. */
function look(item: Known): unknown[] {
  return [item.id, item.has_read, item.title, item.message, item.links.subject, item.problem];
}

function sign(item: Known | undefined): Drawing {
  return SIGNS[item?.action ?? ""] ?? "dot";
}

/** Returns the element of one notification. */
export function note(item: Known): HTMLElement {
  const unread = !item.has_read;
  const label = unread ? "Mark as read" : "Mark as unread";
  const subject = subjectOf(item);
  const text = el("div", { class: "note-text" });
  text.append(safe(item.message ?? ""));
  return el(
    "li",
    { class: `note${unread ? " unread" : ""}`, "data-note": item.id },
    el("span", { class: "note-sign" }, icon(sign(item), 22)),
    el(
      "div",
      {},
      el("p", { class: "note-title" }, subject ? el("a", { href: subject }, item.title) : item.title),
      text,
      el(
        "p",
        { class: "note-time" },
        unread && el("span", { class: "note-state" }, "Unread · "),
        el("time", { datetime: item.received_at, title: exact(item.received_at) }, relative(item.received_at, now())),
      ),
    ),
    el(
      "button",
      {
        class: "round note-toggle",
        type: "button",
        "data-toggle": true,
        title: label,
        "aria-label": `${label}: ${item.title}`,
      },
      icon(unread ? "check" : "mail", 18),
    ),
    item.problem && el("p", { class: "note-problem", role: "alert" }, item.problem),
  );
}

/** Shows rows in a list. Those that did not change keep their elements, and with them focus and selection. */
export function draw(list: HTMLElement, rows: Row[]): void {
  const before = new Map([...list.children].map((element) => [noteId(element), element]));
  const focused = document.activeElement?.closest("[data-note]");
  const part = FOCUSABLE.find((selector) => document.activeElement?.matches(selector));
  const elements = rows.map((row) => {
    const isBurst = "items" in row;
    const stamp = JSON.stringify((isBurst ? row.items : [row]).map(look));
    const known = before.get(row.id);
    if (known && stamps.get(known) === stamp) return known;
    const made = isBurst ? bundle(row, sign(row.items[0]), note) : note(row);
    stamps.set(made, stamp);
    return made;
  });
  if (elements.length !== list.children.length || elements.some((element, place) => element !== list.children[place])) {
    list.replaceChildren(...elements);
    const again = focused && list.querySelector(`[data-note="${noteId(focused)}"]`);
    const target =
      again?.querySelector<HTMLElement>(part ?? "a") ?? again?.querySelector<HTMLElement>(FOCUSABLE.join());
    target?.focus();
  }
}

function noteId(element: Element): string {
  return element.getAttribute("data-note") ?? "";
}

/** Handles clicks on the notifications of a list. */
export function listen(list: HTMLElement): void {
  list.addEventListener("click", handleClick);
  setInterval(() => {
    for (const time of list.querySelectorAll("time")) time.textContent = relative(time.dateTime, now());
  }, MINUTE_MS);
}

function handleClick(event: MouseEvent): void {
  const target = event.target instanceof Element ? event.target : null;
  const element = target?.closest<HTMLElement>("[data-note]");
  if (!element) return;
  const item = store.items.get(noteId(element));
  if (target?.closest("[data-toggle]")) {
    if (item) mark(item.id, !item.has_read);
    else for (const one of element.querySelectorAll("[data-note]")) mark(noteId(one), true);
  } else if (isSelecting(element) || isModified(event)) return;
  else if (item) mark(item.id, true);
  else toggle(element);
}

function isModified(event: MouseEvent): boolean {
  return event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
}

function isSelecting(element: Element): boolean {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(element, true);
}

// Draws notifications and hears clicks on them: a click anywhere inside one marks it read, once; on a row of several it
// opens them.

import { now } from "../api/client.ts";
import { mark, store } from "../live/notifications.ts";
import { el, icon } from "../ui/elements.ts";
import { exact, relative } from "../ui/format.ts";
import { ownUrl } from "../ui/own-url.ts";
import { safe } from "../ui/rich-text.ts";
import { bundle, toggle } from "./notification-groups.ts";

const SIGNS = {
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

/** @returns {string | null} the page of ours that a notification leads to */
export function subjectOf(item) {
  return ownUrl(item.links?.subject ?? "");
}

/** What of a notification can be seen. */
function look(item) {
  return [item.id, item.has_read, item.title, item.message, item.links?.subject, item.problem];
}

function sign(item) {
  return SIGNS[item.action] ?? "dot";
}

/** @returns {HTMLElement} one notification */
export function note(item) {
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

/**
 * Show rows (notification-groups.ts) in a list; those that did not change keep their elements, and with them focus and selection.
 */
export function draw(list, rows) {
  const before = new Map([...list.children].map((element) => [element.dataset.note, element]));
  const focused = document.activeElement?.closest?.("[data-note]");
  const part = FOCUSABLE.find((selector) => document.activeElement?.matches?.(selector));
  const elements = rows.map((row) => {
    const stamp = JSON.stringify((row.items ?? [row]).map(look));
    const known = before.get(row.id);
    if (known?.stamp === stamp) return known;
    const made = row.items ? bundle(row, sign(row.items[0]), note) : note(row);
    return Object.assign(made, { stamp });
  });
  if (elements.length !== list.children.length || elements.some((element, place) => element !== list.children[place])) {
    list.replaceChildren(...elements);
    const again = focused && list.querySelector(`[data-note="${focused.dataset.note}"]`);
    (again?.querySelector(part ?? "a") ?? again?.querySelector(FOCUSABLE.join()))?.focus();
  }
}

/** Hear clicks on the notifications of a list. */
export function listen(list) {
  list.addEventListener("click", (event) => {
    const element = event.target.closest("[data-note]");
    if (!element) return;
    const item = store.items.get(element.dataset.note);
    if (event.target.closest("[data-toggle]")) {
      if (item) mark(item.id, !item.has_read);
      else for (const one of element.querySelectorAll("[data-note]")) mark(one.dataset.note, true);
    } else if (isSelecting(element) || isModified(event)) return;
    else if (item) mark(item.id, true);
    else toggle(element);
  });
  setInterval(() => {
    for (const time of list.querySelectorAll("time")) time.textContent = relative(time.dateTime, now());
  }, MINUTE_MS);
}

function isModified(event) {
  return event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
}

function isSelecting(element) {
  const selection = getSelection();
  return !selection.isCollapsed && selection.containsNode(element, true);
}

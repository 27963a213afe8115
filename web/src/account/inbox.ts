// The notifications page: all of them, the unread ones alone, and marks for many at once.

import { asProblem } from "../api/client.ts";
import { user } from "../api/session.ts";
import { countUnread, load, mark, markAll, newest, type StoreChange, store, watch } from "../live/notifications.ts";
import { live } from "../live/socket.ts";
import { el, find } from "../ui/elements.ts";
import { rows } from "./notification-groups.ts";
import { draw, listen, subjectOf } from "./notification-list.ts";

const root = find(document, "[data-inbox]", HTMLElement);
const list = el("ul", { class: "inbox", "aria-label": "Notifications" });
const empty = el("div", { class: "empty", hidden: true });
const status = el("p", { role: "status", class: "muted" });
const failed = el("div", { class: "notice bad", role: "alert", hidden: true });
const more = el(
  "button",
  { class: "button quiet", type: "button", hidden: true, onclick: () => load({ next: true }).catch(fail) },
  "Show older ones",
);
const undo = el("button", { class: "button plain", type: "button", hidden: true }, "Undo");
const all = el("button", { class: "button plain", type: "button", onclick: readAll }, "Mark all read");
const tabs = ["All", "Unread"].map((name) =>
  el("button", { type: "button", "aria-pressed": String(name === "All"), onclick: () => pick(name) }, name),
);
let only = "All";

function pick(name: string): void {
  only = name;
  for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.textContent === name));
  render();
}

async function readAll(): Promise<void> {
  const ids = await markAll();
  undo.hidden = ids.length === 0;
  undo.onclick = () => {
    undo.hidden = true;
    for (const id of ids) mark(id, false);
  };
}

function fail(error: unknown): void {
  failed.textContent = asProblem(error).message;
  failed.hidden = false;
}

function render(what: StoreChange = {}): void {
  const items = newest().filter((item) => only === "All" || !item.has_read);
  draw(list, rows(items));
  list.hidden = items.length === 0;
  empty.hidden = items.length > 0 || !store.loaded;
  empty.textContent = only === "All" ? "Nothing yet. What concerns you appears here." : "You have read everything.";
  more.hidden = !store.more;
  all.hidden = store.count === 0 || !store.loaded; // Undo needs to know what was unread
  status.textContent = store.count ? `${store.count} unread` : "All read";
  failed.hidden = !what.failed;
  failed.textContent = what.failed ?? "";
}

/**
 * A click on a push (sw.js) leads here: marks that notification read and goes where it leads. One that is not among the
 * newest any more is further down in the list.
 */
async function follow(id: string | null): Promise<void> {
  if (!id) return;
  history.replaceState(null, "", "/notifications");
  const item = store.items.get(id);
  if (!item) return;
  await mark(id, true);
  const subject = subjectOf(item);
  if (subject) location.replace(subject);
}

if (user()) {
  root.replaceChildren(
    el(
      "div",
      { class: "inbox-head" },
      el("div", { class: "tabs", role: "group", "aria-label": "Which" }, ...tabs),
      status,
      all,
      undo,
      el("a", { href: "/notifications/preferences" }, "What you are told"),
    ),
    failed,
    list,
    empty,
    el("div", { class: "actions" }, more),
  );
  listen(list);
  watch(render);
  live.start();
  Promise.all([load(), countUnread()])
    .then(() => follow(new URLSearchParams(location.search).get("open")))
    .catch(fail)
    .finally(() => root.removeAttribute("aria-busy"));
} else {
  location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}

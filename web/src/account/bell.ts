// The bell at the top of every page of somebody who is signed in: how much is unread, and the list behind it, which is
// loaded when it is first opened.

import { asProblem } from "../api/client.ts";
import { KEPT } from "../api/push-off.ts";
import type { PushedNotification } from "../live/frames.ts";
import { load, markAll, newest, type StoreChange, store, watch } from "../live/notifications.ts";
import { live } from "../live/socket.ts";
import { el, icon } from "../ui/elements.ts";
import { recall } from "../ui/storage.ts";

const SHOWN = 12;
const GROUP_MS = 1_000;
type Disclose = (button: HTMLElement, sheet: HTMLElement, holder: HTMLElement, onOpen: () => unknown) => void;
type Lists = typeof import("./notification-list.ts") & typeof import("./notification-groups.ts");

/** The parts of the bell; `isListening` says whether clicks on its list are handled. */
interface Bell {
  button: HTMLButtonElement;
  badge: HTMLElement;
  list: HTMLUListElement;
  all: HTMLButtonElement;
  empty: HTMLElement;
  failed: HTMLElement;
  spoken: HTMLElement;
  isListening: boolean;
}

let place: Bell | null = null;
let lists: Lists | null = null;
let fresh = 0;

/** Draws the bell in its place. Called again when the corner is drawn anew. */
export function start(holder: HTMLElement, disclose: Disclose): void {
  const first = place === null;
  place = build(holder, disclose);
  if (first) {
    watch(render);
    live.start();
    if (recall("localStorage", KEPT)) import("./push.ts").then(({ renew }) => renew()).catch(() => {}); // tomorrow again
  }
  render();
}

function build(holder: HTMLElement, disclose: Disclose): Bell {
  const badge = el("span", { class: "badge", "aria-hidden": "true", hidden: true });
  const controls = { class: "round", type: "button", "aria-expanded": "false", "aria-controls": "bell-sheet" };
  const button = el("button", controls, icon("bell", 24), badge);
  const list = el("ul", { class: "notes" });
  const all = el("button", { class: "button plain", type: "button", onclick: markAll }, "Mark all read");
  const empty = el("p", { class: "empty" }, "Nothing yet. What concerns you appears here.");
  const failed = el("p", { class: "notice bad", hidden: true, role: "alert" });
  const sheet = el(
    "div",
    { class: "sheet", id: "bell-sheet", role: "region", "aria-label": "Notifications", hidden: true },
    el("div", { class: "sheet-head" }, el("h2", {}, "Notifications"), all),
    failed,
    list,
    empty,
    el("p", { class: "sheet-foot" }, el("a", { class: "button plain", href: "/notifications" }, "All notifications")),
  );
  const spoken = el("p", { class: "hidden", role: "status", "aria-live": "polite" });
  holder.replaceChildren(button, sheet, spoken);
  disclose(button, sheet, holder, () => {
    Promise.all([load(), show()]).catch((error) => fail(asProblem(error).message));
  });
  return { button, badge, list, all, empty, failed, spoken, isListening: false };
}

/** Shows the list from now on. */
async function show(): Promise<void> {
  lists ??= { ...(await import("./notification-list.ts")), ...(await import("./notification-groups.ts")) };
  if (place && !place.isListening) {
    lists.listen(place.list);
    place.isListening = true;
  }
  render();
}

function fail(text: string): void {
  if (!place) return;
  place.failed.textContent = text;
  place.failed.hidden = !text;
}

function render(what: StoreChange = {}): void {
  if (!place) return;
  const { count } = store;
  const shown = count > 99 ? "99+" : String(count);
  place.badge.textContent = shown;
  place.badge.hidden = count === 0;
  place.button.setAttribute("aria-label", count ? `Notifications, ${count} unread` : "Notifications, none unread");
  place.all.hidden = count === 0;
  lists?.draw(place.list, lists.rows(newest()).slice(0, SHOWN));
  place.empty.hidden = store.items.size > 0;
  fail(what.failed ?? "");
  if (what.fresh?.length) announce(what.fresh);
}

/** Announces new ones: ten pushes in a second are one announcement. */
function announce(notifications: PushedNotification[]): void {
  if (fresh === 0) {
    setTimeout(() => {
      const [first] = notifications;
      const text = fresh === 1 && first ? `New notification: ${first.title}` : `${fresh} new notifications`;
      if (place) place.spoken.textContent = text; // the bell may have been drawn again meanwhile
      fresh = 0;
    }, GROUP_MS);
  }
  fresh += notifications.length;
}

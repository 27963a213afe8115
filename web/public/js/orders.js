// What the pay page and the order page share: which order, who may read it, its event, its receipt.
import { get } from "./api.js";
import { el, exact, money, recall, remember } from "./format.js";

/** The order that this page is about, from its path. */
export const orderId = location.pathname.split("/")[2];
const KEPT = `marquee.order.${orderId}`;

/** A mailed link carries the access token behind `#`, where no server sees it; it is kept and taken out of sight. */
function takeAccess() {
  const given = new URLSearchParams(location.hash.slice(1)).get("access");
  if (!given) return;
  remember("localStorage", KEPT, { ...recall("localStorage", KEPT), access: given });
  history.replaceState(history.state, "", location.pathname + location.search);
}

/** An API path of this order, with the access token where there is no account. */
export function path(suffix = "") {
  const access = recall("localStorage", KEPT)?.access;
  return `/orders/${orderId}${suffix}${access ? `?access=${encodeURIComponent(access)}` : ""}`;
}

/** The order as it stands. Raises Problem. */
export function readOrder() {
  return get(path());
}

/** The order's event, with less when it is not public any more. */
export async function readEvent(order) {
  try {
    return await get(`/events/${order.event_id}`);
  } catch {
    const kept = recall("localStorage", KEPT)?.event;
    return { id: order.event_id, name: kept?.name ?? "Your event", slug: kept?.slug ?? order.event_id, timezone: kept?.zone };
  }
}

/** The order is settled: the event's form is for a new one. */
export function forgetAttempt(order, { draft } = {}) {
  remember("localStorage", `marquee.attempt.${order.event_id}`, null);
  if (draft) remember("localStorage", `marquee.draft.${order.event_id}`, null);
}

/** @returns {HTMLElement} what is bought, line by line, with its total */
export function receipt(order, event) {
  const row = (head, value) => el("tr", {}, el("th", { scope: "row" }, ...[head].flat()), el("td", {}, value));
  const times = (line) => money({ amount: line.price.amount * line.quantity, currency: line.price.currency });
  const lines = order.lines.map((line) =>
    row([el("strong", {}, line.name), el("span", { class: "muted" }, `${line.quantity} × ${money(line.price)}`)], times(line)),
  );
  const where = [event.venue?.name, event.venue?.city].filter(Boolean).join(", ");
  return el(
    "section",
    { class: "receipt", "aria-label": "Your order" },
    el(
      "header",
      {},
      el("h2", {}, el("a", { href: `/e/${event.slug ?? event.id}` }, event.name)),
      event.starts_at && el("p", { class: "muted" }, el("time", { datetime: event.starts_at }, exact(event.starts_at, event.timezone))),
      where && el("p", { class: "muted" }, where),
    ),
    el(
      "table",
      {},
      el("tbody", {}, ...lines),
      el(
        "tfoot",
        {},
        row(el("span", { class: "muted" }, "Fees and taxes added"), money({ amount: 0, currency: order.total.currency })),
        row(["Total ", el("span", { class: "muted" }, `in ${order.total.currency}`)], money(order.total)),
      ),
    ),
    el("footer", { class: "muted" }, `For ${order.buyer.name}, ${order.buyer.email}`),
  );
}

takeAccess();

// What the pay page and the order page share: which order, who may read it, its event.
import { get } from "../api/client.ts";
import { recall, remember } from "../ui/storage.ts";

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
    return {
      id: order.event_id,
      name: kept?.name ?? "Your event",
      slug: kept?.slug ?? order.event_id,
      timezone: kept?.zone,
    };
  }
}

/** The order is settled: the event's form is for a new one. */
export function forgetAttempt(order, { draft } = {}) {
  remember("localStorage", `marquee.attempt.${order.event_id}`, null);
  if (draft) remember("localStorage", `marquee.draft.${order.event_id}`, null);
}

takeAccess();

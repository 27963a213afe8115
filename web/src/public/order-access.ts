// What the pay page and the order page share: which order it is, the right to read it, its event.
import { at, get, type Query, type Schemas } from "../api/client.ts";
import type { BilledEvent } from "../ui/receipt.ts";
import { isRecord, recallFields, remember } from "../ui/storage.ts";

/** The order that this page is about, from its path. */
export const orderId = location.pathname.split("/")[2] ?? "";
const KEPT = `marquee.order.${orderId}`;

/** Keeps the access token of a mailed link, which is behind `#`, where no server sees it, and removes it from sight. */
function takeAccess(): void {
  const given = new URLSearchParams(location.hash.slice(1)).get("access");
  if (!given) return;
  remember("localStorage", KEPT, { ...recallFields("localStorage", KEPT), access: given });
  history.replaceState(history.state, "", location.pathname + location.search);
}

/** Returns the query of the order's addresses: the access token where there is no account. */
export function access(): Query {
  const token = recallFields("localStorage", KEPT).access;
  return typeof token === "string" ? { access: token } : {};
}

/** Reads the order. Raises Problem. */
export function readOrder(): Promise<Schemas["OrderRead"]> {
  return get(at("/orders/{id}", { id: orderId }, access()));
}

/** What the pages of an order show of its event. */
export type OrderedEvent = BilledEvent & { contact_email?: string | null };

/** Reads the order's event; what the ticket form kept of it when it is not public any more. */
export async function readEvent(order: Pick<Schemas["Order"], "event_id">): Promise<OrderedEvent> {
  try {
    return await get(at("/events/{event}", { event: order.event_id }));
  } catch {
    const { event } = recallFields("localStorage", KEPT);
    const { name, slug, zone } = isRecord(event) ? event : {};
    return {
      id: order.event_id,
      name: typeof name === "string" ? name : "Your event",
      slug: typeof slug === "string" ? slug : order.event_id,
      timezone: typeof zone === "string" ? zone : Intl.DateTimeFormat().resolvedOptions().timeZone,
    };
  }
}

/** The order is settled: the event's form makes a new one. `draft`: also forget what was typed. */
export function forgetAttempt(order: Pick<Schemas["Order"], "event_id">, { draft = false } = {}): void {
  remember("localStorage", `marquee.attempt.${order.event_id}`, null);
  if (draft) remember("localStorage", `marquee.draft.${order.event_id}`, null);
}

takeAccess();

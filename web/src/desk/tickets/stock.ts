// How many tickets of each type are sold, held by orders that are not paid yet, and left: from the event's sales.
import type { Schemas } from "../../api/client.ts";

/** The stock of a type. */
export interface Stock {
  sold: number;
  held: number;
  left: number;
  capacity: number;
}

/** Returns the stock by type. A type that was sold in several currencies is there once for each, with the same stock. */
export function stockByType(types: Schemas["TypeTotals"][]): Map<string, Stock> {
  return new Map(
    types.map(({ ticket_type_id, sold, held, left, capacity }) => [ticket_type_id, { sold, held, left, capacity }]),
  );
}

/** Returns how much of the capacity is sold and how much is sold or held, in percent. */
export function shares({ sold, held, capacity }: Stock): { sold: number; taken: number } {
  const share = (part: number) => (capacity > 0 ? Math.min(100, Math.round((part / capacity) * 100)) : 0);
  return { sold: share(sold), taken: share(sold + held) };
}

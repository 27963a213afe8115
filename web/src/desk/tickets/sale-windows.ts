// When ticket types are on sale, as bars between the first and the last moment that matters.
import type { Schemas } from "../../api/client.ts";

/** Where a sale is: before its start, now, or over. */
export type SaleState = "before" | "open" | "over";

/** The sale of one type: when, and its bar in thousandths of the timeline. */
export interface SaleWindow {
  id: string;
  name: string;
  start: string | null;
  end: string;
  state: SaleState;
  x: number;
  width: number;
}

/** The sales of an event's types, and where now is in thousandths. */
export interface Timeline {
  windows: SaleWindow[];
  now: number;
}

const WIDTH = 1000;
const THINNEST = 8;

/**
 * Returns the timeline. A type without an end is sold until the event ends; one without a start has its bar begin where
 * the timeline does. `now` is in ms.
 */
export function timeline(types: readonly Schemas["TicketTypeRead"][], eventEnds: string, now: number): Timeline {
  const starts = types.flatMap(({ sales_start }) => (sales_start ? [Date.parse(sales_start)] : []));
  const ends = types.map(({ sales_end }) => Date.parse(sales_end ?? eventEnds));
  const from = Math.min(now, ...starts);
  const until = Math.max(now, ...ends, ...starts);
  const x = (at: number) => (until > from ? Math.round(((at - from) / (until - from)) * WIDTH) : 0);
  const windows = types.map(({ id, name, sales_start, sales_end }) => {
    const end = sales_end ?? eventEnds;
    const begins = x(sales_start ? Date.parse(sales_start) : from);
    const width = Math.max(THINNEST, x(Date.parse(end)) - begins);
    const start = sales_start ?? null;
    return { id, name, start, end, state: stateAt(start, end, now), x: Math.min(begins, WIDTH - THINNEST), width };
  });
  return { windows, now: x(now) };
}

function stateAt(start: string | null, end: string, now: number): SaleState {
  if (start && now < Date.parse(start)) return "before";
  return now < Date.parse(end) ? "open" : "over";
}

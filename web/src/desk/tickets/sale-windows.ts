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
const REST = 0.25;

/**
 * Returns the timeline. A type without an end is sold until the event ends; one without a start has its bar begin where
 * the timeline does. An event that is far away does not make the rest thin: the timeline ends soon after the last moment
 * that a sale names. `now` is in ms.
 */
export function timeline(types: readonly Schemas["TicketTypeRead"][], eventEnds: string, now: number): Timeline {
  const given = types.flatMap(({ sales_start, sales_end }) =>
    [sales_start, sales_end].filter((at) => typeof at === "string"),
  );
  const moments = [now, ...given.map((at) => Date.parse(at))];
  const [from, last] = [Math.min(...moments), Math.max(...moments)];
  const until =
    last > from ? Math.max(last, Math.min(Date.parse(eventEnds), last + (last - from) * REST)) : Date.parse(eventEnds);
  const x = (at: number) => Math.min(WIDTH, until > from ? Math.round(((at - from) / (until - from)) * WIDTH) : 0);
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

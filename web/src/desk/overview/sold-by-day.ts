// Tickets sold by day, without gaps, for the chart.
import type { Schemas } from "../../api/client.ts";

/** A day (`2027-06-11`, UTC) and how many tickets were sold on it. */
export interface SoldDay {
  date: string;
  sold: number;
}

const DAY_MS = 86_400_000;
const MOST_DAYS = 60;

/** Returns each day from the first sale to the last, at most the last sixty; currencies are added up. */
export function soldByDay(days: Pick<Schemas["DayTotals"], "date" | "sold">[]): SoldDay[] {
  const sums = new Map<string, number>();
  for (const { date, sold } of days) sums.set(date, (sums.get(date) ?? 0) + sold);
  const known = [...sums.keys()].sort();
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) return [];
  const found: SoldDay[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += DAY_MS) {
    const date = new Date(at).toISOString().slice(0, 10);
    found.push({ date, sold: sums.get(date) ?? 0 });
  }
  return found.slice(-MOST_DAYS);
}

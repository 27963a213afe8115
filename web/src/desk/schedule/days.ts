// Sessions by day, time and room, for the table of the schedule.
import type { Schemas } from "../../api/client.ts";
import { clockTime } from "../../ui/zoned.ts";
import { groupBy } from "../data/rows.ts";

type Session = Schemas["Session"];
type Room = Pick<Schemas["Microlocation"], "id" | "name">;

/** The sessions that start at one time, by room; those without a room are under an empty id. */
export interface TimeRow {
  starts: number;
  cells: Map<string, Session[]>;
}

/** A day in the event's zone (`2027-06-11`) with the rooms that are used on it. `first` is the first start, in ms. */
export interface Day {
  date: string;
  first: number;
  rooms: Room[];
  rows: TimeRow[];
}

const OVER = new Set<Schemas["SessionState"] | undefined>(["rejected", "withdrawn", "cancelled"]);

/** Returns the days with their rows in order of time, and the sessions that have none. Those that are over are left out. */
export function daysOf(sessions: Session[], rooms: Room[], zone: string): { days: Day[]; unplaced: Session[] } {
  const live = sessions.filter(({ state }) => !OVER.has(state));
  const isPlaced = ({ starts_at: starts, ends_at: ends }: Session) => Boolean(starts && ends);
  const placed = live.filter(isPlaced);
  const sorted = placed.sort((one, other) => Date.parse(one.starts_at ?? "") - Date.parse(other.starts_at ?? ""));
  const byDate = groupBy(sorted, ({ starts_at: starts }) => clockTime(starts ?? "", zone).slice(0, 10));
  const days = [...byDate].map(([date, of]): Day => {
    const used = new Set(of.map(({ microlocation_id: room }) => room ?? ""));
    const named = rooms.filter(({ id }) => used.has(id));
    const known = new Set(named.map(({ id }) => id));
    const hasOthers = [...used].some((id) => !known.has(id));
    const place = ({ microlocation_id: room }: Session) => (known.has(room ?? "") ? (room ?? "") : "");
    const rows = [...groupBy(of, ({ starts_at: starts }) => Date.parse(starts ?? ""))].map(([starts, at]) => ({
      starts,
      cells: groupBy(at, place),
    }));
    return { date, first: rows[0]?.starts ?? 0, rooms: [...named, ...(hasOthers ? [{ id: "", name: "" }] : [])], rows };
  });
  return { days, unplaced: live.filter((session) => !isPlaced(session)) };
}

// Whose turn is next on a waiting list: those who wait, in the order in which they joined, for each ticket type.
import type { Schemas } from "../../api/client.ts";

type Entry = Schemas["Entry"];

/** Returns the place of each person who waits, from 1, by entry. `entries` are in the order in which people joined. */
export function waitingPlaces(entries: readonly Entry[]): Map<string, number> {
  const counts = new Map<string, number>();
  const places = new Map<string, number>();
  for (const { id, ticket_type_id, state } of entries) {
    if (state !== "waiting") continue;
    const place = (counts.get(ticket_type_id) ?? 0) + 1;
    counts.set(ticket_type_id, place);
    places.set(id, place);
  }
  return places;
}

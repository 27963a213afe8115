// Reads the list that a scanner keeps for the time without a network. Loaded by scan-list.ts.
import { at, get, type Schemas } from "../../api/client.ts";
import type { ListedTicket } from "./list-types.ts";

/** Returns the salt of the hashes, and the tickets as scan-list.ts keeps them. Raises Problem. */
export async function readList(event: string): Promise<{ salt: string; found: ListedTicket[] }> {
  const found: ListedTicket[] = [];
  let salt = "";
  let cursor: string | null = "";
  while (cursor !== null) {
    const address = at("/events/{event}/check-ins/offline", { event }, { limit: 500, cursor });
    const page: Schemas["OfflineList"] = await get(address);
    salt = page.salt;
    cursor = page.next_cursor;
    found.push(...page.items.map(rowOf));
  }
  return { salt, found };
}

function rowOf(one: Schemas["OfflineTicket"]): ListedTicket {
  const recorded = one.recorded_at ? Date.parse(one.recorded_at) : 0;
  return [one.hash, one.ticket, one.attendee, one.ticket_type, one.state, one.checked_in_at, recorded];
}

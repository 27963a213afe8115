// Reads the list that a scanner keeps for the time without a network. Loaded by scan-list.ts.
import { get } from "../../api/client.ts";

/** @param {string} event id @returns {Promise<{salt: string, found: Array[]}>} rows as scan-list.ts keeps them. Raises Problem. */
export async function readList(event) {
  const found = [];
  let salt = "";
  for (let cursor = ""; cursor !== null; ) {
    const page = await get(
      `/events/${event}/check-ins/offline?limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    salt = page.salt;
    cursor = page.next_cursor;
    for (const one of page.items)
      found.push([
        one.hash,
        one.ticket,
        one.attendee,
        one.ticket_type,
        one.state,
        one.checked_in_at,
        one.recorded_at ? Date.parse(one.recorded_at) : 0,
      ]);
  }
  return { salt, found };
}

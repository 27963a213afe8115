// Sends scans that were made without a network. Loaded when there are some, by check-in.ts and sign-out.ts.
import { asProblem, at, type Schemas, send } from "../../api/client.ts";

import type { HeardCheckIn, Scan } from "./list-types.ts";
import type { GateList } from "./scan-list.ts";

/** What came of a scan: the server's result, who it was, and when they were scanned here. */
export type SentScan = Schemas["ScanResult"];

const MOST_SCANS = 500;
/** What an outcome says of a ticket, as the refusal of a scan does. */
const PROBLEMS: Partial<Record<Schemas["Outcome"], string>> = {
  void: "ticket_void",
  suspended: "ticket_suspended",
  unknown: "unknown_ticket",
};

/**
 * Sends scans of one device name, as many as one request takes; call again while some are left. Those that were taken back
 * go first: the server may have heard of them though its answer was lost, and lets their tickets be used again. Returns what
 * came of scans that were not taken back. Raises Problem: what is not settled stays.
 */
export async function sendScans(list: GateList): Promise<SentScan[]> {
  const all = list.unsent;
  const first = all.find((scan) => scan.isBack) ?? all[0];
  if (!first) return [];
  const scans = all.filter((scan) => scan.device === first.device && scan.isBack === first.isBack).slice(0, MOST_SCANS);
  const body = { device: first.device, scans: scans.map(({ code, at }) => ({ code, at })) };
  const { results } = await send("POST", at("/events/{event}/check-ins/reconcile", { event: list.event }), body);
  for (const [place, result] of results.entries()) {
    const scan = scans[place];
    if (!scan) continue;
    await settle(list, result, scan);
    if (!first.isBack) continue;
    if (result.outcome === "admitted" && result.check_in) await undo(list, result.check_in);
    list.drop([scan]);
  }
  if (first.isBack) return [];
  list.drop(scans);
  return results.map((result, place) => ({
    ...result,
    attendee: scans[place]?.attendee || (result.attendee ?? null),
    at: scans[place]?.at ?? result.at,
  }));
}

async function settle(list: GateList, result: SentScan, scan: Scan): Promise<void> {
  if (result.check_in) list.hear([result.check_in]);
  else await list.hearRefused(scan.code, PROBLEMS[result.outcome], holderIn(result));
}

/** Returns who has the ticket, as far as the result says. */
function holderIn({ ticket, attendee, ticket_type: type }: SentScan) {
  return { ...(ticket ? { ticket } : {}), attendee: attendee ?? "", ticket_type: type ?? "" };
}

async function undo(list: GateList, checkIn: HeardCheckIn): Promise<void> {
  const address = at("/events/{event}/check-ins/{ticket}", { event: list.event, ticket: checkIn.ticket });
  try {
    await send("DELETE", address, undefined, { match: "*" });
  } catch (error) {
    if (asProblem(error).status !== 404) throw error; // somebody else has taken it back
  }
  list.undo(checkIn);
}

// Tells the server of scans that it has not heard of. Loaded when there are some, by check-in.ts and sign-out.ts.
import { send } from "../../api/client.ts";

const MOST_SCANS = 500;
/** What an outcome says of a ticket, as the refusal of a scan does. */
const PROBLEMS = { void: "ticket_void", suspended: "ticket_suspended", unknown: "unknown_ticket" };

/**
 * Tell of scans of one device name, as many as one request takes; whoever has more calls again. First of those that were
 * taken back: the server may have heard of them though its answer was lost, and lets their tickets be used again.
 * @param {import("./scan-list.ts").GateList} list
 * @returns {Promise<object[]>} what came of scans that were not taken back. Raises Problem: what is not settled stays.
 */
export async function sendScans(list) {
  const all = list.unsent;
  const first = all.find((scan) => scan.isBack) ?? all[0];
  if (!first) return [];
  const scans = all.filter((scan) => scan.device === first.device && scan.isBack === first.isBack).slice(0, MOST_SCANS);
  const path = `/events/${list.event}/check-ins`;
  const body = { device: first.device, scans: scans.map(({ code, at }) => ({ code, at })) };
  const { results } = await send("POST", `${path}/reconcile`, body);
  for (const [place, result] of results.entries()) {
    await settle(list, result, scans[place]);
    if (first.isBack && result.outcome === "admitted") await undo(list, path, result.check_in);
    if (first.isBack) list.drop([scans[place]]);
  }
  if (first.isBack) return [];
  list.drop(scans);
  return results.map((result, place) => ({
    ...result,
    attendee: scans[place].attendee || result.attendee,
    at: scans[place].at,
  }));
}

async function settle(list, result, scan) {
  if (result.check_in) list.hear([result.check_in]);
  else await list.hearRefused(scan.code, PROBLEMS[result.outcome], result);
}

async function undo(list, path, checkIn) {
  try {
    await send("DELETE", `${path}/${checkIn.ticket}`, undefined, { match: "*" });
  } catch (problem) {
    if (problem.status !== 404) throw problem; // somebody else has taken it back
  }
  list.undo(checkIn);
}

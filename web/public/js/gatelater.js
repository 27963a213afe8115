// What the gate says of scans that the server heard of later. Loaded by checkin.js when there is something to say.
import { el } from "./format.js";

/**
 * What is said of people whom this device let in, but whom the server would not have.
 * @param {object[]} results of `GateList.reconcile` @param {(moment: string) => string} times
 */
export function sorrows(results, times) {
  return results.map((result) => sorrow(result, times));
}

function sorrow(result, times) {
  const who = result.attendee ?? "Somebody";
  const words = {
    void: `${who} was let in here, but the ticket was refunded.`,
    suspended: `${who} was let in here, but the payment is disputed.`,
    undone: `${who} was let in here; that was taken back meanwhile.`,
    unknown: `${who} was let in here with a code that is not good any more.`,
    duplicate: duplicate(who, result, times),
  };
  return el("div", { class: "notice warn" }, words[result.outcome] ?? `${who} was let in here; the server refused it.`);
}

/** Whoever tells the server first stays admitted, though they may have come in later. */
function duplicate(who, { at, check_in: other }, times) {
  const [where, then] = [other?.device ?? "Somebody", other && times(other.checked_in_at)];
  if (!other) return `${who} was let in here, but the ticket was used already.`;
  if (Date.parse(other.checked_in_at) > Date.parse(at)) return `${who} was let in here, ${times(at)}, and with the same ticket again by ${where}, ${then}.`;
  return `${who} was let in here, but the ticket was used already. ${where} was first, ${then}.`;
}

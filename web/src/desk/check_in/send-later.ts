// Tells the server of all scans that wait, and the page of what the server would not have done. Loaded by check-in.ts when
// scans wait.
import { el } from "../../ui/elements.ts";
import { sendScans } from "./send-scans.ts";

/**
 * Send one part after the other; what others did first is said. Raises Problem.
 * @param {import("./scan-list.ts").GateList} list @param {HTMLElement} told where it is said
 * @param {(moment: string) => string} times
 */
export async function sendAll(list, told, times) {
  while (list.unsent.length) {
    const results = await sendScans(list);
    told.append(
      ...describeOthers(
        results.filter((one) => one.outcome !== "admitted"),
        times,
      ),
    );
  }
}

/**
 * What is said of people whom this device let in, but whom the server would not have.
 * @param {object[]} results of `sendScans` @param {(moment: string) => string} times
 */
function describeOthers(results, times) {
  return results.map((result) => describeOther(result, times));
}

function describeOther(result, times) {
  return el("div", { class: "notice warn" }, wordsOf(result, times));
}

/** @param {object} result of `sendScans` */
export function wordsOf(result, times) {
  const who = result.attendee || "Somebody";
  const words = {
    void: `${who} was let in here, but the ticket was refunded.`,
    suspended: `${who} was let in here, but the payment is disputed.`,
    undone: `${who} was let in here; that was taken back meanwhile.`,
    too_many_check_ins: `${who} was let in here; the server does not count it, as the ticket was checked in and undone too often.`,
    unknown: `${who} was let in here with a code that is not good any more.`,
    duplicate: duplicate(who, result, times),
  };
  return words[result.outcome] ?? `${who} was let in here; the server refused it.`;
}

/** Whoever tells the server first stays admitted, though they may have come in later. */
function duplicate(who, { at, check_in: other }, times) {
  const [where, then] = [other?.device ?? "Somebody", other && times(other.checked_in_at)];
  if (!other) return `${who} was let in here, but the ticket was used already.`;
  if (Date.parse(other.checked_in_at) > Date.parse(at))
    return `${who} was let in here, ${times(at)}, and with the same ticket again by ${where}, ${then}.`;
  return `${who} was let in here, but the ticket was used already. ${where} was first, ${then}.`;
}

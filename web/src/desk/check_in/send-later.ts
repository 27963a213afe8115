// Sends all scans that wait, and shows on the page what the server would not have allowed. Loaded by check-in.ts when scans
// wait.
import { el } from "../../ui/elements.ts";
import type { GateList } from "./scan-list.ts";
import { type SentScan, sendScans } from "./send-scans.ts";

type Times = (moment: string) => string;

/** Sends one part after the other. What others did first is shown in `place`. Raises Problem. */
export async function sendAll(list: GateList, place: HTMLElement, times: Times): Promise<void> {
  while (list.unsent.length) {
    const results = await sendScans(list);
    const refused = results.filter((one) => one.outcome !== "admitted");
    place.append(...refused.map((one) => el("div", { class: "notice warn" }, wordsOf(one, times))));
  }
}

/** Returns what is said of somebody whom this device let in, but whom the server would not have. */
export function wordsOf(result: SentScan, times: Times): string {
  const who = result.attendee || "Somebody";
  const words: Partial<Record<SentScan["outcome"], string>> = {
    void: `${who} was let in here, but the ticket was refunded.`,
    suspended: `${who} was let in here, but the payment is disputed.`,
    undone: `${who} was let in here; that was taken back meanwhile.`,
    too_many_check_ins: `${who} was let in here; the server does not count it, as the ticket was checked in and undone too often.`,
    unknown: `${who} was let in here with a code that is not good any more.`,
    duplicate: duplicate(who, result, times),
  };
  return words[result.outcome] ?? `${who} was let in here; the server refused it.`;
}

/** Whoever the server hears of first stays admitted, though they may have come in later. */
function duplicate(who: string, { at, check_in: other }: SentScan, times: Times): string {
  if (!other) return `${who} was let in here, but the ticket was used already.`;
  const [where, then] = [other.device ?? "Somebody", times(other.checked_in_at)];
  if (Date.parse(other.checked_in_at) > Date.parse(at))
    return `${who} was let in here, ${times(at)}, and with the same ticket again by ${where}, ${then}.`;
  return `${who} was let in here, but the ticket was used already. ${where} was first, ${then}.`;
}

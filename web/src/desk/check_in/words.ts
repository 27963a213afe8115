// The answer to a scan, in large words.
import { type Child, type Drawing, el, icon } from "../../ui/elements.ts";

/** An answer: tone, sign, words. The words stand alone: colour only helps. */
const SAYS: Record<string, [tone: string, sign: Drawing, words: string]> = {
  admitted: ["good", "check", "Let them in"],
  already_checked_in: ["bad", "cross", "Used already"],
  ticket_void: ["bad", "cross", "Cancelled or refunded"],
  ticket_suspended: ["warn", "clock", "Not now: payment disputed"],
  unknown_ticket: ["bad", "cross", "Not a ticket of this event"],
  too_many_check_ins: ["warn", "cross", "Checked in too often"],
  unlisted: ["bad", "cross", "Not on this device’s list"],
  no_code: ["bad", "cross", "Not a ticket code"],
  unauthorized: ["warn", "clock", "Sign in again"],
};

/** Who it is about, and more about it. */
export interface About {
  who?: string | null | undefined;
  about?: Child;
}

/** Shows an answer: a verdict, or "" for what should be tried again. */
export function show(place: HTMLElement, what: string, { who, about }: About = {}): void {
  const [tone, sign, words] = SAYS[what] ?? ["warn", "clock", "Try again"];
  place.className = `verdict ${tone}`;
  place.replaceChildren(
    icon(sign, 44),
    el("strong", {}, words),
    ...(who ? [el("span", { class: "who" }, who)] : []),
    ...(about ? [el("span", {}, about)] : []),
  );
}

/** Whether a verdict has words of its own. */
export function isKnown(what: string): boolean {
  return what in SAYS;
}

// What the gate says of a scan. Words and nodes only.
import { el, icon } from "../../ui/elements.ts";

/** What is said of an answer: tone, sign, words. The words stand alone: colour only helps. */
const SAYS = {
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

/** Show an answer. @param {HTMLElement} place @param {string} what a verdict, or "" for what should be tried again */
export function show(place, what, { who = "", about = "" } = {}) {
  const [tone, sign, words] = SAYS[what] ?? ["warn", "clock", "Try again"];
  place.className = `verdict ${tone}`;
  place.replaceChildren(
    icon(sign, 44),
    el("strong", {}, words),
    who && el("span", { class: "who" }, who),
    about && el("span", {}, about),
  );
}

/** Whether a verdict has words of its own. */
export function isKnown(what) {
  return what in SAYS;
}

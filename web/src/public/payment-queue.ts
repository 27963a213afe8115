// Waiting for one's turn to pay, when many people pay at once. Loaded by pay.ts when the server says so.
import { el } from "../ui/elements.ts";

const WORDS =
  "Many people are paying right now. Your tickets are kept for you. Stay on this page: the payment page opens by itself when it is your turn. ";

/**
 * Shows in `place` how many seconds are left until it is this buyer's turn, and waits for it. Ends early when there is
 * nothing left to pay (`isOver`).
 */
export async function waitInLine(place: HTMLElement, seconds: number, isOver: () => boolean): Promise<void> {
  const turn = Date.now() + seconds * 1000;
  const left = el("strong", { "aria-hidden": "true" }, "");
  place.replaceChildren(el("p", {}, WORDS, left));
  while (Date.now() < turn && !isOver()) {
    const rest = Math.ceil((turn - Date.now()) / 1000);
    left.textContent = `About ${rest} ${rest === 1 ? "second" : "seconds"} to go.`;
    await new Promise((resolve) => setTimeout(resolve, Math.min(1000, turn - Date.now())));
  }
}

// Parts of the gate's page: how many are in, and who came last, with a way to take it back. Drawn by checkin.js.
import { el } from "./format.js";

/** @param {object} found `counts` of the API @param {number} waits scans that it has not heard of */
export function counts(found, waits) {
  const rows = found.types.map((one) => el("p", { class: "muted" }, `${one.name}: ${one.checked_in} of ${one.sold}`));
  const more = waits && el("p", { class: "muted" }, `and ${waits} not sent yet`);
  return [el("p", { class: "total" }, `${found.checked_in} of ${found.sold} are in`), more, ...rows].filter(Boolean);
}

/**
 * Rows of the last to come in: first those that the server has not heard of.
 * @param {{times: (moment: string) => string, undo: (one: object) => void, takeBack: (one: object) => void}} page
 */
export function latest(items, waiting, { times, undo, takeBack }) {
  const alone = waiting.slice(-20).reverse().map((one) => row(one.attendee, one, `${one.type} · ${times(one.at)} · not sent yet`, takeBack));
  const known = items.map((one) => row(one.attendee, one, `${one.ticket_type} · ${times(one.checked_in_at)}${one.device ? ` · ${one.device}` : ""}`, undo));
  return [...alone, ...known];
}

/** Taking back asks once more: a slip of the thumb would let somebody in twice. */
function row(name, one, about, onUndo) {
  const words = document.createTextNode("Undo");
  const button = el("button", { class: "button plain", type: "button" }, words, el("span", { class: "hidden" }, ` for ${name}`));
  button.addEventListener("click", () => {
    if (words.data === "Undo") words.data = "Really undo?";
    else onUndo(one);
  });
  return el("li", {}, el("div", {}, el("strong", {}, name), el("p", { class: "muted" }, about)), button);
}

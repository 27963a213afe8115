// Parts of the gate's page: how many are in, who came last, with a way to take it back, and what this device has for the
// time without a network. Drawn by check-in.ts.
import { el } from "../../ui/elements.ts";

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
  const alone = waiting
    .slice(-20)
    .reverse()
    .map((one) =>
      row(one.attendee || one.ticket, one, `${one.type || "Ticket"} · ${times(one.at)} · not sent yet`, takeBack),
    );
  const known = items.map((one) =>
    row(
      one.attendee,
      one,
      `${one.ticket_type} · ${times(one.checked_in_at)}${one.device ? ` · ${one.device}` : ""}`,
      undo,
    ),
  );
  return [...alone, ...known];
}

/**
 * What this device has, and whether it is in contact with the server.
 * @param {import("./scan-list.ts").GateList} list
 * @param {{isReached: boolean, opensAlone: boolean, times: (moment: number) => string}} page
 */
export function state(list, { isReached, opensAlone, times }) {
  const waits = list.waiting.length;
  const undone = list.unsent.length - waits;
  const contact = !navigator.onLine ? "No network." : isReached ? "Online." : "The server cannot be reached.";
  const scans = waits && `${waits} ${waits === 1 ? "scan waits" : "scans wait"} to be sent to the server.`;
  const safe = list.isSafe
    ? opensAlone && "This page opens without a network."
    : "This browser cannot keep everything: do not close or reload this page without a network.";
  return [
    contact,
    known(list, times),
    scans,
    undone && `Undone without the server, which is told of it later: ${undone}.`,
    safe,
  ]
    .filter(Boolean)
    .join(" ");
}

function known(list, times) {
  if (list.fetchedAt) return `List of ${list.size} tickets from ${times(list.fetchedAt)}.`;
  if (list.isForgotten)
    return "The list was removed from this device: tickets cannot be checked without a network. Reload this page to get the list again.";
  return "The list of tickets is not on this device yet: tickets cannot be checked without a network. Stay online until it has loaded.";
}

/** Taking back asks once more: a slip of the thumb would let somebody in twice. */
function row(name, one, about, onUndo) {
  const words = document.createTextNode("Undo");
  const button = el(
    "button",
    { class: "button plain", type: "button" },
    words,
    el("span", { class: "hidden" }, ` for ${name}`),
  );
  button.addEventListener("click", () => {
    if (words.data === "Undo") words.data = "Really undo?";
    else onUndo(one);
  });
  return el("li", {}, el("div", {}, el("strong", {}, name), el("p", { class: "muted" }, about)), button);
}

// Parts of the check-in page: how many are in, who came last, with a button to take it back, and what this device has for
// the time without a network. Drawn by check-in.ts.
import type { Schemas } from "../../api/client.ts";
import { el } from "../../ui/elements.ts";
import type { Scan } from "./list-types.ts";
import type { GateList } from "./scan-list.ts";

type CheckIn = Schemas["CheckIn"];

/** Returns how many are in; `waits` is how many scans were not sent. */
export function counts(found: Schemas["CheckInCounts"], waits: number): HTMLElement[] {
  const rows = found.types.map((one) => el("p", { class: "muted" }, `${one.name}: ${one.checked_in} of ${one.sold}`));
  const more = waits ? [el("p", { class: "muted" }, `and ${waits} not sent yet`)] : [];
  return [el("p", { class: "total" }, `${found.checked_in} of ${found.sold} are in`), ...more, ...rows];
}

/** How the page writes times, and takes a check-in or a scan back. */
interface Latest {
  times: (moment: string) => string;
  undo: (one: CheckIn) => void;
  takeBack: (one: Scan) => void;
}

/** Returns rows of the last to come in: first those that were not sent. */
export function latest(items: CheckIn[], waiting: Scan[], { times, undo, takeBack }: Latest): HTMLElement[] {
  const alone = waiting
    .slice(-20)
    .reverse()
    .map((one) =>
      row(one.attendee || one.ticket, `${one.type || "Ticket"} · ${times(one.at)} · not sent yet`, () => takeBack(one)),
    );
  const known = items.map((one) =>
    row(one.attendee, `${one.ticket_type} · ${times(one.checked_in_at)}${one.device ? ` · ${one.device}` : ""}`, () =>
      undo(one),
    ),
  );
  return [...alone, ...known];
}

/** Whether the server answers, whether the page opens without a network, and how the page writes times (ms). */
interface Contact {
  isReached: boolean;
  opensAlone: boolean;
  times: (moment: number) => string;
}

/** Returns what this device has, and whether it is in contact with the server. */
export function state(list: GateList, { isReached, opensAlone, times }: Contact): string {
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

function known(list: GateList, times: (moment: number) => string): string {
  if (list.fetchedAt) return `List of ${list.size} tickets from ${times(list.fetchedAt)}.`;
  if (list.isForgotten)
    return "The list was removed from this device: tickets cannot be checked without a network. Reload this page to get the list again.";
  return "The list of tickets is not on this device yet: tickets cannot be checked without a network. Stay online until it has loaded.";
}

/** Returns a row. Taking back asks once more: a slip of the thumb would let somebody in twice. */
function row(name: string, about: string, onUndo: () => void): HTMLElement {
  const words = document.createTextNode("Undo");
  const button = el(
    "button",
    { class: "button plain", type: "button" },
    words,
    el("span", { class: "hidden" }, ` for ${name}`),
  );
  button.addEventListener("click", () => {
    if (words.data === "Undo") words.data = "Really undo?";
    else onUndo();
  });
  return el("li", {}, el("div", {}, el("strong", {}, name), el("p", { class: "muted" }, about)), button);
}

// Signing out of a browser that was at the gate: scans that wait are told to the server first, and where they cannot be, one
// is asked before they are lost; then lists of visitors and the kept page go. Loaded by site.js.
import { remember } from "./format.js";
import { keysOf } from "./gatekeys.js";
import { GateList } from "./gatelist.js";
import { signOut } from "./session.js";

const SENT_WITHIN_MS = 8_000;

/** @param {HTMLButtonElement} button that was pressed, once or for the second time @param {string} person id */
export async function leave(button, person) {
  const left = button.dataset.sure ? 0 : await sendScans(button, person);
  if (left) {
    button.dataset.sure = "yes";
    button.textContent = left === 1 ? "1 scan was not sent. Sign out and lose it" : `${left} scans were not sent. Sign out and lose them`;
    return;
  }
  for (const key of keysOf("marquee.gate").filter((one) => one === "marquee.gate" || one.includes(`.${person}.`))) remember("localStorage", key, null);
  signOut();
  const shelves = (await window.caches?.keys()) ?? [];
  await Promise.all(shelves.filter((name) => name.startsWith("marquee-gate")).map((name) => caches.delete(name)));
}

/** @returns {Promise<number>} how many could not be sent */
async function sendScans(button, person) {
  const events = keysOf(`marquee.gate.scans.${person}.`).map((key) => key.split(".").at(-1));
  if (!events.length) return 0;
  button.textContent = "Sending scans";
  const lists = events.map((event) => new GateList(event, person));
  await Promise.race([Promise.all(lists.map(send)).catch(() => {}), new Promise((done) => setTimeout(done, SENT_WITHIN_MS))]);
  return lists.reduce((sum, list) => sum + list.waiting.length, 0);
}

async function send(list) {
  while (list.waiting.length) await list.reconcile();
}

// Signs out of a browser that was used for check-in: scans that wait are sent to the server first, and where they cannot
// be, one is asked before they are lost; then lists of visitors and the kept page are removed. Loaded by site.ts.

import { signOut } from "../api/session.ts";
import { adoptEarlier } from "../desk/check_in/keep-page.ts";
import { GateList } from "../desk/check_in/scan-list.ts";
import { sendScans } from "../desk/check_in/send-scans.ts";
import { keysOf } from "../desk/check_in/storage.ts";
import { remember } from "../ui/storage.ts";

const SENT_WITHIN_MS = 8_000;

/** Signs a person (id) out. `button` was pressed, once or for the second time. */
export async function signOutHere(button: HTMLButtonElement, person: string): Promise<void> {
  const left = button.dataset.sure ? 0 : await sendAll(button, person);
  if (left) {
    button.dataset.sure = "yes";
    button.textContent =
      left === 1 ? "1 scan was not sent. Sign out and lose it" : `${left} scans were not sent. Sign out and lose them`;
    return;
  }
  for (const key of keysOf("marquee.gate").filter((one) => isOf(one, person))) remember("localStorage", key, null);
  signOut();
  const shelves = (await window.caches?.keys()) ?? [];
  await Promise.all(shelves.filter((name) => name.startsWith("marquee-gate")).map((name) => caches.delete(name)));
}

/** Whether a key is of a person, or of the release before, which did not say of whom. The device's name stays. */
function isOf(key: string, person: string): boolean {
  const parts = key.split(".");
  return key !== "marquee.gate.device" && (parts.length < 5 || parts[3] === person);
}

/** Sends the scans of a person. Returns how many could not be sent. */
async function sendAll(button: HTMLButtonElement, person: string): Promise<number> {
  const kept = keysOf("marquee.gate.scans.").filter((key) => isOf(key, person));
  if (!kept.length) return 0;
  button.textContent = "Sending scans";
  const lists = [...new Set(kept.map((key) => key.split(".").at(-1) ?? ""))].map(
    (event) => new GateList(event, person),
  );
  for (const list of lists) adoptEarlier(list, "Browser");
  await Promise.race([
    Promise.all(lists.map(send)).catch(() => {}),
    new Promise((done) => setTimeout(done, SENT_WITHIN_MS)),
  ]);
  return lists.reduce((sum, list) => sum + list.unsent.length, 0);
}

async function send(list: GateList): Promise<void> {
  while (list.unsent.length) await sendScans(list);
}

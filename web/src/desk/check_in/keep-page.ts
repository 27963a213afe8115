// Keeps the check-in page in this browser, so that it opens without a network after one visit; sw.js serves it then. The
// page is the same for everybody and every event and holds nothing personal: lists are in storage.ts.
import { isRecord, recall, recallFields, remember } from "../../ui/storage.ts";
import type { KeptEvent, Scan } from "./list-types.ts";
import type { GateList } from "./scan-list.ts";
import { keysOf } from "./storage.ts";

const PAGE = "/events/-/check-in"; // where sw.js finds it
const SHELF = "marquee-gate"; // what the names of our caches begin with; sign-out.ts removes them
const BASE = /^.*\/r-[0-9a-f]{12}\//.exec(new URL(import.meta.url).pathname)?.[0] ?? ""; // of this release's files
const KEEP_FOR_MS = 31 * 24 * 3_600_000;

/** Everything that the page may ever load, from its release's folder. The build fills the list (build/gate-files.ts). */
const FILES = ["marquee:gate-files"];

/**
 * Keeps this release's page and files, whole or not at all; what an earlier release left is removed. Returns whether the
 * page opens without a network.
 */
export async function keepPage(): Promise<boolean> {
  if (!("serviceWorker" in navigator && "caches" in window) || !BASE) return false;
  await navigator.serviceWorker.register("/sw.js");
  const name = `${SHELF} ${BASE}`;
  const shelf = await caches.open(name);
  if (!(await shelf.match(PAGE))) {
    await shelf.addAll(FILES.map((file) => BASE + file));
    const page = await fetch(location.pathname);
    if (!page.ok || !(await page.clone().text()).includes(`${BASE}js/desk/check_in/check-in.js`)) return false; // a newer release: it keeps itself
    await shelf.put(PAGE, page);
  }
  const others = (await caches.keys()).filter((other) => other.startsWith(SHELF) && other !== name);
  await Promise.all(others.map((other) => caches.delete(other)));
  return true;
}

/** Returns the event of an id or slug, if this person's list here is of it. */
export function keptEvent(user: string, named: string): KeptEvent | undefined {
  const kept = keysOf(`marquee.gate.about.${user}.`).map((key) => parseEvent(recallFields("localStorage", key).event));
  return kept.find((event) => event && [event.id, event.slug].includes(named));
}

function parseEvent(stored: unknown): KeptEvent | undefined {
  if (!isRecord(stored) || typeof stored.id !== "string" || typeof stored.name !== "string") return undefined;
  const { id, slug, name, timezone } = stored;
  const zone = typeof timezone === "string" ? { timezone } : {};
  return { id, slug: typeof slug === "string" ? slug : null, name, ...zone };
}

/**
 * An earlier release kept scans and lists under the event alone. Its scans are taken by whoever opens the event's check-in,
 * or signs out; its list is removed. `device` is the device's name.
 */
export function adoptEarlier(list: GateList, device: string): void {
  const key = `marquee.gate.scans.${list.event}`;
  const scans = recall("localStorage", key);
  const adopted = (Array.isArray(scans) ? scans : []).filter(isRecord).map(({ code, at }): Scan => {
    const ticket = String(code).replace(/-[^-]*$/, "");
    return { code: String(code), at: String(at), ticket, device, attendee: "", type: "" };
  });
  if (!adopted.length || list.adopt(adopted)) remember("localStorage", key, null);
  remember("localStorage", `marquee.gate.list.${list.event}`, null);
}

/** Removes lists of visitors that somebody else fetched here, or long ago. Scans that wait stay for whoever made them. */
export function forgetOthers(person: string): void {
  for (const key of keysOf("marquee.gate.list.").filter((one) => one.split(".").length === 4))
    remember("localStorage", key, null);
  for (const key of keysOf("marquee.gate.about.")) {
    const [, , , owner, event] = key.split(".");
    if (owner === person && Date.now() - Number(recallFields("localStorage", key).at) < KEEP_FOR_MS) continue;
    for (const name of ["about", "list", "marks"])
      remember("localStorage", `marquee.gate.${name}.${owner}.${event}`, null);
  }
}

// Keeps the gate's page in this browser, so that it opens without a network after one visit; sw.js gives it out. The page
// is the same for everybody and every event and holds nothing personal: lists are in storage.ts.
import { recall, remember } from "../../ui/storage.ts";
import { keysOf } from "./storage.ts";

const PAGE = "/events/-/check-in"; // where sw.js finds it
const SHELF = "marquee-gate"; // what the names of our caches begin with; sign-out.ts removes them
const BASE = /^.*\/r-[0-9a-f]{12}\//.exec(new URL(import.meta.url).pathname)?.[0] ?? ""; // of this release's files
const KEEP_FOR_MS = 31 * 24 * 3_600_000;

/** Everything that the page may ever load, from its release's folder. The build fills the list (build/gate-files.ts). */
const FILES = ["marquee:gate-files"];

/**
 * Keep this release's page and files, whole or not at all; what an earlier release left is removed.
 * @returns {Promise<boolean>} whether the page opens without a network
 */
export async function keepPage() {
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

/** The event of an id or slug, if somebody's list here is of it. @returns {object | undefined} id, slug, name, timezone */
export function keptEvent(user, named) {
  const kept = keysOf(`marquee.gate.about.${user}.`).map((key) => recall("localStorage", key).event);
  return kept.find((event) => [event.id, event.slug].includes(named));
}

/**
 * The release before kept scans and lists under the event alone. Its scans are of whoever opens the event's gate, or signs
 * out; its list goes.
 * @param {import("./scan-list.ts").GateList} list @param {string} device name
 */
export function adoptEarlier(list, device) {
  const key = `marquee.gate.scans.${list.event}`;
  const scans = recall("localStorage", key) ?? [];
  const adopted = scans.map(({ code, at }) => ({
    code,
    at,
    ticket: code.replace(/-[^-]*$/, ""),
    device,
    attendee: "",
    type: "",
  }));
  if (!adopted.length || list.adopt(adopted)) remember("localStorage", key, null);
  remember("localStorage", `marquee.gate.list.${list.event}`, null);
}

/** Remove lists of visitors that somebody else fetched here, or long ago. Scans that wait stay for whoever made them. */
export function forgetOthers(person) {
  for (const key of keysOf("marquee.gate.list.").filter((one) => one.split(".").length === 4))
    remember("localStorage", key, null);
  for (const key of keysOf("marquee.gate.about.")) {
    const [, , , owner, event] = key.split(".");
    if (owner === person && Date.now() - recall("localStorage", key).at < KEEP_FOR_MS) continue;
    for (const name of ["about", "list", "marks"])
      remember("localStorage", `marquee.gate.${name}.${owner}.${event}`, null);
  }
}

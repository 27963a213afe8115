// What this tab knows of the reader's notifications: a store that the bell and the inbox show, changed by clicks here
// and by pushes from elsewhere. A mark is shown at once and taken back when the server refuses it.
import { get, Problem, send } from "../api/client.ts";
import { live } from "./socket.ts";

const PAGE = 50;
const ALL = "all of them";
const listeners = new Set();
const pending = new Set();
const marked = new Map(); // which mark of all an item's last one was
let marks = 0;
let overheard = false;
const channel = "BroadcastChannel" in window ? new BroadcastChannel("marquee.notifications") : null;

/** @type {{count: number, items: Map<string, any>, loaded: boolean, more: string | null}} */
export const store = { count: 0, items: new Map(), loaded: false, more: null };

/** Call back after each change with what happened: {fresh: notifications that just arrived, failed: message}. */
export function watch(callback) {
  listeners.add(callback);
}

/** @returns {any[]} newest first */
export function newest() {
  return [...store.items.values()].sort((one, other) => (one.id < other.id ? 1 : -1));
}

function changed(what = {}) {
  for (const callback of listeners) callback(what);
}

/**
 * Keep an item, in the object that marks under way know it by. `asOf` is how many marks there were when it was asked for:
 * later ones are newer than what it says.
 */
function take(item, asOf = marks) {
  const known = store.items.get(item.id);
  const links = item.links ?? known?.links ?? { mark_read: item.mark_read, subject: null };
  const isNewer = known && (pending.has(item.id) || marked.get(item.id) > asOf);
  const hasRead = isNewer ? known.has_read : (item.has_read ?? known?.has_read ?? false);
  store.items.set(item.id, Object.assign(known ?? {}, item, { links, has_read: hasRead }));
  live.seen(item.id);
}

/** The count as it is now. */
export async function countUnread() {
  const { count } = await get("/notifications/unread-count");
  store.count = count;
  overheard = false;
  changed();
}

/** The list as it is now, or its next page. */
export async function load({ next = false } = {}) {
  const cursor = next && store.more ? `&cursor=${encodeURIComponent(store.more)}` : "";
  const asOf = marks;
  const page = await get(`/notifications?limit=${PAGE}${cursor}`);
  for (const item of page.items) take(item, asOf);
  store.more = page.next_cursor;
  store.loaded = true;
  changed();
}

/** The list again, as far as it was loaded: marks made elsewhere while nothing was heard are only there. */
async function reload() {
  const shown = store.items.size;
  await load();
  for (let pages = 1; store.more && pages * PAGE < shown; pages++) await load({ next: true });
}

/** Mark one read or unread, once however often it is asked; what fails goes back and says so. */
export async function mark(id, read) {
  const item = store.items.get(id);
  if (!item || item.has_read === read) return;
  settle([id], read, store.count + (read ? -1 : 1));
  if (pending.has(id)) return; // the mark under way looks again when it is done
  pending.add(id);
  let saved = !read;
  try {
    while (saved !== item.has_read) {
      const wanted = item.has_read;
      await send("POST", `/notifications/${id}/${wanted ? "read" : "unread"}`, undefined, { keepalive: true });
      saved = wanted;
    }
    pending.delete(id);
    if (overheard && !pending.size) countUnread().catch(() => {});
    channel?.postMessage({ ids: [id], read: saved });
  } catch (error) {
    pending.delete(id);
    item.problem = "This could not be saved. Try again.";
    settle([id], saved, store.count + (saved === item.has_read ? 0 : saved ? -1 : 1), error);
    countUnread().catch(() => {});
  }
}

/** Mark all read that there are. @returns {Promise<string[]>} which of the known ones were unread */
export async function markAll() {
  const ids = newest()
    .filter((item) => !item.has_read)
    .map((item) => item.id);
  const before = store.count;
  pending.add(ALL); // what is pushed meanwhile tells how far it is, not how it ends
  settle(ids, true, 0);
  try {
    let made = await send("POST", "/notifications/read-all");
    while (made.more) made = await send("POST", `/notifications/read-all?up_to=${made.up_to}`);
    channel?.postMessage({ ids, read: true });
    return ids;
  } catch (error) {
    settle(ids, false, before, error);
    overheard = true;
    reload().catch(() => {});
    return [];
  } finally {
    pending.delete(ALL);
    if (overheard && !pending.size) countUnread().catch(() => {});
  }
}

function settle(ids, read, count, error) {
  for (const id of ids) {
    const item = store.items.get(id);
    if (!item) continue;
    item.has_read = read;
    marked.set(id, ++marks);
    if (!error) item.problem = null;
  }
  store.count = Math.max(0, count);
  const words = error instanceof Problem && error.status === 0 ? error.message : "The mark could not be saved.";
  changed(error ? { failed: `${words} It is shown as before.` } : {});
}

live.on("count", (count) => {
  if (count === store.count) return;
  overheard = pending.size > 0;
  if (overheard) return;
  store.count = count;
  changed();
  if (store.loaded && !live.open) reload().catch(() => {}); // only the count is asked for while no socket is open
});
live.on("new", (notifications) => {
  const fresh = notifications.filter((item) => !store.items.has(item.id));
  for (const item of notifications) take(item);
  changed({ fresh });
  if (store.loaded && fresh.length) load().catch(() => {});
});
live.on("read", (ids) =>
  settle(
    ids.filter((id) => !pending.has(id)),
    true,
    store.count,
  ),
);
live.on("unread", (ids) =>
  settle(
    ids.filter((id) => !pending.has(id)),
    false,
    store.count,
  ),
);
live.on("open", () => {
  if (store.loaded) reload().catch(() => {});
});
live.on("resync", () => {
  store.items.clear();
  if (store.loaded) load().catch(() => {});
});
channel?.addEventListener("message", ({ data }) => {
  settle(data.ids, data.read, store.count);
  countUnread().catch(() => {});
});

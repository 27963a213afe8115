// What this tab knows of the reader's notifications: a store that the bell and the inbox show, changed by clicks here
// and by pushes. A mark is shown at once and undone when the server refuses it.
import { at, get, Problem, type Schemas, send } from "../api/client.ts";
import type { PushedNotification } from "./frames.ts";
import { live } from "./socket.ts";

/** A notification as this tab knows it; `problem` is why its last mark could not be saved. */
export interface Known extends Omit<Schemas["NotificationRead"], "group" | "links"> {
  group?: Schemas["Group"] | null;
  links: { mark_read: string; subject?: string | null };
  problem?: string | null;
}

/** What just happened: notifications that arrived, or why a mark failed. */
export interface StoreChange {
  fresh?: PushedNotification[];
  failed?: string;
}

interface Mark {
  ids: string[];
  read: boolean;
}

const PAGE = 50;
const ALL = "all of them";
const listeners = new Set<(change: StoreChange) => void>();
const pending = new Set<string>();
const marked = new Map<string, number>(); // the number of an item's last mark, among all marks
let marks = 0;
let overheard = false;
const channel = "BroadcastChannel" in window ? new BroadcastChannel("marquee.notifications") : null;

/** What is known: `loaded` says whether the list was read, `more` is the cursor of its next page. */
export const store = { count: 0, items: new Map<string, Known>(), loaded: false, more: null as string | null };

/** Calls back after each change with what happened. */
export function watch(callback: (change: StoreChange) => void): void {
  listeners.add(callback);
}

/** Returns what is known, the newest first. */
export function newest(): Known[] {
  return [...store.items.values()].sort((one, other) => (one.id < other.id ? 1 : -1));
}

function changed(change: StoreChange = {}): void {
  for (const callback of listeners) callback(change);
}

/**
 * Keeps an item, in the object that marks under way know it by. `asOf` is how many marks there were when it was asked for:
 * later ones are newer than what it says.
 */
function take(item: Schemas["NotificationRead"] | PushedNotification, asOf = marks): void {
  const known = store.items.get(item.id);
  const pushed = "mark_read" in item ? { mark_read: item.mark_read, subject: null } : item.links;
  const links = "mark_read" in item ? (known?.links ?? pushed) : pushed;
  const isNewer = known && (pending.has(item.id) || (marked.get(item.id) ?? 0) > asOf);
  const told = "has_read" in item ? item.has_read : undefined;
  const hasRead = isNewer ? known.has_read : (told ?? known?.has_read ?? false);
  store.items.set(item.id, Object.assign(known ?? {}, item, { links, has_read: hasRead }));
  live.seen(item.id);
}

/** Reads the count. Raises Problem. */
export async function countUnread(): Promise<void> {
  const { count } = await get(at("/notifications/unread-count"));
  store.count = count;
  overheard = false;
  changed();
}

/** Reads the first page of the list, or the next one. Raises Problem. */
export async function load({ next = false } = {}): Promise<void> {
  const cursor = next ? store.more : null;
  const asOf = marks;
  const page = await get(at("/notifications", {}, { limit: PAGE, cursor }));
  for (const item of page.items) take(item, asOf);
  store.more = page.next_cursor;
  store.loaded = true;
  changed();
}

/** Reads the list again, as far as it was loaded: marks made elsewhere during a break are only there. */
async function reload(): Promise<void> {
  const shown = store.items.size;
  await load();
  for (let pages = 1; store.more && pages * PAGE < shown; pages++) await load({ next: true });
}

/** Marks one read or unread, once however often this is called. What fails is undone, and the item says so. */
export async function mark(id: string, read: boolean): Promise<void> {
  const item = store.items.get(id);
  if (!item || item.has_read === read) return;
  settle([id], read, store.count + (read ? -1 : 1));
  if (pending.has(id)) return; // the mark under way looks again when it is done
  pending.add(id);
  let saved = !read;
  try {
    while (saved !== item.has_read) {
      const wanted = item.has_read;
      const address = wanted ? at("/notifications/{id}/read", { id }) : at("/notifications/{id}/unread", { id });
      await send("POST", address, undefined, { keepalive: true });
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

/** Marks all read. Returns which of the known ones were unread. */
export async function markAll(): Promise<string[]> {
  const ids = newest()
    .filter((item) => !item.has_read)
    .map((item) => item.id);
  const before = store.count;
  pending.add(ALL); // what is pushed meanwhile tells how far it is, not how it ends
  settle(ids, true, 0);
  try {
    let made = await send("POST", at("/notifications/read-all"));
    while (made.more) made = await send("POST", at("/notifications/read-all", {}, { up_to: made.up_to }));
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

function settle(ids: string[], read: boolean, count: number, error?: unknown): void {
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
channel?.addEventListener("message", ({ data }: MessageEvent<Mark>) => {
  settle(data.ids, data.read, store.count);
  countUnread().catch(() => {});
});

// One socket a tab for what changes. It reconnects by itself; meanwhile the unread count is asked for with its ETag, so
// that the number stays right where sockets are blocked or switched off. docs/live.md has the protocol.
import { at, get, Problem, send } from "../api/client.ts";
import { onChange, user } from "../api/session.ts";
import type { Frame, News, NewsName, PushedNotification, Versions } from "./frames.ts";

const PING_MS = 55_000;
const GREET_EVERY = 6; // a push can get lost on its way to a socket that is well: ask now and then what there is
const PONG_MS = 8_000;
const GREETING_MS = 15_000;
const FIRST_POLL_MS = 1_500;
const POLL_MS = 4_000;
const SLOW_POLL_MS = 20_000;
const LONGEST_WAIT_MS = 5_000;
const GIVE_UP_QUICK_MS = 120_000;
const PATIENT_WAIT_MS = 60_000;
const RECENT_MS = 60_000;
const MOST_RECENT = 100;
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

type TimerName = "greeting" | "ping" | "pong" | "poll" | "retry";

/** Returns the Unix milliseconds in an id (a ULID). */
function madeAt(id: string): number {
  return [...id.slice(0, 10)].reduce((sum, digit) => sum * 32 + DIGITS.indexOf(digit), 0);
}

class Live {
  #listeners = new Map<NewsName, Set<(value: never) => unknown>>();
  #socket: WebSocket | null = null;
  #timers: Partial<Record<TimerName, ReturnType<typeof setTimeout>>> = {};
  #attempts = 0;
  #lostAt = 0;
  #last: string | null = null;
  #position: string | null = null;
  #known = new Set<string>();
  #early: string[] = [];
  #ahead: Frame[] = [];
  #greeted = false;
  #watched = new Map<string, Versions>();
  #running = false;
  #off = false;
  #asked = false;

  /**
   * Calls back on `count` (number), `new` (notifications), `read` and `unread` (ids), `open`, `resync`, and the frames
   * `order`, `check-ins`, `import` and `changed` (of events that are watched). Returns a function that ends that.
   */
  on<N extends NewsName>(name: N, callback: (value: News[N]) => unknown): () => void {
    const callbacks = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, callbacks.add(callback));
    return () => callbacks.delete(callback);
  }

  /** Begins, once; does nothing while nobody is signed in. */
  start(): void {
    if (this.#running || !user()) return;
    this.#running = true;
    this.#lostAt = Date.now();
    this.#connect();
    this.#poll();
  }

  /** Closes the socket until `start` is called. */
  stop(): void {
    this.#running = false;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#timers = {};
    this.#socket?.close();
    this.#socket = null;
    this.#greeted = false;
  }

  /** Whether pushes arrive now. */
  get open(): boolean {
    return this.#greeted;
  }

  /**
   * Remembers a notification that this tab has: after a break the server sends what came since the newest. Until it has
   * sent all of that, a newer one that is pushed meanwhile must not count as the newest.
   */
  seen(id: string): void {
    if (this.#socket && !this.#greeted) {
      this.#early.push(id);
      return;
    }
    this.#known.add(id);
    if (!this.#last || id > this.#last) this.#last = id;
  }

  /** Listens to changes of an event's lists, over every connection from now on. */
  watch(eventId: string): void {
    if (this.#watched.has(eventId)) return;
    this.#watched.set(eventId, {});
    if (this.#greeted) this.#say({ action: "watch", event_id: eventId });
  }

  /** Returns what this tab has of the minute before its newest, so that the server can send what was written late. */
  #recent(): string[] {
    if (!this.#last) return [];
    const from = madeAt(this.#last) - RECENT_MS;
    const recent = [...this.#known].filter((id) => madeAt(id) >= from).sort();
    this.#known = new Set(recent);
    return recent.slice(-MOST_RECENT);
  }

  /** Connects at once, if the socket is away. */
  hurry(): void {
    if (!this.#running || this.#socket || this.#off) return;
    clearTimeout(this.#timers.retry);
    this.#connect();
  }

  #notify<N extends NewsName>(name: N, value: News[N]): void {
    const callbacks = this.#listeners.get(name) as Set<(value: News[N]) => unknown> | undefined; // as `on` put them
    for (const callback of callbacks ?? []) callback(value);
  }

  async #connect(): Promise<void> {
    if (!this.#running || this.#socket) return;
    try {
      const { url } = await send("POST", at("/live/tickets"));
      if (this.#running && !this.#socket) this.#open(new WebSocket(url));
    } catch (error) {
      this.#off = error instanceof Problem && error.code === "live_off";
      if (!this.#off && user()) this.#retry();
    }
  }

  #open(socket: WebSocket): void {
    this.#socket = socket;
    this.#greeted = false;
    socket.onopen = () => this.#greet(socket);
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data) as Frame); // from our own server
    socket.onclose = () => this.#lose(socket);
  }

  /** Asks for what this tab does not have. Until that is answered, what is pushed waits. */
  #greet(socket: WebSocket): void {
    this.#greeted = false;
    this.#early = [];
    this.#ahead = [];
    this.#say({ action: "hello", since: this.#last ?? this.#position, recent: this.#recent() });
    this.#timers.greeting = setTimeout(() => this.#lose(socket), GREETING_MS);
  }

  #say(frame: Record<string, unknown>): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #receive(frame: Frame): void {
    clearTimeout(this.#timers.pong);
    if (frame.meta === "error") {
      if (!frame.event_id && this.#socket) this.#lose(this.#socket); // one about an event concerns that watch alone
      return;
    }
    const answers = frame.meta === "WS connected" || "more" in frame;
    if (!this.#greeted && !answers) {
      this.#ahead.push(frame);
      return;
    }
    if (typeof frame.notif_count === "number") this.#notify("count", frame.notif_count);
    this.#apply(frame);
    if (answers && !frame.more) this.#settle();
  }

  #apply(frame: Frame): void {
    if (frame.meta === "WS connected") this.#connected(frame);
    else if (frame.meta === "New notifications") this.#take(frame.notifs);
    else if (frame.meta === "Watching") this.#compare(frame.event_id, frame.versions);
    else if (frame.meta === "Changed") this.#compare(frame.event_id, { [frame.list]: frame.version });
    else if (frame.meta === "Notifications read") this.#notify("read", frame.ids);
    else if (frame.meta === "Notifications unread") this.#notify("unread", frame.ids);
    else if (frame.meta === "Order") this.#notify("order", frame);
    else if (frame.meta === "Check-ins") this.#notify("check-ins", frame);
    else if (frame.meta === "Import") this.#notify("import", frame);
  }

  #connected(frame: Extract<Frame, { meta: "WS connected" }>): void {
    this.#attempts = 0;
    this.#lostAt = 0;
    this.#position = frame.position;
    clearTimeout(this.#timers.poll);
    delete this.#timers.poll;
    this.#beat();
    if (frame.resync) this.#notify("resync", undefined);
    if (frame.missed.length) this.#take(frame.missed);
  }

  /** The answer to hello is complete. What was pushed before is newer, its count too. */
  #settle(): void {
    this.#greeted = true;
    clearTimeout(this.#timers.greeting);
    for (const id of this.#early.splice(0)) this.seen(id);
    for (const eventId of this.#watched.keys()) this.#say({ action: "watch", event_id: eventId });
    this.#notify("open", undefined);
    for (const frame of this.#ahead.splice(0)) this.#receive(frame);
  }

  /** Compares the versions of a watched event's lists with those that this tab knows: a higher one has changed. */
  #compare(eventId: string, versions: Versions): void {
    const known = this.#watched.get(eventId);
    if (!known) return;
    for (const [list, version] of Object.entries(versions)) {
      const before = known[list];
      known[list] = Math.max(version, before ?? 0);
      if (before !== undefined && version > before) this.#notify("changed", { event_id: eventId, list, version });
    }
  }

  #take(notifications: PushedNotification[]): void {
    for (const { id } of notifications) this.seen(id);
    this.#notify("new", notifications);
  }

  /** Keeps the connection from idling out, and notices when it is dead. The answer to a greeting goes on with it. */
  #beat(beats = 1): void {
    clearTimeout(this.#timers.ping);
    this.#timers.ping = setTimeout(() => {
      const socket = this.#socket;
      if (!socket) return;
      if (beats === GREET_EVERY) {
        this.#greet(socket);
        return;
      }
      this.#say({ action: "ping" });
      this.#timers.pong = setTimeout(() => this.#lose(socket), PONG_MS);
      this.#beat(beats + 1);
    }, PING_MS);
  }

  #lose(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#greeted = false;
    socket.onclose = null;
    socket.close();
    for (const name of ["ping", "pong", "greeting"] as const) clearTimeout(this.#timers[name]);
    if (!this.#running) return;
    this.#lostAt ||= Date.now();
    this.#retry();
    this.#poll();
  }

  /** Waits longer each time, with jitter, so that not all clients come back together. */
  #retry(): void {
    const patient = Date.now() - this.#lostAt > GIVE_UP_QUICK_MS;
    const longest = Math.min(patient ? PATIENT_WAIT_MS : LONGEST_WAIT_MS, 500 * 2 ** this.#attempts++);
    clearTimeout(this.#timers.retry);
    this.#timers.retry = setTimeout(() => this.#connect(), longest * (0.5 + Math.random() / 2));
  }

  /** Asks for the count while the socket is away. A socket that opens and breaks at once must not put it off. */
  #poll(): void {
    if (this.#timers.poll) return;
    const slow = this.#off || document.hidden || Date.now() - this.#lostAt > GIVE_UP_QUICK_MS;
    const wait = !this.#asked ? FIRST_POLL_MS : slow ? SLOW_POLL_MS : POLL_MS;
    this.#asked = true;
    this.#timers.poll = setTimeout(async () => {
      delete this.#timers.poll;
      if (!this.#running || this.#lostAt === 0) return;
      try {
        const { count } = await get(at("/notifications/unread-count"));
        if (this.#lostAt) this.#notify("count", count);
      } catch {
        // Next time.
      }
      if (this.#running && this.#lostAt) this.#poll();
    }, wait);
  }
}

/** The tab's one connection. */
export const live = new Live();

window.addEventListener("online", () => live.hurry());
document.addEventListener("visibilitychange", () => document.hidden || live.hurry());
window.addEventListener("pagehide", () => live.stop());
window.addEventListener("pageshow", (shown) => shown.persisted && live.start());
onChange((person) => {
  live.stop();
  if (person) live.start();
});

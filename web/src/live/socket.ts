// One socket a tab for what changes; its greeting has the unread count. It comes back by itself; while it is away the
// count is asked for with its ETag, so that the number stays true where sockets are blocked or switched off.
// The protocol, for whoever writes another client, is in docs/live.md.
import { get, send } from "../api/client.ts";
import { onChange, user } from "../api/session.ts";

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

/** The Unix milliseconds in an id. */
function madeAt(id) {
  return [...id.slice(0, 10)].reduce((sum, digit) => sum * 32 + DIGITS.indexOf(digit), 0);
}

class Live {
  #listeners = new Map();
  #socket = null;
  #timers = {};
  #attempts = 0;
  #lostAt = 0;
  #last = null;
  #position = null;
  #known = new Set();
  #early = [];
  #ahead = [];
  #greeted = false;
  #watched = new Map();
  #running = false;
  #off = false;
  #asked = false;

  /**
   * Call back on `count` (number), `new` (notifications), `read` and `unread` (ids), `open`, `resync`, and the frames
   * `order`, `check-ins`, `import` and `changed` (of events that are watched).
   */
  on(name, callback) {
    if (!this.#listeners.has(name)) this.#listeners.set(name, new Set());
    this.#listeners.get(name).add(callback);
  }

  /** Begin, once; nothing happens while nobody is signed in. */
  start() {
    if (this.#running || !user()) return;
    this.#running = true;
    this.#lostAt = Date.now();
    this.#connect();
    this.#poll();
  }

  stop() {
    this.#running = false;
    Object.values(this.#timers).forEach(clearTimeout);
    this.#timers = {};
    this.#socket?.close();
    this.#socket = null;
    this.#greeted = false;
  }

  /** Whether what changes is heard now. */
  get open() {
    return this.#greeted;
  }

  /**
   * A notification this tab knows: after a break the server tells what came since the newest. As long as it has not
   * told all of that, a newer one that is pushed meanwhile must not stand for what is still to come.
   */
  seen(id) {
    if (this.#socket && !this.#greeted) {
      this.#early.push(id);
      return;
    }
    this.#known.add(id);
    if (!this.#last || id > this.#last) this.#last = id;
  }

  /** Hear of changes of an event's lists, over every connection from now on. */
  watch(eventId) {
    if (this.#watched.has(eventId)) return;
    this.#watched.set(eventId, {});
    if (this.#greeted) this.#say({ action: "watch", event_id: eventId });
  }

  /** What this tab has of the last minute before its newest: what was written late then is told all the same. */
  #recent() {
    if (!this.#last) return [];
    const from = madeAt(this.#last) - RECENT_MS;
    const recent = [...this.#known].filter((id) => madeAt(id) >= from).sort();
    this.#known = new Set(recent);
    return recent.slice(-MOST_RECENT);
  }

  /** Try at once, if the socket is away. */
  hurry() {
    if (!this.#running || this.#socket || this.#off) return;
    clearTimeout(this.#timers.retry);
    this.#connect();
  }

  #tell(name, value) {
    for (const callback of this.#listeners.get(name) ?? []) callback(value);
  }

  async #connect() {
    if (!this.#running || this.#socket) return;
    try {
      const { url } = await send("POST", "/live/tickets");
      if (this.#running && !this.#socket) this.#open(new WebSocket(url));
    } catch (error) {
      this.#off = error.code === "live_off";
      if (!this.#off && user()) this.#retry();
    }
  }

  #open(socket) {
    this.#socket = socket;
    this.#greeted = false;
    socket.onopen = () => this.#greet(socket);
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    socket.onclose = () => this.#lose(socket);
  }

  /** Ask what there is that this tab does not have. Until that is told, what is pushed waits. */
  #greet(socket) {
    this.#greeted = false;
    this.#early = [];
    this.#ahead = [];
    this.#say({ action: "hello", since: this.#last ?? this.#position, recent: this.#recent() });
    this.#timers.greeting = setTimeout(() => this.#lose(socket), GREETING_MS);
  }

  #say(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #hear(frame) {
    clearTimeout(this.#timers.pong);
    if (frame.meta === "error") {
      if (!frame.event_id) this.#lose(this.#socket); // one about an event concerns that watch alone
      return;
    }
    const answers = frame.meta === "WS connected" || "more" in frame;
    if (!this.#greeted && !answers) {
      this.#ahead.push(frame);
      return;
    }
    if (typeof frame.notif_count === "number") this.#tell("count", frame.notif_count);
    if (frame.meta === "WS connected") {
      this.#attempts = 0;
      this.#lostAt = 0;
      this.#position = frame.position;
      clearTimeout(this.#timers.poll);
      this.#timers.poll = 0;
      this.#beat();
      if (frame.resync) this.#tell("resync");
      if (frame.missed.length) this.#news(frame.missed);
    } else if (frame.meta === "New notifications") this.#news(frame.notifs);
    else if (frame.meta === "Watching") this.#compare(frame.event_id, frame.versions);
    else if (frame.meta === "Changed") this.#compare(frame.event_id, { [frame.list]: frame.version });
    else if (frame.meta === "Notifications read") this.#tell("read", frame.ids);
    else if (frame.meta === "Notifications unread") this.#tell("unread", frame.ids);
    else if (frame.meta === "Order") this.#tell("order", frame);
    else if (frame.meta === "Check-ins") this.#tell("check-ins", frame);
    else if (frame.meta === "Import") this.#tell("import", frame);
    if (answers && !frame.more) this.#settle();
  }

  /** The answer to hello is complete. What was pushed before is newer, its count too. */
  #settle() {
    this.#greeted = true;
    clearTimeout(this.#timers.greeting);
    for (const id of this.#early.splice(0)) this.seen(id);
    for (const eventId of this.#watched.keys()) this.#say({ action: "watch", event_id: eventId });
    this.#tell("open");
    for (const frame of this.#ahead.splice(0)) this.#hear(frame);
  }

  /** Lists of a watched event: what is above the version that this tab knows has changed. */
  #compare(eventId, versions) {
    const known = this.#watched.get(eventId);
    if (!known) return;
    for (const [list, version] of Object.entries(versions)) {
      const before = known[list];
      known[list] = Math.max(version, before ?? 0);
      if (before !== undefined && version > before) this.#tell("changed", { event_id: eventId, list, version });
    }
  }

  #news(notifications) {
    for (const { id } of notifications) this.seen(id);
    this.#tell("new", notifications);
  }

  /** Keep the connection from idling out, and notice when it is dead. The answer to a greeting goes on with the beat. */
  #beat(beats = 1) {
    clearTimeout(this.#timers.ping);
    this.#timers.ping = setTimeout(() => {
      const socket = this.#socket;
      if (beats === GREET_EVERY) {
        this.#greet(socket);
        return;
      }
      this.#say({ action: "ping" });
      this.#timers.pong = setTimeout(() => socket && this.#lose(socket), PONG_MS);
      this.#beat(beats + 1);
    }, PING_MS);
  }

  #lose(socket) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#greeted = false;
    socket.onclose = null;
    socket.close();
    for (const name of ["ping", "pong", "greeting"]) clearTimeout(this.#timers[name]);
    if (!this.#running) return;
    this.#lostAt ||= Date.now();
    this.#retry();
    this.#poll();
  }

  /** Wait longer each time, by chance somewhere in the second half, so that not all clients come back together. */
  #retry() {
    const patient = Date.now() - this.#lostAt > GIVE_UP_QUICK_MS;
    const longest = Math.min(patient ? PATIENT_WAIT_MS : LONGEST_WAIT_MS, 500 * 2 ** this.#attempts++);
    clearTimeout(this.#timers.retry);
    this.#timers.retry = setTimeout(() => this.#connect(), longest * (0.5 + Math.random() / 2));
  }

  /** Ask again and again while the socket is away; a socket that opens and breaks at once must not put it off. */
  #poll() {
    if (this.#timers.poll) return;
    const slow = this.#off || document.hidden || Date.now() - this.#lostAt > GIVE_UP_QUICK_MS;
    const wait = !this.#asked ? FIRST_POLL_MS : slow ? SLOW_POLL_MS : POLL_MS;
    this.#asked = true;
    this.#timers.poll = setTimeout(async () => {
      this.#timers.poll = 0;
      if (!this.#running || this.#lostAt === 0) return;
      try {
        const { count } = await get("/notifications/unread-count");
        if (this.#lostAt) this.#tell("count", count);
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

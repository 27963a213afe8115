// One socket a tab for what changes; its greeting has the unread count. It comes back by itself; while it is away the
// count is asked for with its ETag, so that the number stays true where sockets are blocked or switched off.
import { get, send } from "./api.js";
import { onChange, user } from "./session.js";

const PING_MS = 55_000;
const PONG_MS = 8_000;
const FIRST_POLL_MS = 1_500;
const POLL_MS = 4_000;
const SLOW_POLL_MS = 20_000;
const LONGEST_WAIT_MS = 5_000;
const GIVE_UP_QUICK_MS = 120_000;
const PATIENT_WAIT_MS = 60_000;

class Live {
  #listeners = new Map();
  #socket = null;
  #timers = {};
  #attempts = 0;
  #lostAt = 0;
  #last = null;
  #running = false;
  #off = false;
  #asked = false;

  /** Call back on `count` (number), `new` (notifications), `read` and `unread` (ids), `resync`, `order`, `check-ins`. */
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
  }

  /** The newest notification this tab knows: after a break the server tells what came since. */
  seen(id) {
    if (!this.#last || id > this.#last) this.#last = id;
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
    socket.onopen = () => this.#say({ action: "hello", since: this.#last });
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    socket.onclose = () => this.#lose(socket);
  }

  #say(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #hear(frame) {
    clearTimeout(this.#timers.pong);
    if (typeof frame.notif_count === "number") this.#tell("count", frame.notif_count);
    if (frame.meta === "WS connected") {
      this.#attempts = 0;
      this.#lostAt = 0;
      clearTimeout(this.#timers.poll);
      this.#timers.poll = 0;
      this.#beat();
      if (frame.resync) this.#tell("resync");
      if (frame.missed.length) this.#news(frame.missed);
      this.#tell("open");
    } else if (frame.meta === "New notifications") this.#news(frame.notifs);
    else if (frame.meta === "Notifications read") this.#tell("read", frame.ids);
    else if (frame.meta === "Notifications unread") this.#tell("unread", frame.ids);
    else if (frame.meta === "Order") this.#tell("order", frame);
    else if (frame.meta === "Check-ins") this.#tell("check-ins", frame);
  }

  #news(notifications) {
    for (const { id } of notifications) this.seen(id);
    this.#tell("new", notifications);
  }

  /** Keep the connection from idling out, and notice when it is dead. */
  #beat() {
    clearTimeout(this.#timers.ping);
    this.#timers.ping = setTimeout(() => {
      this.#say({ action: "ping" });
      const socket = this.#socket;
      this.#timers.pong = setTimeout(() => socket && this.#lose(socket), PONG_MS);
      this.#beat();
    }, PING_MS);
  }

  #lose(socket) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    socket.onclose = null;
    socket.close();
    clearTimeout(this.#timers.ping);
    clearTimeout(this.#timers.pong);
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

// What the gate keeps in this browser: one place for its keys, shared by all tabs at once. Called by gatelist.js and by
// whatever ends a sign-in.
import { remember } from "./format.js";

/** What the names of its keys begin with; the user's id and the event's follow. */
const PREFIX = "marquee.gate.";
const USED = "marquee.gate"; // that there is something to forget at sign-out (site.js)

/** One value in localStorage. Every reading sees what another tab wrote; where nothing can be kept, this tab remembers. */
export class Kept {
  #key;
  #empty;
  #raw = null;
  #value;
  #alone = false;

  constructor(name, user, event, empty) {
    this.#key = keyOf(name, user, event);
    this.#empty = empty;
    this.#value = empty;
  }

  /** Whether a reload of the page will find it. */
  get isSafe() {
    return !this.#alone;
  }

  get value() {
    const raw = this.#alone ? this.#raw : read(this.#key);
    if (raw !== this.#raw) {
      this.#raw = raw;
      this.#value = raw === null ? this.#empty : JSON.parse(raw);
    }
    return this.#value;
  }

  set value(value) {
    const raw = value.length === 0 ? null : JSON.stringify(value); // what has nothing in it leaves no trace
    this.#alone = !write(this.#key, raw);
    remember("localStorage", USED, true);
    this.#raw = raw;
    this.#value = raw === null ? this.#empty : value;
  }

  /** Remember a value in this tab alone. */
  hold(value) {
    write(this.#key, null);
    this.#alone = true;
    this.#raw = JSON.stringify(value);
    this.#value = value;
  }

  remove() {
    write(this.#key, null);
    this.#alone = false;
    this.#raw = null;
    this.#value = this.#empty;
  }
}

function keyOf(name, user, event) {
  return `${PREFIX}${name}.${user}.${event}`;
}

function read(key) {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @returns {boolean} whether it was written; what is too big is removed, so that nothing old is taken for it */
function write(key, raw) {
  try {
    if (raw === null) window.localStorage.removeItem(key);
    else window.localStorage.setItem(key, raw);
    return true;
  } catch {
    if (raw !== null) write(key, null);
    return false;
  }
}

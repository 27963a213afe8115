// What the gate keeps in this browser: one place for its keys, shared by all tabs at once. Called by scan-list.ts and by
// whatever ends a sign-in.

/** What the names of its keys begin with; the user's id and the event's follow. */
const PREFIX = "marquee.gate.";

/**
 * One value in localStorage. Every reading sees what another tab wrote. A change that cannot be written, as the storage is
 * full or forbidden, is made in this tab alone, on top of what is stored, and written with the next one that can be.
 */
export class Kept {
  #key;
  #event;
  #empty;
  #spare;
  #raw = null;
  #value;
  #changes = [];
  #held = null;

  /** @param {Kept[]} spare what may leave the storage when there is no room for this */
  constructor(name, user, event, empty, spare = []) {
    this.#key = `${PREFIX}${name}.${user}.${event}`;
    this.#event = event;
    this.#empty = empty;
    this.#spare = spare;
    this.#value = empty;
  }

  /** Whether a reload of the page will find it. */
  get isSafe() {
    return !this.#changes.length && (this.#held === null || read(this.#key) !== null);
  }

  get value() {
    const raw = read(this.#key);
    if (raw !== this.#raw) {
      this.#raw = raw;
      const stored = raw === null ? (this.#held ?? this.#empty) : JSON.parse(raw);
      this.#value = this.#changes.reduce((value, change) => change(value), stored);
    }
    return this.#value;
  }

  /** Change the value. @param {(value: any) => any} how makes the new one of what is stored; it may be asked again */
  change(how) {
    const value = how(this.value);
    const raw = !value || value.length === 0 ? null : JSON.stringify(value); // what has nothing in it leaves no trace
    this.#value = value;
    if (this.#write(raw)) {
      this.#changes = [];
      this.#held = null;
      this.#raw = raw;
    } else this.#changes.push(how);
  }

  /** Remember a value in this tab alone, until another tab stores one. */
  hold(value) {
    this.remove();
    this.#held = value;
    this.#value = value;
  }

  remove() {
    write(this.#key, null);
    this.#changes = [];
    this.#held = null;
    this.#raw = null;
    this.#value = this.#empty;
  }

  /** First as it is, then without the lists of other events, then without that of this one. Nothing else is removed. */
  #write(raw) {
    if (write(this.#key, raw)) return true;
    for (const key of listsOfOthers(this.#event)) write(key, null);
    if (write(this.#key, raw)) return true;
    for (const kept of this.#spare) kept.hold(kept.value);
    return this.#spare.length > 0 && write(this.#key, raw);
  }
}

/** Keys of localStorage that begin so; none where it is forbidden. */
export function keysOf(start) {
  try {
    return Object.keys(window.localStorage).filter((key) => key.startsWith(start));
  } catch {
    return [];
  }
}

/** What can be fetched again. */
function listsOfOthers(event) {
  return ["list", "about"].flatMap((name) => keysOf(`${PREFIX}${name}.`)).filter((key) => !key.endsWith(`.${event}`));
}

function read(key) {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @returns {boolean} whether it was written */
function write(key, raw) {
  try {
    if (raw === null) window.localStorage.removeItem(key);
    else window.localStorage.setItem(key, raw);
    return true;
  } catch {
    return false;
  }
}

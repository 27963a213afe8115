// What the check-in page keeps in this browser: one place for its keys, shared by all tabs. Used by scan-list.ts and by
// whatever ends a sign-in.

/** The beginning of its keys; the user's id and the event's follow. */
const PREFIX = "marquee.gate.";

/** What may leave the storage when there is no room for something else. */
interface Spare {
  moveOut: () => void;
}

/**
 * One value in localStorage. Every reading sees what another tab wrote. A change that cannot be written, because the
 * storage is full or forbidden, is made in this tab alone, on top of what is stored, and written with the next one that
 * can be. The stored JSON is this class's own, so it is taken for a `T`.
 */
export class Kept<T> implements Spare {
  #key: string;
  #event: string;
  #empty: T;
  #spare: Spare[];
  #raw: string | null = null;
  #value: T;
  #changes: ((value: T) => T)[] = [];
  #held: T | null = null;

  constructor(name: string, user: string, event: string, empty: T, spare: Spare[] = []) {
    this.#key = `${PREFIX}${name}.${user}.${event}`;
    this.#event = event;
    this.#empty = empty;
    this.#spare = spare;
    this.#value = empty;
  }

  /** Whether a reload of the page will find it. */
  get isSafe(): boolean {
    return !this.#changes.length && (this.#held === null || read(this.#key) !== null);
  }

  get value(): T {
    const raw = read(this.#key);
    if (raw !== this.#raw) {
      this.#raw = raw;
      const stored = raw === null ? (this.#held ?? this.#empty) : (JSON.parse(raw) as T);
      this.#value = this.#changes.reduce((value, change) => change(value), stored);
    }
    return this.#value;
  }

  /** Changes the value. `how` makes the new one of what is stored; it may be called again. */
  change(how: (value: T) => T): void {
    const value = how(this.value);
    const isEmpty = !value || (Array.isArray(value) && value.length === 0);
    const raw = isEmpty ? null : JSON.stringify(value); // an empty value is not stored
    this.#value = value;
    if (this.#write(raw)) {
      this.#changes = [];
      this.#held = null;
      this.#raw = raw;
    } else this.#changes.push(how);
  }

  /** Keeps a value in this tab alone, until another tab stores one. */
  hold(value: T): void {
    this.remove();
    this.#held = value;
    this.#value = value;
  }

  /** Moves the value out of the storage into this tab. */
  moveOut(): void {
    this.hold(this.value);
  }

  remove(): void {
    write(this.#key, null);
    this.#changes = [];
    this.#held = null;
    this.#raw = null;
    this.#value = this.#empty;
  }

  /** First as it is, then without the lists of other events, then without that of this one. Nothing else is removed. */
  #write(raw: string | null): boolean {
    if (write(this.#key, raw)) return true;
    for (const key of listsOfOthers(this.#event)) write(key, null);
    if (write(this.#key, raw)) return true;
    for (const spare of this.#spare) spare.moveOut();
    return this.#spare.length > 0 && write(this.#key, raw);
  }
}

/** Returns the keys of localStorage that begin so; none where it is forbidden. */
export function keysOf(start: string): string[] {
  try {
    return Object.keys(window.localStorage).filter((key) => key.startsWith(start));
  } catch {
    return [];
  }
}

/** Returns the keys of other events' lists, which can be fetched again. */
function listsOfOthers(event: string): string[] {
  return ["list", "about"].flatMap((name) => keysOf(`${PREFIX}${name}.`)).filter((key) => !key.endsWith(`.${event}`));
}

function read(key: string): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Returns whether it was written. */
function write(key: string, raw: string | null): boolean {
  try {
    if (raw === null) window.localStorage.removeItem(key);
    else window.localStorage.setItem(key, raw);
    return true;
  } catch {
    return false;
  }
}

// When to send again what the server did not take. Used by check-in.ts.

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
/** The longest wait that a server may ask for. */
const MOST_MS = 3_600_000;

/** Waits longer after each failure, with jitter, so that many devices do not come back together. */
export class Retry {
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again: () => void;
  #random: () => number;

  /** `again` is called when a wait is over. */
  constructor(again: () => void, random: () => number = Math.random) {
    this.#again = again;
    this.#random = random;
  }

  /** Whether nothing may be sent yet. */
  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  /** Ends the wait without calling `again`; the next one is short. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#failures = 0;
  }

  /** Starts a wait. `retryAfter` is what the server asked for, in seconds; 0: nothing. */
  fail(retryAfter = 0): void {
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures);
    const wait = Math.max(retryAfter * 1000, longest * (0.5 + this.#random() / 2));
    this.#failures += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), Math.min(wait, MOST_MS));
  }

  #end(): void {
    this.#timer = undefined;
    this.#again();
  }
}

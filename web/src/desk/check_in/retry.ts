// When to send again what the server did not take. Used by check-in.ts.

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** Counts failures, and waits longer after each, with jitter, so that many devices do not come back together. */
export class Retry {
  #failures = 0;
  #dueAt = 0;
  #now: () => number;
  #random: () => number;

  constructor(now: () => number = Date.now, random: () => number = Math.random) {
    this.#now = now;
    this.#random = random;
  }

  /** Returns whether enough time has passed since the last failure. */
  isDue(): boolean {
    return this.#now() >= this.#dueAt;
  }

  succeed(): void {
    this.#failures = 0;
    this.#dueAt = 0;
  }

  /** Notes a failure. `retryAfter` is what the server asked for, in seconds; 0: nothing. */
  fail(retryAfter = 0): void {
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#dueAt = this.#now() + Math.max(retryAfter * 1000, longest * (0.5 + this.#random() / 2));
  }
}

// Writes with an Idempotency-Key: waiting for an earlier attempt, and whether one must be repeated under the same key.
// Used by the announcements and refunds of staff.
import { asProblem, type Problem } from "./client.ts";

const MOST_TRIES = 20;
const WAIT_SECONDS = 2;

/** Runs a write. While an earlier attempt with its key is still running, waits and runs it again. Raises Problem. */
export async function sendOnce<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.code !== "still_running" || tries === MOST_TRIES) throw problem;
      await new Promise((resolve) => setTimeout(resolve, (problem.retryAfter || WAIT_SECONDS) * 1000));
    }
  }
}

/**
 * Whether the write may have been carried out although this came back: no answer, one that cannot be read, a fault of the
 * server, an attempt that still runs, or a limit that says nothing of earlier attempts. Another key could do it twice.
 */
export function isUnsettled({ status, code }: Problem): boolean {
  return status < 400 || status >= 500 || status === 429 || code === "still_running";
}

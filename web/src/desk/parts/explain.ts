// What a refusal means and what to do next, in words.
import { plural, t } from "@lingui/core/macro";
import type { Problem } from "../../api/client.ts";

const WAIT_SECONDS = 10;

function waitFor({ retryAfter }: Problem): string {
  return plural(retryAfter || WAIT_SECONDS, { one: "Wait # second", other: "Wait # seconds" });
}

/** Of a request that is no form: reading, removing, publishing. */
export function explain(problem: Problem): string {
  const { status, message } = problem;
  if (status === 0) return t`The server cannot be reached. Check your connection, then try again.`;
  if (status === 401) return t`Your sign-in has ended. Sign in again, then repeat this.`;
  if (status === 412) return t`Somebody else changed this meanwhile. Load the page again to see their version.`;
  if (status === 429) return t`Too many requests in a short time. ${waitFor(problem)}, then try again.`;
  if (status >= 500) return t`The server could not do this just now. Try again in a moment.`;
  return message;
}

/** Of saving a form. */
export function explainSaving(problem: Problem): string {
  const { status } = problem;
  if (status === 0) {
    return t`The server cannot be reached. What you typed is kept here. Check your connection and save again.`;
  }
  if (status === 401) return t`Your sign-in has ended. What you typed is kept: sign in again, then save.`;
  if (status === 429) return t`Too many changes in a short time. ${waitFor(problem)}, then save again.`;
  if (status >= 500) return t`The server could not save this just now. What you typed is kept. Save again in a moment.`;
  return explain(problem);
}

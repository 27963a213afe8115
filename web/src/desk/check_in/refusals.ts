// What the server's refusals of a scan say. Used by check-in.ts.
import { Problem, type Schemas } from "../../api/client.ts";
import { isRecord } from "../../ui/storage.ts";

type CheckIn = Schemas["CheckIn"];

const ANSWER_WITHIN_MS = 6_000;

/** Returns whether the server could not judge, as opposed to having judged. */
export function isAway(problem: Problem): boolean {
  return !problem.status || problem.status >= 500 || problem.status === 429;
}

/** A ticket that was refused: who was let in with it before, and who has it as far as the server says. */
export interface RefusedTicket {
  before: CheckIn | null;
  holder: { ticket?: string; attendee: string; ticket_type: string };
}

/** Returns what a refused scan says of the ticket. */
export function ticketIn({ body }: Problem): RefusedTicket {
  const before = isRecord(body.check_in) ? (body.check_in as unknown as CheckIn) : null; // docs/openapi.json: 409
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  const ticket = text(body.ticket);
  const holder = { ...(ticket ? { ticket } : {}), attendee: text(body.attendee), ticket_type: text(body.ticket_type) };
  return { before, holder };
}

/** Returns when, by whom and where somebody was let in. `times` writes a moment. */
export function firstCheckIn(before: CheckIn, times: (moment: string) => string): string {
  const by = before.by.name ? `, by ${before.by.name}` : "";
  return `${times(before.checked_in_at)}${by}${before.device ? `, ${before.device}` : ""}`;
}

/** Waits for an answer as long as somebody at the door would. Raises Problem (status 0) when it takes longer. */
export function within<T>(work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, fail) => setTimeout(fail, ANSWER_WITHIN_MS, new Problem(0)));
  return Promise.race([work, late]);
}

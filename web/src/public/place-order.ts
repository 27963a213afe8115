// Places the order of the ticket form once, however often it is sent. Used by ticket-form.ts.
import { at, now, Problem, type Schemas, send } from "../api/client.ts";
import { isUnsettled } from "../api/send-once.ts";
import { user } from "../api/session.ts";
import { recallFields, remember } from "../ui/storage.ts";

type OrderForm = Schemas["OrderForm"];
const KEY_KEPT_MS = 30 * 60_000;

const attemptOf = (event: string) => `marquee.attempt.${event}`;

/** Returns the Idempotency-Key of this very order: the same for a second click, a reload and another tab. */
function keyFor(event: string, body: OrderForm): string {
  const digest = JSON.stringify([body, user()?.id ?? null]);
  const attempt = recallFields("localStorage", attemptOf(event));
  const isSame = attempt.digest === digest && Number(attempt.until) > now();
  if (isSame && typeof attempt.key === "string") return attempt.key;
  const key = crypto.randomUUID();
  remember("localStorage", attemptOf(event), { key, digest, until: now() + KEY_KEPT_MS });
  return key;
}

/** Sends the order, again while the server is busy or still at work on it, at most `tries` times. Raises Problem. */
export async function placeOrder(event: string, body: OrderForm, tries = 4): Promise<Schemas["OrderMade"]> {
  const key = keyFor(event, body);
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await send("POST", at("/events/{event}/orders", { event }), body, { key });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!isUnsettled(error)) remember("localStorage", attemptOf(event), null);
      const isBusy = error.code === "still_running" || error.status === 503;
      if (!isBusy || left <= 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000 * (error.retryAfter || 1)));
    }
  }
}

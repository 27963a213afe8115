// Ends this browser's subscription to pushes. Not in account/push.ts: that one asks the API and so imports session.ts,
// which needs this when somebody signs out.
import { remember } from "../ui/storage.ts";

/** Where this browser keeps what push.ts made. */
export const KEPT = "marquee.push";

/** Ends the subscription. The server is not asked: it drops the subscriptions of a sign-in that has ended. */
export async function endSubscription(): Promise<void> {
  remember("localStorage", KEPT, null);
  const registration = await navigator.serviceWorker?.getRegistration("/");
  const subscription = await registration?.pushManager.getSubscription();
  await subscription?.unsubscribe();
}

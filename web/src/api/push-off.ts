// Ends this browser's subscription to pushes. Apart from push.ts, which asks the API and so stands on session.ts, since
// session.ts needs this when somebody signs out.
import { remember } from "../ui/storage.ts";

/** Where this browser keeps what push.ts made. */
export const KEPT = "marquee.push";

/** Let go of the subscription; the server needs no word when a sign-in has ended. */
export async function leave() {
  remember("localStorage", KEPT, null);
  const registration = await navigator.serviceWorker?.getRegistration("/");
  const subscription = await registration?.pushManager.getSubscription();
  await subscription?.unsubscribe();
}

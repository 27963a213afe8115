// Ends this browser's subscription to pushes. Apart from push.js, which asks the API and so stands on session.js, since
// session.js needs this when somebody signs out.
import { remember } from "./format.js";

/** Where this browser keeps what push.js made. */
export const KEPT = "marquee.push";

/** Let go of the subscription; the server needs no word when a sign-in has ended. */
export async function leave() {
  remember("localStorage", KEPT, null);
  const registration = await navigator.serviceWorker?.getRegistration("/");
  const subscription = await registration?.pushManager.getSubscription();
  await subscription?.unsubscribe();
}

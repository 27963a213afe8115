// Whether this browser tells of notifications while Marquee is closed (Web Push). Switched on by its owner on the page of
// preferences and never asked for elsewhere; renewed once a day, so that keys and sign-ins that changed do not end it.
import { get, send } from "../api/client.ts";
import { KEPT, leave } from "../api/push-off.ts";
import { user } from "../api/session.ts";
import { recall, remember } from "../ui/storage.ts";

const PATH = "/me/push-subscriptions";
const RENEWED_MS = 24 * 60 * 60 * 1000;

/** Whether this browser can; in Safari on a phone only once Marquee is on the home screen. */
export const possible = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** The caller's browsers and the server's key. Raises Problem, `push_off` where there is none. */
export const browsers = () => get(PATH);

/** Remove one of the caller's browsers. */
export const remove = (id) => send("DELETE", `${PATH}/${id}`);

/** The id of this browser among the caller's, if it was switched on by them. @returns {string | null} */
export function here() {
  const kept = recall("localStorage", KEPT);
  return possible && Notification.permission === "granted" && kept?.user === user()?.id ? kept.id : null;
}

/** Switch it on. The browser asks its owner, so call this from a click. @returns {Promise<boolean>} whether they agreed */
export async function switchOn(publicKey) {
  if ((await Notification.requestPermission()) !== "granted") return false;
  await subscribe(publicKey);
  return true;
}

/** Switch it off here, on the server too. */
export async function switchOff() {
  const id = here();
  await leave();
  if (id) await remove(id).catch((problem) => problem.status === 404 || Promise.reject(problem));
}

/** Called on every page of somebody who is signed in. */
export async function renew() {
  const kept = recall("localStorage", KEPT);
  if (!kept || !possible) return;
  if (kept.user !== user()?.id || Notification.permission !== "granted") return leave();
  const registration = await navigator.serviceWorker.getRegistration("/");
  const subscription = await registration?.pushManager.getSubscription();
  const isOther = subscription?.endpoint !== kept.endpoint; // the browser made a new one (sw.js)
  if (!isOther && Date.now() - kept.at <= RENEWED_MS) return;
  const { items, public_key } = await browsers();
  // Its owner may have removed this browser on another device; then it is not to come back by itself.
  if (isOther || items.some(({ id }) => id === kept.id)) await subscribe(public_key);
  else await leave();
}

async function subscribe(publicKey) {
  await navigator.serviceWorker.register("/sw.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  let subscription = await pushManager.getSubscription();
  if (subscription && keyOf(subscription) !== publicKey) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey });
  const { id } = await send("POST", PATH, subscription.toJSON());
  remember("localStorage", KEPT, { user: user()?.id, id, at: Date.now(), endpoint: subscription.endpoint });
}

function keyOf(subscription) {
  const bytes = new Uint8Array(subscription.options.applicationServerKey ?? new ArrayBuffer(0));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

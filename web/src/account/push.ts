// Whether this browser shows notifications while Marquee is closed (Web Push). Its owner switches that on on the page of
// preferences; nothing else asks for it. Renewed once a day, so that changed keys and sign-ins do not end it.
import { asProblem, at, get, type Schemas, send } from "../api/client.ts";
import { endSubscription, KEPT } from "../api/push-off.ts";
import { user } from "../api/session.ts";
import { isRecord, recall, remember } from "../ui/storage.ts";

const ADDRESS = at("/me/push-subscriptions");
const RENEWED_MS = 24 * 60 * 60 * 1000;

/** Whether this browser can; in Safari on a phone only once Marquee is on the home screen. */
export const possible = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** What this browser keeps of its subscription; `at` is ms. */
interface Kept {
  user: string;
  id: string;
  at: number;
  endpoint: string;
}

function kept(): Kept | null {
  const stored = recall("localStorage", KEPT);
  if (!isRecord(stored) || typeof stored.id !== "string") return null;
  return { user: String(stored.user), id: stored.id, at: Number(stored.at), endpoint: String(stored.endpoint) };
}

/** Reads the caller's browsers and the server's key. Raises Problem, `push_off` where there is none. */
export function browsers(): Promise<Schemas["PushSubscriptionsRead"]> {
  return get(ADDRESS);
}

/** Removes one of the caller's browsers. Raises Problem. */
export async function remove(id: string): Promise<void> {
  await send("DELETE", at("/me/push-subscriptions/{id}", { id }));
}

/** Returns the id of this browser among the caller's, if it was switched on by them. */
export function here(): string | null {
  const own = kept();
  return own && possible && Notification.permission === "granted" && own.user === user()?.id ? own.id : null;
}

/** Switches it on. The browser asks its owner, so call this from a click. Returns whether they agreed. */
export async function switchOn(publicKey: string): Promise<boolean> {
  if ((await Notification.requestPermission()) !== "granted") return false;
  await subscribe(publicKey);
  return true;
}

/** Switches it off here, on the server too. Raises Problem. */
export async function switchOff(): Promise<void> {
  const id = here();
  await endSubscription();
  try {
    if (id) await remove(id);
  } catch (error) {
    if (asProblem(error).status !== 404) throw error;
  }
}

/** Called on every page of somebody who is signed in. */
export async function renew(): Promise<void> {
  const own = kept();
  if (!own || !possible) return;
  if (own.user !== user()?.id || Notification.permission !== "granted") return endSubscription();
  const registration = await navigator.serviceWorker.getRegistration("/");
  const subscription = await registration?.pushManager.getSubscription();
  const isOther = subscription?.endpoint !== own.endpoint; // the browser made a new one (sw.js)
  if (!isOther && Date.now() - own.at <= RENEWED_MS) return;
  const { items, public_key } = await browsers();
  // Its owner may have removed this browser on another device; then it is not to come back by itself.
  if (isOther || items.some(({ id }) => id === own.id)) await subscribe(public_key);
  else await endSubscription();
}

async function subscribe(publicKey: string): Promise<void> {
  await navigator.serviceWorker.register("/sw.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  let subscription = await pushManager.getSubscription();
  if (subscription && keyOf(subscription) !== publicKey) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey });
  const form = subscription.toJSON() as Schemas["PushSubscriptionForm"]; // of the Push API's own making
  const { id } = await send("POST", ADDRESS, form);
  remember("localStorage", KEPT, { user: user()?.id, id, at: Date.now(), endpoint: subscription.endpoint });
}

function keyOf(subscription: PushSubscription): string {
  const bytes = new Uint8Array(subscription.options.applicationServerKey ?? new ArrayBuffer(0));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

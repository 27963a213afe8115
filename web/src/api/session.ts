// Who is signed in on this browser. The refresh token is in localStorage and is exchanged by one tab at a time; the
// access token lives as long as this tab does, so that walking from page to page does not use up refresh tokens.
import { isRecord, recallFields, remember } from "../ui/storage.ts";
import type { Schemas } from "./addresses.ts";

const SESSION = "marquee.session";
const ACCESS = "marquee.access";
const EARLY_MS = 30_000;
const listeners = new Set<(person: User | null) => void>();
let refreshing: Promise<string | null> | null = null;

export interface User {
  id: string;
  name: string;
  email: string;
  verified: boolean;
  administrator: boolean;
}

interface Session {
  refreshToken: string;
  user: User;
}

/** Returns who is signed in here, or null. */
export function user(): User | null {
  return parseSession(recallFields("localStorage", SESSION))?.user ?? null;
}

function parseSession(stored: unknown): Session | null {
  if (!isRecord(stored) || typeof stored.refresh_token !== "string" || !isRecord(stored.user)) return null;
  const { id, name, email, verified, administrator } = stored.user;
  if (typeof id !== "string") return null;
  const person = { id, name: String(name), email: String(email), verified: Boolean(verified) };
  return { refreshToken: stored.refresh_token, user: { ...person, administrator: Boolean(administrator) } };
}

function session(): Session | null {
  return parseSession(recallFields("localStorage", SESSION));
}

/** Keeps the answer of a sign-in, sign-up or refresh. */
export function keep(answer: Schemas["SignedIn"]): void {
  const changed = user()?.id !== answer.user.id;
  const person = { ...answer.user, administrator: answer.administrator };
  remember("localStorage", SESSION, { refresh_token: answer.refresh_token, user: person });
  const until = Date.now() + answer.expires_in * 1000;
  remember("sessionStorage", ACCESS, { token: answer.access_token, until, user: answer.user.id });
  if (changed) notify();
}

/** Forgets this sign-in here and in every other tab. */
export function forget(): void {
  remember("localStorage", SESSION, null);
  remember("sessionStorage", ACCESS, null);
  notify();
}

/** The access token was refused: the next request asks for another. */
export function distrust(): void {
  remember("sessionStorage", ACCESS, null);
}

/** Calls back when somebody signs in or out, in this tab or another. */
export function onChange(callback: (person: User | null) => void): void {
  listeners.add(callback);
}

/** Returns an access token that is good for a while, or null when nobody is signed in. Raises when it cannot be asked for. */
export async function accessToken(): Promise<string | null> {
  const signedIn = user();
  if (!signedIn) return null;
  const { token, until, user: owner } = recallFields("sessionStorage", ACCESS);
  if (typeof token === "string" && owner === signedIn.id && Number(until) > Date.now() + EARLY_MS) return token;
  refreshing ??= exclusively(refresh).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** Signs out here at once, and on the server even if the page is left meanwhile. */
export function signOut(): void {
  const token = session()?.refreshToken;
  forget();
  if (token) endOnServer(token);
  if (Object.keys(recallFields("localStorage", "marquee.push")).length) {
    import("./push-off.ts").then(({ endSubscription }) => endSubscription());
  }
}

function endOnServer(token: string): void {
  post("/api/v1/auth/sign-out", { refresh_token: token }).catch(() => {});
}

/** Exchanges the refresh token. Inside the lock it is read anew: another tab may have exchanged it meanwhile. */
async function refresh(): Promise<string | null> {
  const before = session();
  if (!before) return null;
  const response = await post("/api/v1/auth/refresh", { refresh_token: before.refreshToken });
  if (response.ok) {
    const answer: Schemas["SignedIn"] = await response.json();
    if (user()?.id !== before.user.id) {
      endOnServer(answer.refresh_token); // they signed out while this was under way, perhaps somebody else signed in
      return null;
    }
    keep(answer);
    return answer.access_token;
  }
  if (response.status !== 401) throw new TypeError(`refresh answered ${response.status}`);
  if (session()?.refreshToken === before.refreshToken) forget();
  return null;
}

function post(path: string, body: object): Promise<Response> {
  const headers = { "Content-Type": "application/json" };
  return fetch(path, { method: "POST", headers, body: JSON.stringify(body), keepalive: true });
}

async function exclusively(work: () => Promise<string | null>): Promise<string | null> {
  return navigator.locks ? navigator.locks.request("marquee.session", () => work()) : work();
}

function notify(): void {
  for (const callback of listeners) callback(user());
}

function ownerIn(text: string | null): string | null {
  try {
    return text ? (parseSession(JSON.parse(text))?.user.id ?? null) : null;
  } catch {
    return null;
  }
}

window.addEventListener("storage", (event) => {
  if (event.key === SESSION && ownerIn(event.oldValue) !== ownerIn(event.newValue)) notify();
});

// Who is signed in on this browser. The refresh token lives in localStorage and is exchanged by one tab at a time; the
// access token lives as long as this tab does, so that walking from page to page does not use up refresh tokens.
import { recall, remember } from "../ui/storage.ts";

const SESSION = "marquee.session";
const ACCESS = "marquee.access";
const EARLY_MS = 30_000;
const listeners = new Set();
let refreshing = null;

/** @returns {{id: string, name: string, email: string, verified: boolean, administrator: boolean} | null} */
export function user() {
  return recall("localStorage", SESSION)?.user ?? null;
}

/** Keep the answer of a sign-in, sign-up or refresh. */
export function keep(answer) {
  const changed = user()?.id !== answer.user.id;
  remember("localStorage", SESSION, {
    refresh_token: answer.refresh_token,
    user: { ...answer.user, administrator: answer.administrator },
  });
  const until = Date.now() + answer.expires_in * 1000;
  remember("sessionStorage", ACCESS, { token: answer.access_token, until, user: answer.user.id });
  if (changed) tell();
}

/** Forget this sign-in here and in every other tab. */
export function forget() {
  remember("localStorage", SESSION, null);
  remember("sessionStorage", ACCESS, null);
  tell();
}

/** The access token was refused: ask for another next time. */
export function distrust() {
  remember("sessionStorage", ACCESS, null);
}

/** Call back when somebody signs in or out, in this tab or another. */
export function onChange(callback) {
  listeners.add(callback);
}

/** @returns {Promise<string | null>} an access token that is good for a while; null when nobody is signed in */
export async function accessToken() {
  const signedIn = user();
  if (!signedIn) return null;
  const kept = recall("sessionStorage", ACCESS);
  if (kept && kept.user === signedIn.id && kept.until > Date.now() + EARLY_MS) return kept.token;
  refreshing ??= exclusively(refresh).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** Sign out here at once, and on the server even if the page is left meanwhile. */
export function signOut() {
  const token = recall("localStorage", SESSION)?.refresh_token;
  forget();
  if (token) endOnServer(token);
  if (recall("localStorage", "marquee.push")) import("./push-off.ts").then(({ leave }) => leave());
}

function endOnServer(token) {
  post("/api/v1/auth/sign-out", { refresh_token: token }).catch(() => {});
}

/** Exchange the refresh token. Inside the lock it is read anew: another tab may have exchanged it meanwhile. */
async function refresh() {
  const session = recall("localStorage", SESSION);
  if (!session) return null;
  const response = await post("/api/v1/auth/refresh", { refresh_token: session.refresh_token });
  if (response.ok) {
    const answer = await response.json();
    if (!user()) {
      endOnServer(answer.refresh_token); // somebody signed out while this was under way
      return null;
    }
    keep(answer);
    return answer.access_token;
  }
  if (response.status !== 401) throw new TypeError(`refresh answered ${response.status}`);
  if (recall("localStorage", SESSION)?.refresh_token === session.refresh_token) forget();
  return null;
}

function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return fetch(path, { method: "POST", headers, body: JSON.stringify(body), keepalive: true });
}

function exclusively(work) {
  return navigator.locks ? navigator.locks.request("marquee.session", work) : work();
}

function tell() {
  for (const callback of listeners) callback(user());
}

window.addEventListener("storage", (event) => {
  if (event.key !== SESSION) return;
  const before = event.oldValue && JSON.parse(event.oldValue).user.id;
  const after = event.newValue && JSON.parse(event.newValue).user.id;
  if (before !== after) tell();
});

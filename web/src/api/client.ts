// The API as modules use it: conditional GETs, problems in words, credentials added and renewed.
import { accessToken, distrust } from "./session.ts";

const BASE = "/api/v1";
const kept = new Map();
let skew = 0;

/** A refusal (RFC 9457), or that the server could not be reached (status 0). `message` is fit to show. */
export class Problem extends Error {
  constructor(status, body = {}, retryAfter = 0) {
    super(body.detail || "Something went wrong. Try again.");
    this.status = status;
    this.code = body.code || "unknown";
    this.errors = body.errors || [];
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

/** The server's time in ms, as far as its answers tell. */
export function now() {
  return Date.now() + skew;
}

/**
 * GET as JSON. What is known is asked for with its ETag, so an unchanged answer costs a 304.
 * @param {{open?: boolean}} [how] `open`: what everybody may read, asked for without credentials, as caches know it
 */
export async function get(path, { open = false } = {}) {
  const known = kept.get(path);
  const response = await ask("GET", path, { headers: known ? { "If-None-Match": known.etag } : {} }, { open });
  if (response.status === 304 && known) return known.body;
  const body = await read(response);
  const etag = response.headers.get("ETag");
  if (etag) kept.set(path, { etag, body });
  return body;
}

/** All items of a list, page by page. Raises Problem. @returns {Promise<object[]>} */
export async function getAll(path) {
  const items = [];
  for (let cursor = ""; cursor !== null; ) {
    const page = await get(
      `${path}${path.includes("?") ? "&" : "?"}limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return items;
}

/** The ETag of what `get` answered last for a path, for If-Match. @returns {string | undefined} */
export function tagOf(path) {
  return kept.get(path)?.etag;
}

/**
 * POST and the like, as JSON.
 * @param {{key?: string, keepalive?: boolean, match?: string}} [how] `key` is the Idempotency-Key, `match` the If-Match
 */
export async function send(method, path, body, { key, keepalive, match } = {}) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (match) headers["If-Match"] = match;
  return read(await ask(method, path, { headers, body: body && JSON.stringify(body), keepalive }));
}

/** A file, with the credentials that a link could not send. Raises Problem. @returns {Promise<{blob: Blob, name: string, next: string}>} */
export async function file(path, accept) {
  const response = await ask("GET", path, { headers: { Accept: accept } });
  if (!response.ok) await read(response);
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "";
  const next = /<([^>]+)>;\s*rel="?next/.exec(response.headers.get("Link") ?? "")?.[1] ?? "";
  return { blob: await response.blob(), name, next };
}

async function ask(method, path, options, { open = false, again = true } = {}) {
  let response;
  let token;
  try {
    token = open ? null : await accessToken();
    const headers = token ? { ...options.headers, Authorization: `Bearer ${token}` } : options.headers;
    response = await fetch(path.startsWith(BASE) ? path : BASE + path, {
      ...options,
      method,
      headers,
      cache: "no-store",
    });
  } catch (error) {
    throw new Problem(0, {
      code: "offline",
      detail: "The server cannot be reached. Check your connection and try again.",
    });
  }
  const date = Date.parse(response.headers.get("Date") ?? "");
  if (date && Math.abs(date - Date.now()) > 2500) skew = date - Date.now();
  if (response.status === 401 && token && again) {
    distrust();
    return ask(method, path, options, { again: false });
  }
  return response;
}

async function read(response) {
  const text = await response.text();
  let body = {};
  try {
    body = text ? JSON.parse(text) : {};
  } catch {
    if (response.ok) throw new Problem(response.status, { code: "unreadable" });
  }
  if (response.ok) return body;
  throw new Problem(response.status, body, Number(response.headers.get("Retry-After")) || 0);
}

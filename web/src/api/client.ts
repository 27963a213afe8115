// The API as pages use it: conditional GETs, refusals in words, credentials added and renewed.

import { isRecord } from "../ui/storage.ts";
import type { Address, Answer, Body, Item, Method, Template } from "./addresses.ts";
import { BASE } from "./addresses.ts";
import { accessToken, distrust } from "./session.ts";

export type { Address, Answer, Body, Item, Query, Schemas, Template } from "./addresses.ts";
export { at, link } from "./addresses.ts";

/** A field that was refused: a JSON pointer into the body, and why. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** A problem document (RFC 9457) with the members that some refusals add. */
export interface ProblemBody {
  code?: string;
  detail?: string;
  errors?: FieldError[];
  [member: string]: unknown;
}

/** A refusal, or that the server could not be reached (status 0). `message` is fit to show. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: FieldError[];
  readonly body: ProblemBody;
  /** Seconds after which to try again; 0: not said. */
  readonly retryAfter: number;

  constructor(status: number, body: ProblemBody = {}, retryAfter = 0) {
    super(body.detail || "Something went wrong. Try again.");
    this.status = status;
    this.code = body.code || "unknown";
    this.errors = body.errors || [];
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

interface Kept {
  etag: string;
  body: unknown;
}

interface Ask {
  headers?: Record<string, string>;
  body?: string | Blob;
  keepalive?: boolean;
}

const kept = new Map<string, Kept>();
const MOST_KEPT = 200;
const LEAST_SKEW_MS = 2500;
let skew = 0;
let quickest = Number.POSITIVE_INFINITY;

/** Returns the server's time in ms, as far as its answers tell. */
export function now(): number {
  return Date.now() + skew;
}

/**
 * Takes the server's time from an answer's Date header. The quickest answer so far tells it best: a slow one was written
 * long before it came. A slower one counts when what is known cannot be right any more: this device's clock was set. A
 * device whose clock is about right keeps its own. `age` is how many seconds the answer was in a cache.
 */
export function learnTime(date: string | null, sent: number, received: number, age = 0): void {
  const told = Date.parse(date ?? "") + age * 1000;
  const took = received - sent;
  if (Number.isNaN(told) || took < 0) return; // less than nothing: the clock was put back meanwhile
  const [least, most] = [told - received - LEAST_SKEW_MS, told - sent + LEAST_SKEW_MS];
  if (took > quickest && least <= skew && skew <= most) return;
  quickest = took;
  const apart = told - (sent + received) / 2;
  skew = Math.abs(apart) > LEAST_SKEW_MS ? apart : 0;
}

/**
 * GETs JSON. What is known is asked for with its ETag, so an unchanged answer costs a 304. Raises Problem.
 * `open`: what everybody may read is asked for without credentials, as caches know it.
 */
export async function get<T extends Template>(address: Address<T>, { open = false } = {}): Promise<Answer<T>> {
  const known = kept.get(address);
  const response = await ask("GET", address, { headers: known ? { "If-None-Match": known.etag } : {} }, { open });
  if (response.status === 304 && known) {
    keep(address, known);
    return known.body as Answer<T>;
  }
  const body = await read(response);
  const etag = response.headers.get("ETag");
  if (etag) keep(address, { etag, body });
  return body as Answer<T>; // docs/openapi.json says what the server answers
}

/** Keeps an answer. The one that was read longest ago goes: pages of lists that change have ever new addresses. */
function keep(address: string, answer: Kept): void {
  kept.delete(address);
  kept.set(address, answer);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
}

/** Returns all items of a list, page by page. Raises Problem. */
export async function getAll<T extends Template>(address: Address<T>): Promise<Item<T>[]> {
  const items: Item<T>[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: { items: Item<T>[]; next_cursor: string | null } = await getPage(address, cursor);
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return items;
}

/** Returns one page of a list, of at most 500 items, from a cursor on. Raises Problem. */
async function getPage<T extends Template>(address: Address<T>, cursor: string) {
  const more = `limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
  const page = await get(`${address}${address.includes("?") ? "&" : "?"}${more}` as Address<T>);
  return page as { items: Item<T>[]; next_cursor: string | null };
}

/** Returns the ETag of what `get` answered last for an address, for If-Match. */
export function tagOf(address: Address): string | undefined {
  return kept.get(address)?.etag;
}

/** How a write is sent: `key` is the Idempotency-Key, `match` the If-Match; `keepalive` survives leaving the page. */
export interface Sending {
  key?: string | undefined;
  match?: string | undefined;
  keepalive?: boolean | undefined;
}

/** Sends a write with a JSON body. Raises Problem. */
export async function send<M extends Exclude<Method, "GET">, T extends Template>(
  method: M,
  address: Address<T>,
  body?: Body<T, M>,
  how: Sending = {},
): Promise<Answer<T, M>> {
  return (await read(await request(method, address, body, how))) as Answer<T, M>; // as docs/openapi.json says
}

function request(
  method: Method,
  address: Address,
  body: unknown,
  { key, keepalive, match }: Sending,
): Promise<Response> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (match) headers["If-Match"] = match;
  const asked: Ask = { headers };
  if (body !== undefined) asked.body = JSON.stringify(body);
  if (keepalive) asked.keepalive = true;
  return ask(method, address, asked);
}

/** The answer to a write, and the tag of the version that it made. */
export interface Written<Saved> {
  body: Saved;
  tag: string | undefined;
}

/** Sends a write like `send`, and returns the tag of what it made as well. Raises Problem. */
export async function write<M extends Exclude<Method, "GET">, T extends Template>(
  method: M,
  address: Address<T>,
  body?: Body<T, M>,
  how: Sending = {},
): Promise<Written<Answer<T, M>>> {
  const response = await request(method, address, body, how);
  const saved = (await read(response)) as Answer<T, M>; // docs/openapi.json says what it answers
  return { body: saved, tag: response.headers.get("ETag") ?? undefined };
}

/** Sends a file as it is, for routes that read raw bytes. Raises Problem. */
export async function sendFile<T extends Template>(
  address: Address<T>,
  body: Blob,
  how: Sending = {},
): Promise<Answer<T, "POST">> {
  const headers: Record<string, string> = { "Content-Type": "application/zip" };
  if (how.key) headers["Idempotency-Key"] = how.key;
  return (await read(await ask("POST", address, { headers, body }))) as Answer<T, "POST">; // as docs/openapi.json says
}

/** A file that was fetched, its name, and the link to the part that follows (empty: the last). */
export interface FetchedFile {
  blob: Blob;
  name: string;
  next: string;
}

/** GETs a file with the credentials that a link could not send. Raises Problem. */
export async function file(address: Address, accept: string): Promise<FetchedFile> {
  const response = await ask("GET", address, { headers: { Accept: accept } });
  if (!response.ok) await read(response);
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "";
  const next = /<([^>]+)>;\s*rel="?next/.exec(response.headers.get("Link") ?? "")?.[1] ?? "";
  return { blob: await response.blob(), name, next };
}

async function ask(
  method: Method,
  address: string,
  options: Ask,
  { open = false, again = true } = {},
): Promise<Response> {
  let sent: number;
  let response: Response;
  let token: string | null;
  try {
    token = open ? null : await accessToken();
    const headers = { ...options.headers, ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    sent = Date.now(); // a token that was renewed first is no part of the round trip
    response = await fetch(BASE + address, { ...options, method, headers, cache: "no-store" });
  } catch {
    const detail = "The server cannot be reached. Check your connection and try again.";
    throw new Problem(0, { code: "offline", detail });
  }
  learnTime(response.headers.get("Date"), sent, Date.now(), Number(response.headers.get("Age")) || 0);
  if (response.status === 401 && token && again) {
    distrust();
    return ask(method, address, options, { again: false });
  }
  return response;
}

async function read(response: Response): Promise<unknown> {
  const text = await response.text();
  let body: unknown = {};
  try {
    body = text ? JSON.parse(text) : {};
  } catch {
    if (response.ok) throw new Problem(response.status, { code: "unreadable" });
  }
  if (response.ok) return body;
  const retryAfter = Number(response.headers.get("Retry-After")) || 0;
  throw new Problem(response.status, isRecord(body) ? body : {}, retryAfter);
}

/** Returns what was thrown as a Problem: anything else is a fault of our own, told in general words. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(0);
}

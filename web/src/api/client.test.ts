// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";

type Reply = Response | (() => Response | Promise<Response>);
interface Sent {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: unknown;
  keepalive: boolean | undefined;
}

let client: typeof import("./client.ts");
let session: typeof import("./session.ts");
let sent: Sent[];
let replies: Reply[];

function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(status === 304 ? null : JSON.stringify(body), { status, headers });
}

const DATES = { created_at: "2026-11-01T10:00:00Z", updated_at: "2026-11-01T10:00:00Z" };

function signedIn(access = "access-1") {
  const user = { id: "ada", name: "Ada", email: "ada@example.org", verified: true, ...DATES };
  return { user, administrator: false, access_token: access, refresh_token: `refresh of ${access}`, expires_in: 900 };
}

/** Answers requests with these, in turn. */
function answerWith(...given: Reply[]): void {
  replies.push(...given);
}

/** Returns what a promise is refused with. */
async function refusalOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail("was not refused"),
    (error) => error,
  );
}

async function fakeFetch(url: string, init: RequestInit): Promise<Response> {
  const headers = { ...(init.headers as Record<string, string>) }; // as client.ts gives them
  const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : init.body;
  sent.push({ url, method: init.method ?? "GET", headers, body, keepalive: init.keepalive });
  const reply = replies.shift();
  if (!reply) throw new Error(`nothing answers ${init.method} ${url}`);
  return typeof reply === "function" ? reply() : reply;
}

beforeEach(async () => {
  sent = [];
  replies = [];
  localStorage.clear();
  sessionStorage.clear();
  vi.stubGlobal("fetch", fakeFetch);
  vi.resetModules();
  session = await import("./session.ts");
  client = await import("./client.ts");
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("what was answered is asked for with its ETag, and a 304 gives it again", async () => {
  const address = client.at("/orders/{id}", { id: "1" });
  answerWith(json({ id: "1" }, 200, { ETag: '"a"' }), json(null, 304), json({ id: "2" }, 200, { ETag: '"b"' }));
  expect(client.tagOf(address)).toBeUndefined();
  expect(await client.get(address)).toEqual({ id: "1" });
  expect(client.tagOf(address)).toBe('"a"');
  expect(await client.get(address)).toEqual({ id: "1" });
  expect(await client.get(address)).toEqual({ id: "2" });
  expect(client.tagOf(address)).toBe('"b"');
  expect(sent.map(({ url, headers }) => [url, headers["If-None-Match"]])).toEqual([
    ["/api/v1/orders/1", undefined],
    ["/api/v1/orders/1", '"a"'],
    ["/api/v1/orders/1", '"a"'],
  ]);
});

test("an answer is known for its own address only, a refusal for none", async () => {
  answerWith(json({}, 200, { ETag: '"a"' }), json({}), json({ code: "gone" }, 404, { ETag: '"c"' }));
  await client.get(client.at("/orders/{id}", { id: "1" }));
  await client.get(client.at("/orders/{id}", { id: "2" }));
  await refusalOf(client.get(client.at("/orders/{id}", { id: "3" })));
  expect(sent.map(({ headers }) => headers["If-None-Match"])).toEqual([undefined, undefined, undefined]);
  expect(client.tagOf(client.at("/orders/{id}", { id: "2" }))).toBeUndefined();
  expect(client.tagOf(client.at("/orders/{id}", { id: "3" }))).toBeUndefined();
});

test("all items of a list are asked for page by page, with the query of the list", async () => {
  answerWith(json({ items: [{ id: "1" }, { id: "2" }], next_cursor: "a/b=" }));
  answerWith(json({ items: [], next_cursor: "c" }), json({ items: [{ id: "3" }], next_cursor: null }));
  const items = await client.getAll(client.at("/events/{event}/orders", { event: "e" }, { state: "paid" }));
  expect(items.map(({ id }) => id)).toEqual(["1", "2", "3"]);
  const base = "/api/v1/events/e/orders?state=paid&limit=500";
  expect(sent.map(({ url }) => url)).toEqual([base, `${base}&cursor=a%2Fb%3D`, `${base}&cursor=c`]);
});

test("a list without a query is asked for with the limit alone", async () => {
  answerWith(json({ items: [], next_cursor: null }));
  expect(await client.getAll(client.at("/events/{event}/orders", { event: "e" }))).toEqual([]);
  expect(sent[0]?.url).toBe("/api/v1/events/e/orders?limit=500");
});

test("a write sends its body, its key and the version that it changes", async () => {
  answerWith(json({ id: "e" }));
  const options = { key: "k", match: '"a"', keepalive: true };
  await client.send("PATCH", client.at("/events/{event}", { event: "e" }), { name: "Fair" }, options);
  expect(sent).toEqual([
    {
      url: "/api/v1/events/e",
      method: "PATCH",
      headers: { "Content-Type": "application/json", "Idempotency-Key": "k", "If-Match": '"a"' },
      body: { name: "Fair" },
      keepalive: true,
    },
  ]);
});

test("a write without a body says nothing of one, and an empty answer is an empty object", async () => {
  answerWith(new Response(null, { status: 204 }));
  expect(await client.send("POST", client.at("/live/tickets"))).toEqual({});
  expect(sent[0]?.headers).toEqual({});
  expect(sent[0]?.body).toBeUndefined();
});

test("a refusal is a Problem with its fields and the seconds to wait", async () => {
  const errors = [{ pointer: "/name", detail: "Too long." }];
  answerWith(json({ code: "invalid", detail: "Check the fields.", errors }, 422, { "Retry-After": "7" }));
  const problem = await refusalOf(client.send("POST", client.at("/live/tickets")));
  expect(problem).toBeInstanceOf(client.Problem);
  expect(problem).toMatchObject({ status: 422, code: "invalid", message: "Check the fields.", errors, retryAfter: 7 });
});

test("a change of an old version is refused with the version of now", async () => {
  const current = { etag: '"b"', value: { name: "Show" } };
  answerWith(json({ code: "changed", detail: "Changed meanwhile.", current }, 412));
  const write = client.send("PATCH", client.at("/events/{event}", { event: "e" }), { name: "Fair" }, { match: '"a"' });
  expect(await refusalOf(write)).toMatchObject({ status: 412, code: "changed", body: { current } });
});

test("a refusal that is not JSON has general words, a success that is not JSON is refused", async () => {
  answerWith(new Response("<h1>Bad gateway</h1>", { status: 502 }), new Response("<h1>Hello</h1>"));
  const general = { message: "Something went wrong. Try again.", errors: [], retryAfter: 0 };
  const address = client.at("/orders/{id}", { id: "1" });
  expect(await refusalOf(client.get(address))).toMatchObject({ status: 502, code: "unknown", ...general });
  expect(await refusalOf(client.get(address))).toMatchObject({ status: 200, code: "unreadable", ...general });
});

test("a server that cannot be reached is status 0", async () => {
  answerWith(() => Promise.reject(new TypeError("Failed to fetch")));
  const problem = await refusalOf(client.get(client.at("/orders/{id}", { id: "1" })));
  expect(problem).toMatchObject({ status: 0, code: "offline" });
  expect(client.asProblem(problem)).toBe(problem);
  expect(client.asProblem(new TypeError("of our own"))).toMatchObject({ status: 0, code: "unknown" });
});

test("a refused access token is renewed once and the request sent again", async () => {
  session.keep(signedIn("old"));
  answerWith(json({}, 401), json(signedIn("new")), json({ id: "1" }));
  const address = client.at("/orders/{id}", { id: "1" });
  expect(await client.get(address)).toEqual({ id: "1" });
  expect(sent.map(({ url, headers }) => [url, headers.Authorization])).toEqual([
    ["/api/v1/orders/1", "Bearer old"],
    ["/api/v1/auth/refresh", undefined],
    ["/api/v1/orders/1", "Bearer new"],
  ]);
});

test("a write that is sent again after a renewal keeps its body, key and version", async () => {
  session.keep(signedIn("old"));
  answerWith(json({}, 401), json(signedIn("new")), json({}));
  const options = { key: "k", match: '"a"' };
  await client.send("PATCH", client.at("/events/{event}", { event: "e" }), { name: "Fair" }, options);
  expect(sent[2]).toMatchObject({ method: "PATCH", body: { name: "Fair" } });
  expect(sent[2]?.headers).toMatchObject({ "Idempotency-Key": "k", "If-Match": '"a"', Authorization: "Bearer new" });
});

test("a second refusal of the token is passed on", async () => {
  session.keep(signedIn("old"));
  answerWith(json({}, 401), json(signedIn("new")), json({ code: "unauthorized" }, 401));
  const problem = await refusalOf(client.get(client.at("/orders/{id}", { id: "1" })));
  expect(problem).toMatchObject({ status: 401, code: "unauthorized" });
  expect(sent).toHaveLength(3);
});

test("without an account, or openly, no token is sent or renewed", async () => {
  answerWith(json({}, 401), json({}));
  const address = client.at("/orders/{id}", { id: "1" });
  expect(await refusalOf(client.get(address))).toMatchObject({ status: 401 });
  session.keep(signedIn());
  await client.get(address, { open: true });
  expect(sent.map(({ headers }) => headers.Authorization)).toEqual([undefined, undefined]);
});

test("a file has its name and the link to the part that follows", async () => {
  const headers = {
    "Content-Disposition": 'attachment; filename="orders.csv"',
    Link: '</api/v1/orders.csv?cursor=2>; rel="next"',
  };
  answerWith(new Response("a,b", { headers }), new Response("c,d"), json({ code: "forbidden" }, 403));
  const address = client.at("/admin/notifications.csv");
  const first = await client.file(address, "text/csv");
  expect(first).toMatchObject({ name: "orders.csv", next: "/api/v1/orders.csv?cursor=2" });
  expect(first.blob.size).toBe(3);
  expect(sent[0]?.headers).toEqual({ Accept: "text/csv" });
  expect(await client.file(address, "text/csv")).toMatchObject({ name: "", next: "" });
  expect(await refusalOf(client.file(address, "text/csv"))).toMatchObject({ status: 403, code: "forbidden" });
});

const SERVER = "Tue, 01 Dec 2026 12:00:00 GMT";
const SERVER_MS = Date.parse(SERVER);

test("a wrong clock is corrected by the middle of the round trip", () => {
  vi.useFakeTimers({ now: SERVER_MS - 60_000 });
  client.learnTime(SERVER, SERVER_MS - 60_200, SERVER_MS - 60_000);
  expect(client.now()).toBe(SERVER_MS + 100);
});

test("a slow answer neither makes a right clock wrong after a quick one nor for good", () => {
  vi.useFakeTimers({ now: SERVER_MS });
  client.learnTime(SERVER, SERVER_MS, SERVER_MS + 20_000);
  expect(client.now()).toBe(SERVER_MS - 10_000);
  client.learnTime(SERVER, SERVER_MS, SERVER_MS + 100);
  expect(client.now()).toBe(SERVER_MS);
  client.learnTime(SERVER, SERVER_MS, SERVER_MS + 20_000);
  expect(client.now()).toBe(SERVER_MS);
});

test("a clock that is about right, or an answer without a date, changes nothing", () => {
  vi.useFakeTimers({ now: SERVER_MS });
  client.learnTime(SERVER, SERVER_MS + 2_000, SERVER_MS + 2_100);
  expect(client.now()).toBe(SERVER_MS);
  client.learnTime(SERVER, SERVER_MS + 60_000, SERVER_MS + 60_050);
  const learned = client.now();
  expect(learned).toBe(SERVER_MS - 60_025);
  client.learnTime(null, SERVER_MS, SERVER_MS);
  client.learnTime("soon", SERVER_MS, SERVER_MS);
  expect(client.now()).toBe(learned);
});

test("a clock that is set while the page is open is noticed, by slower answers too", () => {
  vi.useFakeTimers({ now: SERVER_MS });
  client.learnTime(SERVER, SERVER_MS, SERVER_MS + 5);
  vi.setSystemTime(SERVER_MS - 3_600_000);
  client.learnTime(SERVER, SERVER_MS - 3_600_100, SERVER_MS - 3_599_900);
  expect(client.now()).toBe(SERVER_MS);
});

test("an answer from a cache tells the time by its age", async () => {
  vi.useFakeTimers({ now: SERVER_MS });
  answerWith(json({}, 200, { Date: new Date(SERVER_MS - 8_000).toUTCString(), Age: "8" }));
  await client.get(client.at("/orders/{id}", { id: "1" }));
  expect(client.now()).toBe(SERVER_MS);
});

test("the answers that were read longest ago are not kept", async () => {
  for (let id = 0; id <= 200; id += 1) {
    answerWith(json({}, 200, { ETag: `"${id}"` }));
    await client.get(client.at("/orders/{id}", { id }));
  }
  expect(client.tagOf(client.at("/orders/{id}", { id: 0 }))).toBeUndefined();
  expect(client.tagOf(client.at("/orders/{id}", { id: 1 }))).toBe('"1"');
});

test("a clock that is put back during a request does not stop the learning", () => {
  vi.useFakeTimers({ now: SERVER_MS - 60_000 });
  client.learnTime(SERVER, SERVER_MS, SERVER_MS - 60_000);
  client.learnTime(SERVER, SERVER_MS - 60_100, SERVER_MS - 59_900);
  expect(client.now()).toBe(SERVER_MS);
});

test("a request learns the time from when it was sent, not from when a token was asked for", async () => {
  vi.useFakeTimers({ now: SERVER_MS - 60_000 });
  session.keep({ ...signedIn(), expires_in: 0 });
  const later = (ms: number, answer: Response) => async () => {
    await vi.advanceTimersByTimeAsync(ms);
    return answer;
  };
  answerWith(later(20_000, json(signedIn("new"))), json({}, 200, { Date: new Date(SERVER_MS + 20_000).toUTCString() }));
  await client.get(client.at("/orders/{id}", { id: "1" }));
  expect(client.now() - Date.now()).toBe(60_000);
});

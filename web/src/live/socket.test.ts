// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";

class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  readyState = 0;
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor() {
    FakeSocket.made.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.readyState = 3;
  }
  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }
  push(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  break(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

const OLD = "01KBC000000000000000000001";
const NEW = "01KBC000000000000000000002";
const NEWEST = "01KBC000000000000000000003";
const HELLO = { meta: "WS connected", missed: [], resync: false, position: "p" };
let live: typeof import("./socket.ts").live;
let counts: number;

const notification = (id: string) => ({ id, title: id });

/** Returns the newest socket. */
function socket(): FakeSocket {
  return FakeSocket.made.at(-1) ?? expect.fail("no socket was made");
}

/** Returns what the newest socket sent as this action. */
function said(action: string): Record<string, unknown>[] {
  return socket().sent.filter((frame) => frame.action === action);
}

/** Starts, and opens the first socket. */
async function connect(): Promise<void> {
  live.start();
  await vi.advanceTimersByTimeAsync(0);
  socket().open();
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(1); // no jitter
  FakeSocket.made = [];
  counts = 0;
  localStorage.setItem("marquee.session", JSON.stringify({ refresh_token: "r", user: { id: "ada" } }));
  const access = { token: "a", until: Date.now() + 1e9, user: "ada" };
  sessionStorage.setItem("marquee.access", JSON.stringify(access));
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", async (url: string) => {
    if (url.endsWith("/live/tickets")) return Response.json({ url: "wss://live.example" });
    counts += 1;
    return Response.json({ count: 3 });
  });
  vi.resetModules();
  live = (await import("./socket.ts")).live;
});
afterEach(() => {
  live.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a socket says hello, and is open when the answer is complete", async () => {
  await connect();
  expect(socket().sent).toEqual([{ action: "hello", since: null, recent: [] }]);
  expect(live.open).toBe(false);
  socket().push({ ...HELLO, more: 1 });
  expect(live.open).toBe(false);
  socket().push({ meta: "New notifications", notifs: [], more: 0 });
  expect(live.open).toBe(true);
});

test("a broken socket comes back, waits longer each time, and asks for what came since the newest", async () => {
  await connect();
  socket().push(HELLO);
  socket().push({ meta: "New notifications", notifs: [notification(OLD)] });
  for (const wait of [500, 1_000, 2_000, 4_000, 5_000, 5_000]) {
    const before = FakeSocket.made.length;
    socket().break();
    expect(live.open).toBe(false);
    await vi.advanceTimersByTimeAsync(wait - 1);
    expect(FakeSocket.made).toHaveLength(before);
    await vi.advanceTimersByTimeAsync(1);
    expect(FakeSocket.made).toHaveLength(before + 1);
  }
  socket().open();
  expect(said("hello")).toEqual([{ action: "hello", since: OLD, recent: [OLD] }]);
});

test("a greeting that is not answered, and a ping that is not answered, end the socket", async () => {
  await connect();
  await vi.advanceTimersByTimeAsync(15_500);
  expect(FakeSocket.made).toHaveLength(2);
  socket().open();
  socket().push(HELLO);
  await vi.advanceTimersByTimeAsync(55_000);
  expect(said("ping")).toHaveLength(1);
  socket().push({ meta: "pong" });
  await vi.advanceTimersByTimeAsync(55_000);
  expect(said("ping")).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(8_500);
  expect(FakeSocket.made).toHaveLength(3);
});

test("what is pushed before the greeting is answered comes after the answer", async () => {
  const heard: string[] = [];
  live.on("new", (notifications) => heard.push(...notifications.map(({ id }) => id)));
  live.on("count", (count) => heard.push(`count ${count}`));
  await connect();
  socket().push({ meta: "New notifications", notifs: [notification(NEWEST)], notif_count: 3 });
  expect(heard).toEqual([]);
  socket().push({ ...HELLO, missed: [notification(OLD)], notif_count: 1, more: 1 });
  socket().push({ meta: "New notifications", notifs: [notification(NEW)], notif_count: 2, more: 0 });
  expect(heard).toEqual(["count 1", OLD, "count 2", NEW, "count 3", NEWEST]);
});

test("what a page loads before the greeting is answered is not the newest if the socket breaks", async () => {
  await connect();
  live.seen(NEWEST);
  socket().break();
  await vi.advanceTimersByTimeAsync(500);
  socket().open();
  expect(said("hello")).toEqual([{ action: "hello", since: null, recent: [] }]);
});

test("a list has changed when its version is higher than the one that is known", async () => {
  const changes: unknown[] = [];
  live.on("changed", (change) => changes.push(change));
  live.watch("e");
  await connect();
  socket().push(HELLO);
  expect(said("watch")).toEqual([{ action: "watch", event_id: "e" }]);
  socket().push({ meta: "Watching", event_id: "e", versions: { orders: 4 } });
  socket().push({ meta: "Changed", event_id: "e", list: "orders", version: 4 });
  socket().push({ meta: "Changed", event_id: "other", list: "orders", version: 9 });
  expect(changes).toEqual([]);
  socket().push({ meta: "Changed", event_id: "e", list: "orders", version: 6 });
  socket().push({ meta: "Changed", event_id: "e", list: "orders", version: 5 });
  socket().push({ meta: "Changed", event_id: "e", list: "orders", version: 6 });
  expect(changes).toEqual([{ event_id: "e", list: "orders", version: 6 }]);
});

test("a change during a break is noticed at the next connection", async () => {
  const changes: unknown[] = [];
  live.on("changed", (change) => changes.push(change));
  live.watch("e");
  await connect();
  socket().push(HELLO);
  socket().push({ meta: "Watching", event_id: "e", versions: { orders: 4 } });
  socket().break();
  await vi.advanceTimersByTimeAsync(500);
  socket().open();
  socket().push(HELLO);
  expect(said("watch")).toHaveLength(1);
  socket().push({ meta: "Watching", event_id: "e", versions: { orders: 5 } });
  expect(changes).toEqual([{ event_id: "e", list: "orders", version: 5 }]);
});

test("an error about one event keeps the socket, another ends it", async () => {
  await connect();
  socket().push(HELLO);
  socket().push({ meta: "error", event_id: "e" });
  expect(live.open).toBe(true);
  socket().push({ meta: "error" });
  expect(live.open).toBe(false);
});

test("the count is asked for while the socket is away, and no more when it is back", async () => {
  const heard: number[] = [];
  live.on("count", (count) => heard.push(count));
  await connect();
  await vi.advanceTimersByTimeAsync(1_500);
  expect(heard).toEqual([3]);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(counts).toBe(2);
  socket().push(HELLO);
  await vi.advanceTimersByTimeAsync(50_000);
  expect(counts).toBe(2);
});

test("a stopped connection does not come back by itself", async () => {
  await connect();
  socket().push(HELLO);
  live.stop();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(FakeSocket.made).toHaveLength(1);
});

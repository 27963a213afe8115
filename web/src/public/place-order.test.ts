// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { placeOrder } from "./place-order.ts";

const BODY = { lines: [], buyer: { name: "Ada", email: "ada@example.org" } };
let keys: (string | null)[];
let answers: (() => Response)[];

function answer(status: number, body: object = {}): () => Response {
  return () => new Response(JSON.stringify(body), { status });
}

/** Places the order with these answers of the server and returns whether it was made. */
async function place(...given: (() => Response)[]): Promise<boolean> {
  answers = given;
  const placed = placeOrder("1", BODY).then(
    () => true,
    () => false,
  );
  await vi.runAllTimersAsync();
  return placed;
}

beforeEach(() => {
  keys = [];
  localStorage.clear();
  vi.useFakeTimers();
  vi.stubGlobal("fetch", async (_url: string, { headers }: RequestInit) => {
    keys.push(new Headers(headers).get("Idempotency-Key"));
    const next = answers.shift();
    if (!next) throw new TypeError("no network");
    return next();
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("an order that may have been made is sent again under its key", async () => {
  await place();
  await place(() => new Response("<html>", { status: 201 }));
  await place(answer(502));
  await place(answer(429, { code: "too_many_requests" }));
  expect(await place(answer(409, { code: "still_running" }), answer(201, { id: "2" }))).toBe(true);
  expect(keys).toHaveLength(6);
  expect(new Set(keys).size).toBe(1);
});

test("an order that was refused is sent anew under another key", async () => {
  await place(answer(409, { code: "sold_out" }));
  await place(answer(201, { id: "2" }));
  expect(new Set(keys).size).toBe(2);
});

test("a busy server gets the same key again where nothing can be stored", async () => {
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("forbidden", "SecurityError");
  });
  expect(await place(answer(503), answer(503), answer(201, { id: "2" }))).toBe(true);
  expect(new Set(keys).size).toBe(1);
});

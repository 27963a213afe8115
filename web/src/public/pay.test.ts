// @vitest-environment jsdom
// @vitest-environment-options {"url": "http://localhost/orders/01J00000000000000000000000/pay"}
import { afterEach, expect, test, vi } from "vitest";

const ORDER = {
  id: "01J00000000000000000000000",
  event_id: "01J00000000000000000000001",
  state: "reserved",
  lines: [],
  total: { amount: 1200, currency: "EUR" },
  buyer: { name: "Ada", email: "ada@example.org" },
  expires_at: new Date(Date.now() + 600_000).toISOString(),
};
const EVENT = { id: ORDER.event_id, name: "Conference", slug: "conference" };
const MISSING = { code: "not_found", detail: "No such order." };
const BUSY = { code: "wait_in_line", detail: "Many people are paying." };

function answer(status: number, body: object): Response {
  return new Response(JSON.stringify(body), { status });
}

afterEach(() => vi.unstubAllGlobals());

test("an order that is found after it was missing waits in line between two attempts to pay", async () => {
  let isFound = false;
  let payments = 0;
  vi.stubGlobal("fetch", async (url: string) => {
    if (url.includes("/payment")) payments += 1;
    if (url.includes("/payment")) return answer(503, BUSY);
    if (url.includes("/events/")) return answer(200, EVENT);
    return isFound ? answer(200, ORDER) : answer(404, MISSING);
  });
  document.body.innerHTML = "<main data-pay aria-busy='true'></main>";
  await import("./pay.ts");
  await vi.waitFor(() => expect(document.body.textContent).toContain("We cannot find this order"));
  isFound = true;
  document.dispatchEvent(new Event("visibilitychange"));
  const pay = await vi.waitFor(() => {
    const button = document.querySelector<HTMLButtonElement>(".button.wide");
    if (!button) throw new Error("nothing to pay with yet");
    return button;
  });
  pay.click();
  await vi.waitFor(() => expect(document.body.textContent).toContain("Many people are paying right now"));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(payments).toBe(1);
});

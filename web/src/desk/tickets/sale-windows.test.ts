import { expect, test } from "vitest";
import type { Schemas } from "../../api/client.ts";
import { timeline } from "./sale-windows.ts";

function type(id: string, sales_start: string | null, sales_end: string | null): Schemas["TicketTypeRead"] {
  const times = { created_at: "2027-01-01T00:00:00Z", updated_at: "2027-01-01T00:00:00Z", sales_start, sales_end };
  return { id, name: id, price: { amount: 0, currency: "EUR" }, quantity: 1, available: 1, ...times };
}

const NOW = Date.parse("2027-01-03T00:00:00Z");
const ENDS = "2027-01-11T00:00:00Z";

test("bars lie between the first start and soon after the last moment that a sale names", () => {
  const found = timeline(
    [type("early", "2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z"), type("late", "2027-01-06T00:00:00Z", null)],
    ENDS,
    NOW,
  );
  expect(found.now).toBe(320);
  expect(found.windows.map(({ x, width, state }) => [x, width, state])).toEqual([
    [0, 160, "over"],
    [800, 200, "before"],
  ]);
});

test("a type without a start is on sale from the beginning until the event ends", () => {
  const [window] = timeline([type("any", null, null)], ENDS, NOW).windows;
  expect(window).toMatchObject({ start: null, end: ENDS, state: "open", x: 0, width: 1000 });
});

test("a sale ends with the moment of its end", () => {
  const at = "2027-01-03T00:00:00Z";
  expect(timeline([type("a", null, at)], ENDS, NOW).windows[0]?.state).toBe("over");
  expect(timeline([type("a", at, null)], ENDS, NOW).windows[0]?.state).toBe("open");
});

test("a bar is never too thin to be seen", () => {
  const [window] = timeline([type("a", "2027-01-02T00:00:00Z", "2027-01-02T00:00:01Z")], ENDS, NOW).windows;
  expect(window?.width).toBe(8);
});

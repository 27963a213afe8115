import { expect, test } from "vitest";
import { soldByDay } from "./sold-by-day.ts";

test("sold by day fills gaps and adds currencies", () => {
  const days = [
    { date: "2027-06-13", sold: 1 },
    { date: "2027-06-11", sold: 2 },
    { date: "2027-06-11", sold: 3 },
  ];
  expect(soldByDay(days)).toEqual([
    { date: "2027-06-11", sold: 5 },
    { date: "2027-06-12", sold: 0 },
    { date: "2027-06-13", sold: 1 },
  ]);
  expect(soldByDay([])).toEqual([]);
});

test("sold by day keeps the last sixty days", () => {
  const found = soldByDay([
    { date: "2026-01-01", sold: 1 },
    { date: "2026-12-31", sold: 1 },
  ]);
  expect(found).toHaveLength(60);
  expect(found.at(-1)).toEqual({ date: "2026-12-31", sold: 1 });
});

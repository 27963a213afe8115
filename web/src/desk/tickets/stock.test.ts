import { expect, test } from "vitest";
import { shares, stockByType } from "./stock.ts";

const money = { name: "Standard", voided: 0, gross: 0, refunded: 0, charged_back: 0 };

test("the stock of a type is told once, however many currencies it was sold in", () => {
  const stock = { sold: 3, held: 2, left: 15, capacity: 20 };
  const found = stockByType([
    { ...money, ...stock, ticket_type_id: "a", currency: "CHF" },
    { ...money, ...stock, ticket_type_id: "a", currency: "EUR" },
  ]);
  expect(found).toEqual(new Map([["a", stock]]));
});

test("shares are of the capacity, and none of nothing", () => {
  expect(shares({ sold: 3, held: 2, left: 15, capacity: 20 })).toEqual({ sold: 15, taken: 25 });
  expect(shares({ sold: 0, held: 0, left: 0, capacity: 0 })).toEqual({ sold: 0, taken: 0 });
  expect(shares({ sold: 30, held: 0, left: 0, capacity: 20 })).toEqual({ sold: 100, taken: 100 });
});

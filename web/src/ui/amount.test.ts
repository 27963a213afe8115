import { expect, test } from "vitest";
import { parseAmount, typedAmount } from "./amount.ts";

test.each([
  ["12.50", "EUR", 1250],
  ["12,5", "EUR", 1250],
  ["12", "EUR", 1200],
  ["0", "EUR", 0],
  [" 1\u2019200.05 ", "CHF", 120_005],
  ["1 200", "EUR", 120_000],
  ["1200", "JPY", 1200],
  ["1.23", "KWD", 1230],
  ["0.01", "EUR", 1],
  ["19.99", "EUR", 1999],
])("%s in %s is %i", (typed, currency, amount) => {
  expect(parseAmount(typed, currency)).toBe(amount);
});

test.each([
  ["", "EUR"],
  ["-1", "EUR"],
  ["1.234", "EUR"], // a thousand, or three decimals: nobody knows
  ["1,234.50", "EUR"],
  ["12.5", "JPY"],
  ["1.234", "KWD"], // Stripe takes whole tens of the smallest unit
  ["free", "EUR"],
  [".5", "EUR"],
  ["1e3", "EUR"],
  ["12345678901", "EUR"],
])("%s in %s is no amount", (typed, currency) => {
  expect(parseAmount(typed, currency)).toBeNull();
});

test.each([
  [1250, "EUR", "12.50"],
  [0, "EUR", "0.00"],
  [1, "EUR", "0.01"],
  [1200, "JPY", "1200"],
  [1230, "KWD", "1.230"],
])("%i of %s is typed as %s, and read as the same", (amount, currency, typed) => {
  expect(typedAmount(amount, currency)).toBe(typed);
  expect(parseAmount(typed, currency)).toBe(amount);
});

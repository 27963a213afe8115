import { expect, test } from "vitest";
import { bestContrast, groundContrast, luminance } from "./contrast.ts";

test("luminance goes from black to white", () => {
  expect(luminance("#000000")).toBe(0);
  expect(luminance("#ffffff")).toBeCloseTo(1);
});

test("best contrast chooses the text that can be read", () => {
  expect(bestContrast("#ffff00")).toMatchObject({ text: "black" });
  expect(bestContrast("#0000aa")).toMatchObject({ text: "white" });
  expect(bestContrast("#777777").ratio).toBeGreaterThan(4.4);
});

test("ground contrast finds colours that vanish on one of the two grounds", () => {
  expect(groundContrast("#fdfdf0", "#fbf8f3")).toBeLessThan(1.2);
  expect(groundContrast("#101010", "#16131a")).toBeLessThan(1.2);
  expect(groundContrast("#bb2f0d", "#fbf8f3")).toBeGreaterThan(3);
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Retry } from "./retry.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Returns how long (ms) a wait lasts. */
function lengthOf(retry: Retry): number {
  const from = Date.now();
  while (retry.isWaiting) vi.advanceTimersByTime(500);
  return Date.now() - from;
}

test("retry waits longer after each failure, up to a minute, and starts again after a success", () => {
  const again = vi.fn();
  const retry = new Retry(again, () => 1);
  const waits = [1, 2, 3, 4, 5, 6, 7, 8].map(() => {
    retry.fail();
    return lengthOf(retry);
  });
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  expect(again).toHaveBeenCalledTimes(8);
  retry.reset();
  retry.fail();
  expect(lengthOf(retry)).toBe(1_000);
});

test("retry waits for half of the time or more, so that devices come back one after the other", () => {
  const retry = new Retry(vi.fn(), () => 0);
  retry.fail();
  retry.fail();
  expect(lengthOf(retry)).toBe(1_000);
});

test("retry waits as long as the server asks, but not for days", () => {
  const retry = new Retry(vi.fn(), () => 0);
  retry.fail(30);
  expect(lengthOf(retry)).toBe(30_000);
  retry.fail(10_000_000);
  expect(lengthOf(retry)).toBe(3_600_000);
});

test("retry that is reset calls nothing", () => {
  const again = vi.fn();
  const retry = new Retry(again);
  retry.fail();
  retry.reset();
  expect(retry.isWaiting).toBe(false);
  vi.advanceTimersByTime(120_000);
  expect(again).not.toHaveBeenCalled();
});

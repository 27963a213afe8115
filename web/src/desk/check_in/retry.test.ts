import { expect, test } from "vitest";
import { Retry } from "./retry.ts";

test("retry waits longer after each failure, up to a minute, and at once after a success", () => {
  let now = 0;
  const retry = new Retry(
    () => now,
    () => 1,
  );
  const waited: number[] = [];
  for (let failure = 0; failure < 8; failure += 1) {
    retry.fail();
    const from = now;
    while (!retry.isDue()) now += 500;
    waited.push(now - from);
  }
  expect(waited).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  retry.fail();
  expect(retry.isDue()).toBe(false);
  retry.succeed();
  expect(retry.isDue()).toBe(true);
});

test("retry waits at least as long as the server asks", () => {
  let now = 0;
  const retry = new Retry(
    () => now,
    () => 0,
  );
  retry.fail(30);
  now = 29_999;
  expect(retry.isDue()).toBe(false);
  now = 30_000;
  expect(retry.isDue()).toBe(true);
});

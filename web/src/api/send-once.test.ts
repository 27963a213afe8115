import { afterEach, beforeEach, expect, test, vi } from "vitest";

vi.stubGlobal("window", new EventTarget()); // session.ts listens to other tabs
const { Problem } = await import("./client.ts");
const { isUnsettled, sendOnce } = await import("./send-once.ts");

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const running = (retryAfter = 0) => new Problem(409, { code: "still_running" }, retryAfter);

test("a write waits for an earlier attempt as long as the server asks", async () => {
  const write = vi.fn().mockRejectedValueOnce(running(5)).mockRejectedValueOnce(running()).mockResolvedValue("done");
  const answer = sendOnce(write);
  await vi.advanceTimersByTimeAsync(4_999);
  expect(write).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(write).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await answer).toBe("done");
});

test("a write gives up after 20 tries", async () => {
  const write = vi.fn().mockRejectedValue(running());
  const answer = expect(sendOnce(write)).rejects.toMatchObject({ code: "still_running" });
  await vi.advanceTimersByTimeAsync(60_000);
  await answer;
  expect(write).toHaveBeenCalledTimes(20);
});

test("another refusal is passed on at once", async () => {
  const write = vi.fn().mockRejectedValue(new Problem(422));
  await expect(sendOnce(write)).rejects.toMatchObject({ status: 422 });
  expect(write).toHaveBeenCalledTimes(1);
});

test("only a refusal proves that nothing was done", () => {
  const unsettled = [new Problem(0), new Problem(200), running(), new Problem(429), new Problem(502), new Problem(503)];
  expect(unsettled.filter(isUnsettled)).toEqual(unsettled);
  const settled = [400, 403, 404, 409, 412, 422].map((status) => new Problem(status));
  expect(settled.filter(isUnsettled)).toEqual([]);
});

// @vitest-environment jsdom
import { afterEach, expect, test, vi } from "vitest";
import type { PushedNotification } from "../live/frames.ts";
import type { StoreChange } from "../live/notifications.ts";
import { start } from "./bell.ts";

const watchers: ((change: StoreChange) => void)[] = [];

vi.mock("../live/socket.ts", () => ({ live: { start() {} } }));
vi.mock("../live/notifications.ts", () => ({
  store: { count: 0, items: new Map() },
  newest: () => [],
  load: async () => {},
  markAll: async () => [],
  watch: (callback: (change: StoreChange) => void) => watchers.push(callback),
}));

function pushed(title: string): PushedNotification {
  const received = { received_at: "2026-12-01T10:00:00Z", received_ago: "now" };
  return { id: title, title, message: "", action: "account", mark_read: "", ...received };
}

function push(...titles: string[]): void {
  for (const callback of watchers) callback({ fresh: titles.map(pushed) });
}

afterEach(() => vi.useRealTimers());

test("announces one notification by its title and several by their number, once a second", () => {
  vi.useFakeTimers();
  const holder = document.createElement("div");
  start(holder, () => {});
  push("Doors open");
  vi.advanceTimersByTime(1_000);
  expect(holder.querySelector("[role=status]")?.textContent).toBe("New notification: Doors open");
  push("One");
  push("Two", "Three");
  vi.advanceTimersByTime(1_000);
  expect(holder.querySelector("[role=status]")?.textContent).toBe("3 new notifications");
});

test("announces in the bell that is shown, when it is drawn again before the announcement", () => {
  vi.useFakeTimers();
  start(document.createElement("div"), () => {});
  push("Doors open");
  const holder = document.createElement("div");
  start(holder, () => {});
  vi.advanceTimersByTime(1_000);
  expect(holder.querySelector("[role=status]")?.textContent).toBe("New notification: Doors open");
});

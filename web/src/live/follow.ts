// Keeps a page up to date without a reload: looks again after a while, and at once when something is pushed or the page
// is shown again. One look runs at a time; one that is asked for meanwhile follows it.
import { user } from "../api/session.ts";
import type { live } from "./socket.ts";

/**
 * Calls `look` (which must not raise) now and whenever something may have changed, and returns a function that does so at
 * once. `wait` gives the ms until the next look, from whether pushes arrive; 0: none by itself. `order` is the one order
 * that the page is about, if it is.
 */
export function follow(
  look: () => Promise<unknown>,
  wait: (open: boolean) => number,
  { order }: { order?: string } = {},
): () => Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looking = false;
  let again = false;
  let socket: typeof live | null = null;

  async function now(): Promise<void> {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    clearTimeout(timer);
    do {
      again = false;
      await look();
    } while (again);
    looking = false;
    const pause = wait(socket?.open ?? false);
    if (pause) timer = setTimeout(now, pause);
  }

  if (user()) {
    import("./socket.ts").then(({ live }) => {
      socket = live;
      for (const name of ["new", "open", "resync"] as const) live.on(name, now);
      live.on("order", (frame) => (!order || frame.order_id === order) && now());
      live.start();
    });
  }
  document.addEventListener("visibilitychange", () => document.hidden || now());
  window.addEventListener("pageshow", (shown) => shown.persisted && now());
  now();
  return now;
}

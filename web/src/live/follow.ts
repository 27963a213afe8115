// Keeps a page true without a reload: looks again after a while, and at once when something is pushed or somebody comes
// back to the page. One look at a time; one that is asked for meanwhile follows it.
import { user } from "../api/session.ts";

/**
 * @param {() => Promise<void>} look must not raise
 * @param {(open: boolean) => number} wait ms until the next look, given whether pushes are heard; 0: none by itself
 * @param {{order?: string}} [about] the one order that the page is about, if it is
 * @returns {() => Promise<void>} looks now
 */
export function follow(look, wait, { order } = {}) {
  let timer = 0;
  let looking = false;
  let again = false;
  let socket = null;

  async function now() {
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
      for (const name of ["new", "open", "resync"]) live.on(name, now);
      live.on("order", (frame) => (!order || frame.order_id === order) && now());
      live.start();
    });
  }
  document.addEventListener("visibilitychange", () => document.hidden || now());
  window.addEventListener("pageshow", (shown) => shown.persisted && now());
  now();
  return now;
}

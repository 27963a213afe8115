// Keeps a page true without a reload: looks again after a while, and at once when something is pushed or somebody comes
// back to the page. One look at a time; one that is asked for meanwhile follows it.
import { user } from "./session.js";

/**
 * @param {() => Promise<void>} look must not raise
 * @param {() => number} wait ms until the next look; 0: none by itself
 * @returns {() => Promise<void>} looks now
 */
export function follow(look, wait) {
  let timer = 0;
  let looking = false;
  let again = false;

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
    const pause = wait();
    if (pause) timer = setTimeout(now, pause);
  }

  if (user()) {
    import("./live.js").then(({ live }) => {
      for (const name of ["new", "order", "resync"]) live.on(name, now);
      live.start();
    });
  }
  document.addEventListener("visibilitychange", () => document.hidden || now());
  window.addEventListener("pageshow", (shown) => shown.persisted && now());
  now();
  return now;
}

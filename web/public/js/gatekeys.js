// What the gate has kept in this browser, by its keys (gatestore.js): for a start without a network, and for clearing up.
import { recall } from "./format.js";

/** Keys of localStorage that begin so; none where it is forbidden. */
export function keysOf(start) {
  try {
    return Object.keys(window.localStorage).filter((key) => key.startsWith(start));
  } catch {
    return [];
  }
}

/** The event of an id or slug, if somebody's list here is of it. @returns {object | undefined} id, slug, name, timezone */
export function keptEvent(user, named) {
  const kept = keysOf(`marquee.gate.about.${user}.`).map((key) => recall("localStorage", key).event);
  return kept.find((event) => [event.id, event.slug].includes(named));
}

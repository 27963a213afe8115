// Finds the event of the page: on the server, or in what this browser keeps. Used by check-in.ts.
import { asProblem, at, get } from "../../api/client.ts";
import type { KeptEvent } from "./list-types.ts";
import { isAway, within } from "./refusals.ts";

/** An event whose name is not known while there is no network and nothing was kept of it. */
export type FoundEvent = Omit<KeptEvent, "name"> & { name?: string };

/** Reads an event by its id or slug, or what this browser kept of it for a person; null when there is none. */
export async function findEvent(named: string, person: string): Promise<FoundEvent | null> {
  try {
    const { id, slug, name, timezone } = await within(get(at("/events/{event}", { event: named })));
    return { id, slug: slug ?? null, name, ...(timezone ? { timezone } : {}) };
  } catch (problem) {
    if (!isAway(asProblem(problem))) return null;
    const { keptEvent } = await import("./keep-page.ts");
    return keptEvent(person, named) ?? { id: named };
  }
}

// The lists of an event's programme, read once for all screens that need them, and read again when others change them.
import { plural, t } from "@lingui/core/macro";
import { at, type Problem, type Schemas } from "../../api/client.ts";
import { type Resource, useItems } from "../data/use-resource.ts";

/** The lists of a programme. */
export interface Programme {
  sessions: Resource<Schemas["Session"][]>;
  speakers: Resource<Schemas["Speaker"][]>;
  tracks: Resource<Schemas["Track"][]>;
  rooms: Resource<Schemas["Microlocation"][]>;
  sponsors: Resource<Schemas["Sponsor"][]>;
}

/** Reads the programme of an event as its staff see it. */
export function useProgramme(event: string): Programme {
  const given = { event };
  const all = { view: "all" };
  const follow = (list: string) => ({ event, lists: [list] });
  return {
    sessions: useItems(at("/events/{event}/sessions", given, all), follow("sessions")),
    speakers: useItems(at("/events/{event}/speakers", given, all), follow("speakers")),
    tracks: useItems(at("/events/{event}/tracks", given, all), follow("tracks")),
    rooms: useItems(at("/events/{event}/microlocations", given, all), follow("microlocations")),
    sponsors: useItems(at("/events/{event}/sponsors", given, all), follow("sponsors")),
  };
}

/** Returns the items of a list that is there; none while it is loaded. */
export function itemsOf<Item>(resource: Resource<Item[]>): Item[] {
  const loaded = resource.loaded.value;
  return loaded.state === "ready" ? loaded.value : [];
}

/** Returns the names of things by id. */
export function namesOf(items: { id: string; name: string }[]): Map<string, string> {
  return new Map(items.map(({ id, name }) => [id, name]));
}

/** Returns options for a reference: none, then the things by name. */
export function optionsOf(items: { id: string; name: string }[]): [value: string, label: string][] {
  return [["", t`None`], ...items.map(({ id, name }): [string, string] => [id, name])];
}

const NAMED = 5;

/** Returns which sessions keep something from being removed; undefined when that is not why it was refused. */
export function explainReferrers({ status, body }: Problem, sessions: Schemas["Session"][]): string | undefined {
  const { referrers } = body;
  if (status !== 409 || !Array.isArray(referrers)) return undefined;
  const titles = new Map(sessions.map(({ id, title }) => [id, title]));
  const named = referrers
    .slice(0, NAMED)
    .map((id) => `“${titles.get(String(id)) ?? t`a session that is not in the list`}”`);
  const list = new Intl.ListFormat().format(named);
  const more = referrers.length - named.length;
  const rest = more > 0 ? ` ${plural(more, { one: "And # more.", other: "And # more." })}` : "";
  return `${t`It is used by ${list}. Change that first, then remove it.`}${rest}`;
}

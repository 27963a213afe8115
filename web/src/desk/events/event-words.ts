// An event's dates and state in words, for lists and headings.
import { t } from "@lingui/core/macro";
import type { Schemas } from "../../api/client.ts";

type Event = Schemas["Event"];

/** Returns the days of an event in its own time zone: `11–13 June 2027`. */
export function dayRange({ starts_at: starts, ends_at: ends, timezone }: Event): string {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeZone: timezone ?? "UTC" });
  return format.formatRange(new Date(starts), new Date(ends));
}

/** Returns the name of a state of an event. */
export function stateName(state: Schemas["EventState"] | undefined): string {
  if (state === "published") return t`Published`;
  return state === "archived" ? t`Archived` : t`Draft`;
}

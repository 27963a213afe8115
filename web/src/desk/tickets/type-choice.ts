// The ticket types that a quota or a code is about: as boxes to tick, as names in a table, and what a refusal calls them.
import { t } from "@lingui/core/macro";
import { at, type Schemas } from "../../api/client.ts";
import { useItems } from "../data/use-resource.ts";
import { listOf } from "../parts/fields.tsx";

export interface TypeChoice {
  options: readonly (readonly [id: string, name: string])[];
  /** Returns the names of types with commas between. */
  names: (ids: readonly string[]) => string;
  /** Returns a field's text as a conflict shows it. */
  shown: (field: string, value: string) => string | undefined;
}

/** Reads the event's ticket types to choose from. */
export function useTypeChoice(event: string): TypeChoice {
  const loaded = useItems(at("/events/{event}/ticket-types", { event })).loaded.value;
  return typeChoice(loaded.state === "ready" ? loaded.value : []);
}

export function typeChoice(types: readonly Pick<Schemas["TicketTypeRead"], "id" | "name">[]): TypeChoice {
  const known = new Map(types.map(({ id, name }) => [id, name]));
  const names = (ids: readonly string[]) => ids.map((id) => known.get(id) ?? t`a removed ticket`).join(", ");
  return {
    options: [...known],
    names,
    shown: (field, value) => (field === "ticket_type_ids" && value ? names(listOf(value)) : undefined),
  };
}

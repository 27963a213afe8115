// The rooms of an event (microlocations in the API): name, floor, capacity, place in the order.
import { t } from "@lingui/core/macro";
import { at, type Query, type Schemas } from "../../api/client.ts";
import { callsOf } from "../data/calls.ts";
import type { Errors, FormState } from "../data/form-model.ts";
import type { Values } from "../data/merge.ts";
import { numberIn, text } from "../data/values.ts";
import type { Collection } from "../parts/collection.tsx";
import { TextField } from "../parts/fields.tsx";
import { explainReferrers, itemsOf, type Programme } from "./lists.ts";

type Room = Schemas["Microlocation"];

const NUMBERS = ["floor", "capacity", "position"] as const;

function checkRoom(values: Values): Errors {
  const errors: Errors = {};
  if (!text(values, "name")) errors.name = t`Give the room a name.`;
  for (const field of NUMBERS) {
    if (!Number.isInteger(numberIn(values, field) ?? 0)) errors[field] = t`Type a whole number.`;
  }
  return errors;
}

export function roomsOf(event: string, programme: Programme): Collection<Room, Schemas["MicrolocationFields"]> {
  const one = (id: string, query?: Query) => at("/events/{event}/microlocations/{id}", { event, id }, query);
  const labels = { name: t`Name`, floor: t`Floor`, capacity: t`Capacity`, position: t`Place in the order` };
  const number = (field: (typeof NUMBERS)[number]) => ({
    id: field,
    name: labels[field],
    text: (room: Room) => String(room[field] ?? ""),
    order: (room: Room) => room[field] ?? Number.POSITIVE_INFINITY,
  });
  return {
    id: `rooms.${event}`,
    list: programme.rooms,
    words: { name: t`Rooms`, add: t`Add room`, empty: t`There are no rooms yet.` },
    columns: [{ id: "name", name: t`Name`, text: (room) => room.name }, ...NUMBERS.map(number)],
    nameOf: (room) => room.name,
    ...callsOf(at("/events/{event}/microlocations", { event }), one, { view: "all" }),
    labels,
    valuesOf: (room) => ({
      name: room?.name ?? "",
      ...Object.fromEntries(NUMBERS.map((field) => [field, String(room?.[field] ?? "")])),
    }),
    check: checkRoom,
    explainRemoval: (problem) => explainReferrers(problem, itemsOf(programme.sessions)),
    bodyOf: (values) => ({
      name: text(values, "name"),
      floor: numberIn(values, "floor"),
      capacity: numberIn(values, "capacity"),
      position: numberIn(values, "position"),
    }),
    fields: (form: FormState) => (
      <>
        <TextField form={form} name="name" label={labels.name} required most={200} />
        <div class="pair">
          <TextField form={form} name="floor" label={labels.floor} inputmode="numeric" />
          <TextField
            form={form}
            name="capacity"
            label={labels.capacity}
            inputmode="numeric"
            hint={t`How many people fit in.`}
          />
        </div>
        <TextField
          form={form}
          name="position"
          label={labels.position}
          inputmode="numeric"
          hint={t`Rooms with a lower number come first.`}
        />
      </>
    ),
  };
}

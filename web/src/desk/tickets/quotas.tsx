// Quotas: numbers of tickets that several types share, such as the seats of a hall.
import { t } from "@lingui/core/macro";
import { at, type Schemas } from "../../api/client.ts";
import { callsOf } from "../data/calls.ts";
import type { Column } from "../data/rows.ts";
import { useWholeList } from "../data/use-resource.ts";
import { type Collection, CollectionView } from "../parts/collection.tsx";
import { ManyField, TextField } from "../parts/fields.tsx";
import { checkQuota, quotaBody, quotaLabels, quotaValues } from "./quota-form.ts";
import { type TypeChoice, useTypeChoice } from "./type-choice.ts";

type Quota = Schemas["QuotaRead"];

export function Quotas({ event }: { event: Schemas["Event"] }) {
  const list = useWholeList(at("/events/{event}/quotas", { event: event.id }), { isSold: true });
  const types = useTypeChoice(event.id);
  const one = (id: string) => at("/events/{event}/quotas/{id}", { event: event.id, id });
  const labels = quotaLabels();
  const quotas: Collection<Quota, Schemas["QuotaFields"]> = {
    id: `quota.${event.id}`,
    list,
    words: {
      name: t`Quotas`,
      add: t`Add quota`,
      empty: t`There are no quotas. A quota limits several ticket types together, such as to the seats of a hall.`,
    },
    columns: columns(types),
    nameOf: ({ name }) => name,
    ...callsOf(at("/events/{event}/quotas", { event: event.id }), one),
    labels,
    valuesOf: quotaValues,
    check: checkQuota,
    bodyOf: quotaBody,
    shown: types.shown,
    fields: (form) => (
      <>
        <TextField form={form} name="name" label={labels.name ?? ""} required most={200} />
        <TextField form={form} name="quantity" label={labels.quantity ?? ""} inputmode="numeric" required />
        <ManyField
          form={form}
          name="ticket_type_ids"
          label={labels.ticket_type_ids ?? ""}
          options={types.options}
          none={t`Add a ticket type first.`}
          hint={t`A type can join a quota only while none of its tickets is sold or held.`}
        />
      </>
    ),
  };
  return <CollectionView of={quotas} />;
}

function columns({ names }: TypeChoice): Column<Quota>[] {
  return [
    { id: "name", name: t`Name`, text: ({ name }) => name },
    count("quantity", t`Quantity`),
    count("sold", t`Sold`),
    count("held", t`Held`),
    count("available", t`Left`),
    { id: "types", name: t`Ticket types`, text: ({ ticket_type_ids }) => names(ticket_type_ids) },
  ];
}

function count(id: "quantity" | "sold" | "held" | "available", name: string): Column<Quota> {
  return { id, name, text: (quota) => String(quota[id]), order: (quota) => quota[id] };
}

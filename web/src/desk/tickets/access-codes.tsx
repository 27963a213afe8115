// Access codes: they open ticket types that are not for everybody.
import { t } from "@lingui/core/macro";
import { at, type Schemas } from "../../api/client.ts";
import { callsOf } from "../data/calls.ts";
import type { FormState } from "../data/form-model.ts";
import type { Column } from "../data/rows.ts";
import { useWholeList } from "../data/use-resource.ts";
import { type Collection, CollectionView } from "../parts/collection.tsx";
import { ManyField, TextField } from "../parts/fields.tsx";
import { accessCodeBody, accessCodeLabels, accessCodeValues, checkAccessCode } from "./access-code-form.ts";
import { UseFields, usageColumns } from "./code-fields.tsx";
import { type TypeChoice, useTypeChoice } from "./type-choice.ts";

type AccessCode = Schemas["AccessCodeRead"];

export function AccessCodes({ event }: { event: Schemas["Event"] }) {
  const list = useWholeList(at("/events/{event}/access-codes", { event: event.id }), { isSold: true });
  const types = useTypeChoice(event.id);
  const zone = event.timezone ?? "UTC";
  const one = (id: string) => at("/events/{event}/access-codes/{id}", { event: event.id, id });
  const codes: Collection<AccessCode, Schemas["AccessCodeFields"]> = {
    id: `access-code.${event.id}`,
    list,
    words: {
      name: t`Access codes`,
      add: t`Add access code`,
      empty: t`There are no access codes. A ticket that is hidden or asks for a code can be bought with one.`,
    },
    columns: columns(types, zone),
    nameOf: ({ code }) => code,
    ...callsOf(at("/events/{event}/access-codes", { event: event.id }), one),
    labels: accessCodeLabels(),
    valuesOf: (code) => accessCodeValues(code, zone),
    check: checkAccessCode,
    bodyOf: (values) => accessCodeBody(values, zone),
    shown: types.shown,
    fields: (form) => <AccessCodeFields form={form} types={types} zone={zone} />,
  };
  return <CollectionView of={codes} />;
}

function AccessCodeFields({ form, types, zone }: { form: FormState; types: TypeChoice; zone: string }) {
  const labels = accessCodeLabels();
  const field = (name: string) => ({ form, name, label: labels[name] ?? name });
  return (
    <>
      <TextField {...field("code")} required most={40} hint={t`Buyers may type it in capital or small letters.`} />
      <ManyField
        {...field("ticket_type_ids")}
        options={types.options}
        none={t`Add a ticket type first.`}
        hint={t`The tickets that it opens.`}
      />
      <UseFields form={form} labels={labels} zone={zone} />
      <TextField {...field("note")} most={500} hint={t`For you and your staff, such as who has the code.`} />
    </>
  );
}

function columns({ names }: TypeChoice, zone: string): Column<AccessCode>[] {
  return [
    { id: "code", name: t`Code`, text: ({ code }) => code },
    { id: "types", name: t`Ticket types`, text: ({ ticket_type_ids }) => names(ticket_type_ids) },
    ...usageColumns<AccessCode>(zone),
    { id: "note", name: t`Note`, text: ({ note }) => note ?? "" },
  ];
}

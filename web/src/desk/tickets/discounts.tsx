// Discounts: codes that lower the price of tickets.
import { t } from "@lingui/core/macro";
import { at, type Schemas, write } from "../../api/client.ts";
import { money } from "../../ui/format.ts";
import { callsOf } from "../data/calls.ts";
import type { FormState } from "../data/form-model.ts";
import type { Column } from "../data/rows.ts";
import { useWholeList } from "../data/use-resource.ts";
import { type Collection, CollectionView } from "../parts/collection.tsx";
import { CheckField, ManyField, SelectField, TextField } from "../parts/fields.tsx";
import { UseFields, usageColumns } from "./code-fields.tsx";
import { checkDiscount, discountBody, discountLabels, discountPatch, discountValues } from "./discount-form.ts";
import { type TypeChoice, useTypeChoice } from "./type-choice.ts";

type Discount = Schemas["DiscountRead"];

export function Discounts({ event }: { event: Schemas["Event"] }) {
  const list = useWholeList(at("/events/{event}/discounts", { event: event.id }), { isSold: true });
  const types = useTypeChoice(event.id);
  const zone = event.timezone ?? "UTC";
  const currency = event.currency ?? "EUR";
  const one = (id: string) => at("/events/{event}/discounts/{id}", { event: event.id, id });
  const discounts: Collection<Discount, Schemas["DiscountFields"]> = {
    id: `discount.${event.id}`,
    list,
    words: {
      name: t`Discounts`,
      add: t`Add discount`,
      empty: t`There are no discounts. Buyers type the code of a discount to pay less.`,
    },
    columns: columns(types, zone),
    nameOf: ({ code }) => code,
    ...callsOf(at("/events/{event}/discounts", { event: event.id }), one),
    change: (id, body, match) => write("PATCH", one(id), discountPatch(body), { match }),
    labels: discountLabels(),
    valuesOf: (discount) => discountValues(discount, zone),
    check: (values) => checkDiscount(values, currency),
    bodyOf: (values) => discountBody(values, currency, zone),
    shown: (field, value) => (field === "kind" ? kindName(value) : types.shown(field, value)),
    fields: (form) => <DiscountFields {...{ form, types, zone, currency }} />,
  };
  return <CollectionView of={discounts} />;
}

function kindName(kind: string): string {
  return kind === "percent" ? t`A share of the price` : t`An amount for each ticket`;
}

interface FieldsProps {
  form: FormState;
  types: TypeChoice;
  zone: string;
  currency: string;
}

function DiscountFields({ form, types, zone, currency }: FieldsProps) {
  const labels = discountLabels();
  const field = (name: string) => ({ form, name, label: labels[name] ?? name });
  const kinds = (["percent", "amount"] as const).map((kind) => [kind, kindName(kind)] as const);
  return (
    <>
      <TextField {...field("code")} required most={40} hint={t`Buyers may type it in capital or small letters.`} />
      <div class="pair">
        <SelectField {...field("kind")} options={kinds} />
        {form.values.value.kind === "percent" ? (
          <TextField {...field("percent")} inputmode="numeric" required />
        ) : (
          <TextField {...field("amount")} inputmode="decimal" hint={t`In ${currency}, at most the price.`} required />
        )}
      </div>
      <UseFields form={form} labels={labels} zone={zone} />
      <ManyField
        {...field("ticket_type_ids")}
        options={types.options}
        none={t`There are no ticket types yet.`}
        hint={t`None chosen: it is for all tickets, later ones too.`}
      />
      <CheckField {...field("active")} />
    </>
  );
}

function columns({ names }: TypeChoice, zone: string): Column<Discount>[] {
  return [
    { id: "code", name: t`Code`, text: ({ code }) => code },
    { id: "off", name: t`Discount`, text: offText },
    ...usageColumns<Discount>(zone),
    { id: "types", name: t`Ticket types`, text: (one) => (one.ticket_type_ids ? names(one.ticket_type_ids) : t`All`) },
    { id: "active", name: t`In use`, text: ({ active }) => (active === false ? t`No` : t`Yes`) },
  ];
}

function offText({ percent, amount }: Discount): string {
  if (amount) return money(amount);
  return new Intl.NumberFormat(undefined, { style: "percent" }).format((percent ?? 0) / 100);
}

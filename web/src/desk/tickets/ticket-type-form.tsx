// The form of a ticket type: a new one, or one that exists.
import { t } from "@lingui/core/macro";
import { at, type Schemas, write } from "../../api/client.ts";
import type { FormState } from "../data/form-model.ts";
import { useForm } from "../data/use-form.ts";
import { CheckField, LongTextField, MomentField, TextField } from "../parts/fields.tsx";
import { FormView } from "../parts/form-view.tsx";
import { bodyOf, checkTicket, ticketLabels, valuesOf } from "./ticket-form.ts";

type Event = Schemas["Event"];
type TicketType = Schemas["TicketTypeRead"];
/** What is open: nothing, the form of a new type, or a type with its tag. */
export type Open = null | "new" | { type: TicketType; tag: string | undefined };

interface TicketFormProps {
  event: Event;
  open: Exclude<Open, null>;
  /** Where a new type is put. */
  position: number;
  done: (said: string) => void;
  close: () => void;
}

export function TicketForm({ event, open, position, done, close }: TicketFormProps) {
  const type = open === "new" ? null : open.type;
  const currency = type?.price.currency ?? event.currency ?? "EUR";
  const zone = event.timezone ?? "UTC";
  const form = useForm<TicketType>({
    id: `ticket.${event.id}.${type?.id ?? "new"}`,
    initial: valuesOf(type, currency, zone),
    tag: open === "new" ? undefined : open.tag,
    check: (values) => checkTicket(values, currency),
    save: (values, { match, key }) => {
      const body = bodyOf(values, currency, zone, type);
      if (type) {
        return write("PATCH", at("/events/{event}/ticket-types/{id}", { event: event.id, id: type.id }), body, {
          match,
        });
      }
      const made = { ...body, position };
      return write("POST", at("/events/{event}/ticket-types", { event: event.id }), made, { key });
    },
    valuesOf: (current) => valuesOf(current as TicketType, currency, zone), // the version that came with the 412
    fieldOf: (pointer) => pointer.split("/")[1],
    onSaved: (saved) => done(t`“${saved.name}” is saved.`),
  });
  const labels = ticketLabels(currency);
  return (
    <FormView
      form={form}
      name={type ? t`Change ${type.name}` : t`Add ticket type`}
      action={t`Save`}
      labels={labels}
      onCancel={() => close()}
      takesFocus
    >
      <TicketFields form={form} labels={labels} currency={currency} zone={zone} />
    </FormView>
  );
}

interface FieldsProps {
  form: FormState;
  labels: Record<string, string>;
  currency: string;
  zone: string;
}

function TicketFields({ form, labels, currency, zone }: FieldsProps) {
  const field = (name: string) => ({ form, name, label: labels[name] ?? name });
  return (
    <>
      <TextField {...field("name")} required most={200} />
      <div class="pair">
        <TextField {...field("price")} inputmode="decimal" hint={t`In ${currency}; 0 is free.`} required />
        <TextField {...field("quantity")} inputmode="numeric" required />
      </div>
      <details class="more">
        <summary>{t`More settings`}</summary>
        <LongTextField {...field("description")} rows={3} />
        <div class="pair">
          <MomentField {...field("sales_start")} zone={zone} />
          <MomentField {...field("sales_end")} zone={zone} />
        </div>
        <div class="pair">
          <TextField {...field("min_per_order")} inputmode="numeric" />
          <TextField {...field("max_per_order")} inputmode="numeric" />
        </div>
        <TextField {...field("max_per_buyer")} inputmode="numeric" hint={t`Empty: as many as they like.`} />
        <CheckField {...field("hidden")} hint={t`It is not on the event's page until a buyer types a code for it.`} />
        <CheckField
          {...field("access_code_required")}
          hint={t`Buyers type the code on the event's page before they can choose it.`}
        />
      </details>
    </>
  );
}

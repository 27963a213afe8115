// Everything that the public page of an event says about it.
import { t } from "@lingui/core/macro";
import { useEffect } from "preact/hooks";
import { at, type Schemas, write } from "../../api/client.ts";
import { COUNTRIES } from "../../ui/countries.ts";
import { useForm } from "../data/use-form.ts";
import { text } from "../data/values.ts";
import { EventFrame, type EventScreen } from "../event-frame.tsx";
import {
  bodyOf,
  checkEvent,
  countryOptions,
  eventLabels,
  fieldOf,
  valuesOf,
  zoneOptions,
} from "../events/event-form.ts";
import { LongTextField, MomentField, SelectField, TextField } from "../parts/fields.tsx";
import { FormView } from "../parts/form-view.tsx";
import { NextStep } from "../parts/next-step.tsx";

type Event = Schemas["Event"];

export default function Details() {
  return (
    <EventFrame title={t`Details`}>
      {(screen) => (
        <>
          <DetailsForm {...screen} />
          <NextStep event={screen.event} href={`/organise/${screen.event.id}/tickets`} name={t`Tickets`} />
        </>
      )}
    </EventFrame>
  );
}

function DetailsForm({ event, tag, reload }: EventScreen) {
  const form = useForm<Event>({
    id: `event.${event.id}`,
    initial: valuesOf(event),
    tag,
    check: checkEvent,
    save: (values, { match, saved }) =>
      write("PATCH", at("/events/{event}", { event: event.id }), bodyOf(values, saved), { match }),
    valuesOf: (representation) => valuesOf(representation as Event), // the current version that came with the 412
    fieldOf,
    onSaved: () => void reload(),
  });
  useEffect(() => form.show(valuesOf(event), tag), [form, event, tag]);
  const labels = eventLabels();
  const field = (name: string) => ({ form, name, label: labels[name] ?? name });
  const zone = text(form.values.value, "timezone");
  return (
    <FormView form={form} name={t`Details`} action={t`Save`} labels={labels}>
      <TextField {...field("name")} required most={200} />
      <div class="pair">
        <MomentField {...field("starts_at")} zone={zone} required />
        <MomentField {...field("ends_at")} zone={zone} required />
      </div>
      <SelectField {...field("timezone")} options={zoneOptions(event.timezone ?? "UTC")} />
      <LongTextField
        {...field("description")}
        rows={8}
        hint={t`A blank line begins a new paragraph. Web addresses become links.`}
      />
      <fieldset class="group">
        <legend>{t`Place`}</legend>
        <TextField {...field("online_url")} type="url" hint={t`Everybody who sees the event can follow it.`} />
        <TextField {...field("venue_name")} hint={t`Leave it empty for an event that is only online.`} most={200} />
        <TextField {...field("venue_street")} most={200} />
        <div class="pair">
          <TextField {...field("venue_postcode")} most={20} />
          <TextField {...field("venue_city")} most={100} />
        </div>
        <div class="pair">
          <TextField {...field("venue_region")} most={100} />
          <SelectField {...field("venue_country")} options={countryOptions(COUNTRIES)} />
        </div>
      </fieldset>
      <fieldset class="group">
        <legend>{t`Public page`}</legend>
        <TextField
          {...field("slug")}
          hint={t`Letters, digits and dashes: ${location.origin}/e/${text(form.values.value, "slug") || "…"}.`}
          most={60}
        />
        <TextField {...field("website_url")} type="url" />
        <TextField {...field("contact_email")} type="email" hint={t`Buyers see it beside their order.`} />
        <TextField
          {...field("banner_url")}
          type="url"
          hint={t`An https address of a wide picture for the top of the page.`}
        />
        <TextField {...field("logo_url")} type="url" hint={t`An https address of a picture.`} />
      </fieldset>
      <fieldset class="group">
        <legend>{t`Money`}</legend>
        <TextField
          {...field("currency")}
          most={3}
          hint={t`Three letters, such as EUR. It cannot change once there are ticket types.`}
        />
        <TextField
          {...field("async_payments_days")}
          inputmode="numeric"
          hint={t`Payments that take days, such as bank debits, are not offered in the last days before the start.`}
        />
      </fieldset>
    </FormView>
  );
}

// One short form that makes an event. Everything else is filled in afterwards, in Details.
import { t } from "@lingui/core/macro";
import { useLocation } from "preact-iso";
import { at, type Schemas, write } from "../../api/client.ts";
import { clockTime } from "../../ui/zoned.ts";
import { useForm } from "../data/use-form.ts";
import { text } from "../data/values.ts";
import { MomentField, SelectField, TextField } from "../parts/fields.tsx";
import { FormView } from "../parts/form-view.tsx";
import { Screen } from "../parts/screen.tsx";
import { bodyOf, checkEvent, currencyOptions, eventLabels, fieldOf, zoneOptions } from "./event-form.ts";

const DAY_MS = 86_400_000;

export default function NewEvent() {
  const { route } = useLocation();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const day = clockTime(Date.now() + 30 * DAY_MS, zone).slice(0, 10);
  const form = useForm<Schemas["Event"]>({
    id: "new-event",
    initial: {
      name: "",
      starts_at: `${day}T09:00`,
      ends_at: `${day}T17:00`,
      timezone: zone,
      currency: "EUR",
      venue_name: "",
    },
    check: checkEvent,
    save: (values, { key }) => write("POST", at("/events"), bodyOf(values) as Schemas["EventFields"], { key }),
    fieldOf,
    onSaved: (event) => route(`/organise/${event.id}`),
  });
  const labels = eventLabels();
  const field = (name: string) => ({ form, name, label: labels[name] ?? name });
  const chosen = text(form.values.value, "timezone");
  return (
    <Screen title={t`New event`}>
      <p class="lead-text">{t`A name and dates are enough to begin. Nobody sees the event until you publish it.`}</p>
      <FormView form={form} name={t`New event`} action={t`Create event`} labels={labels}>
        <TextField {...field("name")} required most={200} />
        <div class="pair">
          <MomentField {...field("starts_at")} zone={chosen} required />
          <MomentField {...field("ends_at")} zone={chosen} required />
        </div>
        <SelectField {...field("timezone")} options={zoneOptions(zone)} />
        <TextField {...field("venue_name")} hint={t`Leave it empty for an event online.`} most={200} />
        <SelectField
          {...field("currency")}
          options={currencyOptions("EUR")}
          hint={t`Of its tickets. It cannot change once there are some.`}
        />
      </FormView>
    </Screen>
  );
}

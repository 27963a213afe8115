// The speakers of an event.
import { t } from "@lingui/core/macro";
import { at, type Query, type Schemas } from "../../api/client.ts";
import { COUNTRIES } from "../../ui/countries.ts";
import { htmlOf, textOf } from "../../ui/rich-text.ts";
import { callsOf } from "../data/calls.ts";
import type { FormState } from "../data/form-model.ts";
import type { Values } from "../data/merge.ts";
import { text, textOrNull } from "../data/values.ts";
import { countryOptions } from "../events/event-form.ts";
import type { Collection } from "../parts/collection.tsx";
import { CheckField, LongTextField, SelectField, TextField } from "../parts/fields.tsx";
import { explainReferrers, itemsOf, type Programme } from "./lists.ts";

type Speaker = Schemas["Speaker"];

function speakerLabels() {
  return {
    name: t`Name`,
    email: t`E-mail`,
    organisation: t`Organisation`,
    position: t`Position`,
    country: t`Country`,
    photo_url: t`Address of the photo`,
    short_biography: t`Short biography`,
    long_biography: t`Long biography`,
    links: t`Links`,
    listed: t`Listed on the public page`,
  };
}

function valuesOf(speaker: Speaker | null): Values {
  return {
    name: speaker?.name ?? "",
    email: speaker?.email ?? "",
    organisation: speaker?.organisation ?? "",
    position: speaker?.position ?? "",
    country: speaker?.country ?? "",
    photo_url: speaker?.photo_url ?? "",
    short_biography: textOf(speaker?.short_biography ?? ""),
    long_biography: textOf(speaker?.long_biography ?? ""),
    links: (speaker?.links ?? []).join("\n"),
    listed: speaker?.listed ?? true,
  };
}

function bodyOf(values: Values): Schemas["SpeakerFields"] {
  const line = (field: string) => textOrNull(values, field);
  return {
    name: text(values, "name"),
    email: line("email"),
    organisation: line("organisation"),
    position: line("position"),
    country: line("country"),
    photo_url: line("photo_url"),
    short_biography: htmlOf(text(values, "short_biography")),
    long_biography: htmlOf(text(values, "long_biography")),
    links: text(values, "links").split(/\s+/).filter(Boolean),
    listed: values.listed === true,
  };
}

export function speakersOf(event: string, programme: Programme): Collection<Speaker, Schemas["SpeakerFields"]> {
  const one = (id: string, query?: Query) => at("/events/{event}/speakers/{id}", { event, id }, query);
  const labels = speakerLabels();
  return {
    id: `speakers.${event}`,
    list: programme.speakers,
    words: { name: t`Speakers`, add: t`Add speaker`, empty: t`There are no speakers yet.` },
    columns: [
      { id: "name", name: t`Name`, text: (speaker) => speaker.name },
      { id: "organisation", name: t`Organisation`, text: (speaker) => speaker.organisation ?? "" },
      { id: "email", name: t`E-mail`, text: (speaker) => speaker.email ?? "" },
    ],
    nameOf: (speaker) => speaker.name,
    ...callsOf(at("/events/{event}/speakers", { event }), one, { view: "all" }),
    labels,
    valuesOf,
    check: (values) => (text(values, "name") ? {} : { name: t`Give the speaker a name.` }),
    bodyOf,
    explainRemoval: (problem) => explainReferrers(problem, itemsOf(programme.sessions)),
    fields: (form) => <SpeakerFields form={form} labels={labels} />,
  };
}

function SpeakerFields({ form, labels }: { form: FormState; labels: ReturnType<typeof speakerLabels> }) {
  const field = (name: keyof typeof labels) => ({ form, name, label: labels[name] });
  return (
    <>
      <TextField {...field("name")} required most={200} />
      <TextField {...field("email")} type="email" hint={t`Only staff see it.`} />
      <div class="pair">
        <TextField {...field("position")} most={500} />
        <TextField {...field("organisation")} most={500} />
      </div>
      <SelectField {...field("country")} options={countryOptions(COUNTRIES)} />
      <LongTextField {...field("short_biography")} rows={4} />
      <LongTextField {...field("long_biography")} rows={6} />
      <TextField
        {...field("photo_url")}
        type="url"
        hint={t`An https address of a picture. Without one, initials are shown.`}
      />
      <LongTextField {...field("links")} rows={3} hint={t`One address a line.`} />
      <CheckField {...field("listed")} />
    </>
  );
}

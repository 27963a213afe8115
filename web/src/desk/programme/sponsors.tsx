// The sponsors of an event.
import { t } from "@lingui/core/macro";
import { at, type Query, type Schemas } from "../../api/client.ts";
import { htmlOf, textOf } from "../../ui/rich-text.ts";
import { callsOf } from "../data/calls.ts";
import type { FormState } from "../data/form-model.ts";
import type { Resource } from "../data/use-resource.ts";
import { text, textOrNull } from "../data/values.ts";
import type { Collection } from "../parts/collection.tsx";
import { LongTextField, TextField } from "../parts/fields.tsx";

type Sponsor = Schemas["Sponsor"];

export function sponsorsOf(event: string, list: Resource<Sponsor[]>): Collection<Sponsor, Schemas["SponsorFields"]> {
  const one = (id: string, query?: Query) => at("/events/{event}/sponsors/{id}", { event, id }, query);
  const labels = {
    name: t`Name`,
    level: t`Level`,
    url: t`Website`,
    logo_url: t`Address of the logo`,
    description: t`Description`,
  };
  return {
    id: `sponsors.${event}`,
    list,
    words: { name: t`Sponsors`, add: t`Add sponsor`, empty: t`There are no sponsors yet.` },
    columns: [
      { id: "name", name: t`Name`, text: (sponsor) => sponsor.name },
      { id: "level", name: t`Level`, text: (sponsor) => sponsor.level ?? "" },
      { id: "url", name: t`Website`, text: (sponsor) => sponsor.url ?? "" },
    ],
    nameOf: (sponsor) => sponsor.name,
    ...callsOf(at("/events/{event}/sponsors", { event }), one, { view: "all" }),
    labels,
    valuesOf: (sponsor) => ({
      name: sponsor?.name ?? "",
      level: sponsor?.level ?? "",
      url: sponsor?.url ?? "",
      logo_url: sponsor?.logo_url ?? "",
      description: textOf(sponsor?.description ?? ""),
    }),
    check: (values) => (text(values, "name") ? {} : { name: t`Give the sponsor a name.` }),
    bodyOf: (values) => ({
      name: text(values, "name"),
      level: textOrNull(values, "level"),
      url: textOrNull(values, "url"),
      logo_url: textOrNull(values, "logo_url"),
      description: htmlOf(text(values, "description")),
    }),
    fields: (form: FormState) => (
      <>
        <TextField form={form} name="name" label={labels.name} required most={200} />
        <TextField
          form={form}
          name="level"
          label={labels.level}
          most={500}
          hint={t`Gold, for example. Sponsors of a level stand together.`}
        />
        <TextField form={form} name="url" label={labels.url} type="url" />
        <TextField
          form={form}
          name="logo_url"
          label={labels.logo_url}
          type="url"
          hint={t`An https address of a picture.`}
        />
        <LongTextField form={form} name="description" label={labels.description} rows={4} />
      </>
    ),
  };
}

// The sponsors of an event.
import { t } from "@lingui/core/macro";
import { at, get, type Schemas, send, tagOf, write } from "../../api/client.ts";
import { htmlOf, textOf } from "../../ui/rich-text.ts";
import type { FormState } from "../data/form-model.ts";
import type { Resource } from "../data/use-resource.ts";
import { text } from "../events/event-form.ts";
import type { Collection } from "../parts/collection.tsx";
import { LongTextField, TextField } from "../parts/fields.tsx";

type Sponsor = Schemas["Sponsor"];

export function sponsorsOf(event: string, list: Resource<Sponsor[]>): Collection<Sponsor, Schemas["SponsorFields"]> {
  const one = (id: string) => at("/events/{event}/sponsors/{id}", { event, id }, { view: "all" });
  const labels = {
    name: t`Name`,
    level: t`Level`,
    url: t`Website`,
    logo_url: t`Address of the logo`,
    description: t`Description`,
  };
  const line = (values: Parameters<typeof text>[0], field: string) => text(values, field) || null;
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
    open: async (id) => ({ item: await get(one(id)), tag: tagOf(one(id)) }),
    create: (body, key) => write("POST", at("/events/{event}/sponsors", { event }), body, { key }),
    change: (id, body, match) => write("PATCH", at("/events/{event}/sponsors/{id}", { event, id }), body, { match }),
    remove: (id, match) => send("DELETE", at("/events/{event}/sponsors/{id}", { event, id }), undefined, { match }),
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
      level: line(values, "level"),
      url: line(values, "url"),
      logo_url: line(values, "logo_url"),
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

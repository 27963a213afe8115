// The tracks of a programme: name, colour, description.
import { t } from "@lingui/core/macro";
import { at, get, type Schemas, send, tagOf, write } from "../../api/client.ts";
import { htmlOf, textOf } from "../../ui/rich-text.ts";
import type { FormState } from "../data/form-model.ts";
import type { Resource } from "../data/use-resource.ts";
import { text } from "../events/event-form.ts";
import type { Collection } from "../parts/collection.tsx";
import { ColorField, LongTextField, TextField } from "../parts/fields.tsx";
import { groundContrast } from "./contrast.ts";

type Track = Schemas["Track"];

const USUAL = "#bb2f0d";
const LEAST_CONTRAST = 3;

/** Returns what is said of a colour that is hard to see on the public pages (WCAG 2.2, 1.4.11). */
function colorNote(color: string): string {
  if (groundContrast(color, "#fbf8f3") < LEAST_CONTRAST) return t`Hard to see on a light page. Choose a darker colour.`;
  if (groundContrast(color, "#16131a") < LEAST_CONTRAST) return t`Hard to see on a dark page. Choose a lighter colour.`;
  return t`Easy to see on light and dark pages.`;
}

export function tracksOf(event: string, list: Resource<Track[]>): Collection<Track, Schemas["TrackFields"]> {
  const one = (id: string) => at("/events/{event}/tracks/{id}", { event, id }, { view: "all" });
  const labels = { name: t`Name`, color: t`Colour`, description: t`Description` };
  return {
    id: `tracks.${event}`,
    list,
    words: { name: t`Tracks`, add: t`Add track`, empty: t`There are no tracks yet.` },
    columns: [
      { id: "name", name: t`Name`, text: (track) => track.name },
      { id: "color", name: t`Colour`, text: (track) => track.color ?? "" },
    ],
    nameOf: (track) => track.name,
    open: async (id) => ({ item: await get(one(id)), tag: tagOf(one(id)) }),
    create: (body, key) => write("POST", at("/events/{event}/tracks", { event }), body, { key }),
    change: (id, body, match) => write("PATCH", at("/events/{event}/tracks/{id}", { event, id }), body, { match }),
    remove: (id, match) => send("DELETE", at("/events/{event}/tracks/{id}", { event, id }), undefined, { match }),
    labels,
    valuesOf: (track) => ({
      name: track?.name ?? "",
      color: track?.color ?? USUAL,
      description: textOf(track?.description ?? ""),
    }),
    check: (values) => (text(values, "name") ? {} : { name: t`Give the track a name.` }),
    bodyOf: (values) => ({
      name: text(values, "name"),
      color: text(values, "color"),
      description: htmlOf(text(values, "description")),
    }),
    fields: (form: FormState) => (
      <>
        <TextField form={form} name="name" label={labels.name} required most={200} />
        <ColorField form={form} name="color" label={labels.color} hint={colorNote(text(form.values.value, "color"))} />
        <LongTextField form={form} name="description" label={labels.description} rows={3} />
      </>
    ),
  };
}

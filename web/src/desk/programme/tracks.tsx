// The tracks of a programme: name, colour, description.
import { t } from "@lingui/core/macro";
import { at, type Query, type Schemas } from "../../api/client.ts";
import { htmlOf, textOf } from "../../ui/rich-text.ts";
import { callsOf } from "../data/calls.ts";
import type { FormState } from "../data/form-model.ts";
import { text } from "../data/values.ts";
import type { Collection } from "../parts/collection.tsx";
import { ColorField, LongTextField, TextField } from "../parts/fields.tsx";
import { bestContrast, groundContrast } from "./contrast.ts";
import { explainReferrers, itemsOf, type Programme } from "./lists.ts";

type Track = Schemas["Track"];

const USUAL = "#bb2f0d";
const LEAST_CONTRAST = 3;

/** A colour, and its code. */
function Swatch({ color }: { color: string }) {
  return (
    <>
      <svg class="swatch" viewBox="0 0 1 1" aria-hidden="true">
        <rect width="1" height="1" fill={color} />
      </svg>
      {` ${color}`}
    </>
  );
}

/** Returns how well text can be read on a colour, and whether the colour itself can be seen on the public pages. */
function colorNote(color: string): string {
  const { ratio, text: ink } = bestContrast(color);
  const contrast = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 }).format(ratio);
  const onIt =
    ink === "white"
      ? t`Text on it is white, contrast ${contrast} to 1.`
      : t`Text on it is black, contrast ${contrast} to 1.`;
  return `${onIt} ${groundNote(color)}`;
}

/** Returns what is said of a colour on the ground of the public pages (WCAG 2.2, 1.4.11). */
function groundNote(color: string): string {
  if (groundContrast(color, "#fbf8f3") < LEAST_CONTRAST) return t`Hard to see on a light page. Choose a darker colour.`;
  if (groundContrast(color, "#16131a") < LEAST_CONTRAST) return t`Hard to see on a dark page. Choose a lighter colour.`;
  return t`Easy to see on light and dark pages.`;
}

export function tracksOf(event: string, programme: Programme): Collection<Track, Schemas["TrackFields"]> {
  const one = (id: string, query?: Query) => at("/events/{event}/tracks/{id}", { event, id }, query);
  const labels = { name: t`Name`, color: t`Colour`, description: t`Description` };
  return {
    id: `tracks.${event}`,
    list: programme.tracks,
    words: { name: t`Tracks`, add: t`Add track`, empty: t`There are no tracks yet.` },
    columns: [
      { id: "name", name: t`Name`, text: (track) => track.name },
      {
        id: "color",
        name: t`Colour`,
        text: (track) => track.color ?? "",
        cell: (track) => <Swatch color={track.color ?? USUAL} />,
      },
    ],
    nameOf: (track) => track.name,
    ...callsOf(at("/events/{event}/tracks", { event }), one, { view: "all" }),
    labels,
    explainRemoval: (problem) => explainReferrers(problem, itemsOf(programme.sessions)),
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

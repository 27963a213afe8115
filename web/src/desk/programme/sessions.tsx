// The sessions of an event: found, sorted, changed one by one or many at once.
import { t } from "@lingui/core/macro";
import { at, type Query, type Schemas } from "../../api/client.ts";
import { exactIn } from "../../ui/format.ts";
import { callsOf } from "../data/calls.ts";
import type { FormState } from "../data/form-model.ts";
import type { Collection } from "../parts/collection.tsx";
import { LongTextField, listOf, ManyField, MomentField, SelectField, TextField } from "../parts/fields.tsx";
import { BulkEdit } from "./bulk-edit.tsx";
import { itemsOf, namesOf, optionsOf, type Programme } from "./lists.ts";
import { checkSession, sessionBody, sessionLabels, sessionStates, sessionValues, stateName } from "./session-form.ts";

type Session = Schemas["Session"];
const MORE = ["subtitle", "language", "level", "slides_url", "video_url"];

export function sessionsOf(
  event: Schemas["Event"],
  programme: Programme,
): Collection<Session, Schemas["SessionFields"]> {
  const zone = event.timezone ?? "UTC";
  const one = (id: string, query?: Query) => at("/events/{event}/sessions/{id}", { event: event.id, id }, query);
  const [tracks, rooms, speakers] = [programme.tracks, programme.rooms, programme.speakers].map((list) =>
    namesOf(itemsOf<{ id: string; name: string }>(list)),
  );
  const nameIn = (names: Map<string, string> | undefined, id: string | null | undefined) => names?.get(id ?? "") ?? "";
  const labels = sessionLabels();
  const exact = exactIn(zone);
  return {
    id: `sessions.${event.id}`,
    list: programme.sessions,
    words: { name: t`Sessions`, add: t`Add session`, empty: t`There are no sessions yet.` },
    columns: [
      { id: "title", name: labels.title, text: (session) => session.title },
      {
        id: "speakers",
        name: labels.speaker_ids,
        text: (session) => (session.speaker_ids ?? []).map((id) => nameIn(speakers, id)).join(", "),
      },
      {
        id: "starts",
        name: labels.starts_at,
        text: (session) => (session.starts_at ? exact(session.starts_at) : ""),
        order: (session) => (session.starts_at ? Date.parse(session.starts_at) : Number.POSITIVE_INFINITY),
      },
      { id: "room", name: labels.microlocation_id, text: (session) => nameIn(rooms, session.microlocation_id) },
      { id: "track", name: labels.track_id, text: (session) => nameIn(tracks, session.track_id) },
      { id: "state", name: labels.state, text: (session) => stateName(session.state) },
    ],
    nameOf: (session) => session.title,
    ...callsOf(at("/events/{event}/sessions", { event: event.id }), one, { view: "all" }),
    labels,
    valuesOf: (session) => sessionValues(session, zone),
    check: (values) => checkSession(values, zone),
    bodyOf: (values) => sessionBody(values, zone),
    shown: (field, value) => {
      if (field === "track_id") return nameIn(tracks, value);
      if (field === "microlocation_id") return nameIn(rooms, value);
      if (field === "state") return sessionStates().find(([state]) => state === value)?.[1];
      if (field !== "speaker_ids") return undefined;
      return listOf(value)
        .map((id) => nameIn(speakers, id))
        .join(", ");
    },
    fields: (form) => <SessionFields form={form} programme={programme} zone={zone} />,
    bulk: (chosen, done) => <BulkEdit event={event.id} chosen={chosen} programme={programme} done={done} />,
  };
}

function SessionFields({ form, programme, zone }: { form: FormState; programme: Programme; zone: string }) {
  const labels = sessionLabels();
  const field = (name: keyof typeof labels) => ({ form, name, label: labels[name] });
  const speakers = itemsOf(programme.speakers).map(({ id, name }): [string, string] => [id, name]);
  return (
    <>
      <TextField {...field("title")} required most={300} />
      <SelectField
        {...field("state")}
        options={sessionStates()}
        hint={t`Accepted and confirmed sessions are public.`}
      />
      <div class="pair">
        <MomentField {...field("starts_at")} zone={zone} />
        <MomentField {...field("ends_at")} zone={zone} />
      </div>
      <div class="pair">
        <SelectField {...field("microlocation_id")} options={optionsOf(itemsOf(programme.rooms))} />
        <SelectField {...field("track_id")} options={optionsOf(itemsOf(programme.tracks))} />
      </div>
      <ManyField {...field("speaker_ids")} options={speakers} none={t`There are no speakers yet: add them first.`} />
      <LongTextField {...field("short_abstract")} rows={4} />
      <LongTextField {...field("long_abstract")} rows={8} />
      <details class="more" open={MORE.some((name) => form.errors.value[name])}>
        <summary>{t`More settings`}</summary>
        <TextField {...field("subtitle")} most={500} />
        <div class="pair">
          <TextField {...field("language")} most={35} />
          <TextField {...field("level")} most={500} />
        </div>
        <TextField {...field("slides_url")} type="url" />
        <TextField {...field("video_url")} type="url" />
      </details>
    </>
  );
}

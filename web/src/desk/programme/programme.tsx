// The programme of an event: sessions, speakers, tracks, rooms and sponsors, each a list with its form.
import { t } from "@lingui/core/macro";
import { useMemo } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { Schemas } from "../../api/client.ts";
import { EventFrame } from "../event-frame.tsx";
import { CollectionView } from "../parts/collection.tsx";
import { PartLinks } from "../parts/part-links.tsx";
import { type Programme, useProgramme } from "./lists.ts";
import { roomsOf } from "./rooms.tsx";
import { sessionsOf } from "./sessions.tsx";
import { speakersOf } from "./speakers.tsx";
import { sponsorsOf } from "./sponsors.tsx";
import { tracksOf } from "./tracks.tsx";

const OTHERS = ["speakers", "tracks", "rooms", "sponsors"];

export default function ProgrammeScreen() {
  return <EventFrame title={t`Programme`}>{({ event }) => <Lists event={event} />}</EventFrame>;
}

function Lists({ event }: { event: Schemas["Event"] }) {
  const { query } = useLocation();
  const programme = useProgramme(event.id);
  const list = query.list ?? "sessions";
  const href = (name: string) => `/organise/${event.id}/programme?list=${name}`;
  const parts: [string, string][] = [
    [href("sessions"), t`Sessions`],
    [href("speakers"), t`Speakers`],
    [href("tracks"), t`Tracks`],
    [href("rooms"), t`Rooms`],
    [href("sponsors"), t`Sponsors`],
  ];
  return (
    <>
      <PartLinks label={t`Lists of the programme`} parts={parts} current={href(list)} />
      {list === "speakers" && <CollectionView key={list} of={speakersOf(event.id, programme)} />}
      {list === "tracks" && <CollectionView key={list} of={tracksOf(event.id, programme)} />}
      {list === "rooms" && <CollectionView key={list} of={roomsOf(event.id, programme)} />}
      {list === "sponsors" && <CollectionView key={list} of={sponsorsOf(event.id, programme.sponsors)} />}
      {!OTHERS.includes(list) && <Sessions event={event} programme={programme} />}
    </>
  );
}

/** The list of sessions. What its columns show is put together again only when one of the lists has changed. */
function Sessions({ event, programme }: { event: Schemas["Event"]; programme: Programme }) {
  const { sessions, speakers, tracks, rooms } = programme;
  const names = [speakers.loaded.value, tracks.loaded.value, rooms.loaded.value];
  const of = useMemo(() => sessionsOf(event, programme), [event, sessions, ...names]);
  return <CollectionView of={of} />;
}

// The programme of an event: sessions, speakers, tracks, rooms and sponsors, each a list with its form.
import { t } from "@lingui/core/macro";
import { useLocation } from "preact-iso";
import type { Schemas } from "../../api/client.ts";
import { EventFrame } from "../event-frame.tsx";
import { CollectionView } from "../parts/collection.tsx";
import { PartLinks } from "../parts/part-links.tsx";
import { useProgramme } from "./lists.ts";
import { roomsOf } from "./rooms.tsx";
import { sessionsOf } from "./sessions.tsx";
import { speakersOf } from "./speakers.tsx";
import { sponsorsOf } from "./sponsors.tsx";
import { tracksOf } from "./tracks.tsx";

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
      {list === "speakers" && <CollectionView key={list} of={speakersOf(event.id, programme.speakers)} />}
      {list === "tracks" && <CollectionView key={list} of={tracksOf(event.id, programme.tracks)} />}
      {list === "rooms" && <CollectionView key={list} of={roomsOf(event.id, programme.rooms)} />}
      {list === "sponsors" && <CollectionView key={list} of={sponsorsOf(event.id, programme.sponsors)} />}
      {!["speakers", "tracks", "rooms", "sponsors"].includes(list) && (
        <CollectionView key="sessions" of={sessionsOf(event, programme)} />
      )}
    </>
  );
}

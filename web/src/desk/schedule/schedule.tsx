// The schedule as a table of times and rooms, a day after the other. Times and rooms are changed in the programme.
import { t } from "@lingui/core/macro";
import type { Schemas } from "../../api/client.ts";
import { EventFrame } from "../event-frame.tsx";
import { Loading } from "../parts/loading.tsx";
import { itemsOf, useProgramme } from "../programme/lists.ts";
import { type Day, daysOf } from "./days.ts";

export default function Schedule() {
  return <EventFrame title={t`Schedule`}>{({ event }) => <Days event={event} />}</EventFrame>;
}

function Days({ event }: { event: Schemas["Event"] }) {
  const programme = useProgramme(event.id);
  const zone = event.timezone ?? "UTC";
  const link = `/organise/${event.id}/programme?list=sessions`;
  return (
    <Loading of={programme.sessions}>
      {(sessions) => {
        const { days, unplaced } = daysOf(sessions, itemsOf(programme.rooms), zone);
        return (
          <>
            <p>
              {t`Times in ${zone.replaceAll("_", " ")}.`} <a href={link}>{t`Change times and rooms`}</a>
            </p>
            {!days.length && <p class="empty">{t`No session has a time yet.`}</p>}
            {days.map((day) => (
              <DayTable key={day.date} day={day} zone={zone} />
            ))}
            {unplaced.length > 0 && (
              <section aria-labelledby="unplaced">
                <h2 id="unplaced" class="section-title">{t`Without a time`}</h2>
                <ul>
                  {unplaced.map((session) => (
                    <li key={session.id}>{session.title}</li>
                  ))}
                </ul>
              </section>
            )}
          </>
        );
      }}
    </Loading>
  );
}

function DayTable({ day, zone }: { day: Day; zone: string }) {
  const hours = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", timeZone: zone });
  const name = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeZone: zone }).format(new Date(day.first));
  return (
    <section aria-labelledby={day.date}>
      <h2 id={day.date} class="section-title">
        {name}
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <section class="scroller" tabIndex={0} aria-label={name}>
        <table class="grid">
          <thead>
            <tr>
              <th scope="col">{t`Time`}</th>
              {day.rooms.map(({ id, name: room }) => (
                <th scope="col" key={id}>
                  {room || t`No room`}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {day.rows.map(({ starts, cells }) => (
              <tr key={starts}>
                <th scope="row">{hours.format(new Date(starts))}</th>
                {day.rooms.map(({ id }) => (
                  <td key={id}>
                    {(cells.get(id) ?? []).map((session) => (
                      <p key={session.id}>
                        {session.title}
                        <span class="muted">{` ${hours.formatRange(new Date(session.starts_at ?? 0), new Date(session.ends_at ?? 0))}`}</span>
                      </p>
                    ))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

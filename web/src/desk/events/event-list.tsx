// The events that the reader helps to run, each with its state and what to do next.
import { t } from "@lingui/core/macro";
import { at, type Schemas } from "../../api/client.ts";
import { ROLES } from "../../api/roles.ts";
import { useResource } from "../data/use-resource.ts";
import { Loading } from "../parts/loading.tsx";
import { Screen } from "../parts/screen.tsx";
import { dayRange, stateName } from "./event-words.ts";

type Event = Schemas["Event"];

export default function EventList() {
  const events = useResource(at("/events", {}, { view: "all" })); // all of one's own come at once
  const roles = useResource(at("/me/roles"));
  const held = roles.loaded.value;
  const roleOf = (id: string) =>
    held.state === "ready" ? held.value.items.find((one) => one.event_id === id)?.role : undefined;
  return (
    <Screen title={t`Your events`}>
      <p class="ways">
        <a class="button" href="/organise/new">{t`New event`}</a>
        <a class="button quiet" href="/organise/import">{t`Import`}</a>
      </p>
      <Loading of={events}>
        {({ items }) =>
          items.length ? (
            <ul class="event-list">
              {items.map((event) => (
                <EventRow key={event.id} event={event} role={roleOf(event.id)} />
              ))}
            </ul>
          ) : (
            <div class="empty">
              <p>
                <strong>{t`You run no event yet.`}</strong>
              </p>
              <p>{t`Make one here, or ask its organiser to invite you to the staff.`}</p>
            </div>
          )
        }
      </Loading>
    </Screen>
  );
}

function EventRow({ event, role }: { event: Event; role: string | undefined }) {
  const names: Record<string, string> = ROLES;
  return (
    <li class="event-row">
      <div>
        <h2>
          <a href={`/organise/${event.id}`}>{event.name}</a>
        </h2>
        <p class="muted">{dayRange(event)}</p>
      </div>
      <p>
        <span class={`label ${event.state === "published" ? "good" : ""}`}>{stateName(event.state)}</span>
      </p>
      <p class="muted">{names[role ?? ""] ?? ""}</p>
    </li>
  );
}

// The frame around the screens of one event: its name and state, the navigation, and the event itself, read once.
import { t } from "@lingui/core/macro";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { at, type Schemas } from "../api/client.ts";
import { type Loaded, type Resource, useResource } from "./data/use-resource.ts";
import { stateName } from "./events/event-words.ts";
import { Loading } from "./parts/loading.tsx";
import { Screen } from "./parts/screen.tsx";

type Event = Schemas["Event"];

/** What a screen of an event gets. */
export interface EventScreen {
  event: Event;
  tag: string | undefined;
  reload: () => Promise<void>;
}

interface FrameProps {
  title: string;
  children: (screen: EventScreen) => ComponentChildren;
}

export function EventFrame({ title, children }: FrameProps) {
  const { params } = useRoute();
  const address = at("/events/{event}", { event: params.event ?? "" }, { view: "all" });
  const resource: Resource<Event> = useResource(address);
  return (
    <Loading of={resource} title={title}>
      {(event: Event, { tag }: Extract<Loaded<Event>, { state: "ready" }>) => (
        <div class="event-desk">
          <header class="event-head">
            <p class="eyebrow">
              <a href="/organise">{t`Your events`}</a>
            </p>
            <p class="event-name">
              {event.name}{" "}
              <span class={`label ${event.state === "published" ? "good" : ""}`}>{stateName(event.state)}</span>
            </p>
          </header>
          <Navigation event={event.id} />
          <div class="event-screen">
            <Screen title={title} about={event.name}>
              {children({ event, tag, reload: resource.reload })}
            </Screen>
          </div>
        </div>
      )}
    </Loading>
  );
}

/** Returns the links of an event's navigation: those of the desk, and the pages that are older than it. */
function links(event: string): [href: string, name: string][] {
  return [
    [`/organise/${event}`, t`Overview`],
    [`/organise/${event}/details`, t`Details`],
    [`/organise/${event}/programme`, t`Programme`],
    [`/organise/${event}/schedule`, t`Schedule`],
    [`/organise/${event}/tickets`, t`Tickets`],
    [`/events/${event}/sales`, t`Orders`],
    [`/organise/${event}/attendees`, t`Attendees`],
    [`/events/${event}/review`, t`Proposals`],
    [`/events/${event}/check-in`, t`Check-in`],
    [`/events/${event}/people`, t`Team`],
    [`/events/${event}/announce`, t`Announcements`],
    [`/organise/${event}/settings`, t`Settings`],
  ];
}

function Navigation({ event }: { event: string }) {
  const { path } = useLocation();
  const menu = useRef<HTMLDetailsElement>(null);
  const close = () => menu.current?.removeAttribute("open");
  const items = links(event).map(([href, name]) => (
    <li key={href}>
      <a href={href} aria-current={href === path ? "page" : undefined} onClick={close}>
        {name}
      </a>
    </li>
  ));
  return (
    <nav class="event-nav" aria-label={t`Event`}>
      <ul class="event-links">{items}</ul>
      <details class="event-menu" ref={menu}>
        <summary>{t`Menu`}</summary>
        <ul>{items}</ul>
      </details>
    </nav>
  );
}

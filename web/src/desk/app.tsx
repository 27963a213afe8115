// Which screen an address shows. Screens are loaded when they are first opened.
import { t } from "@lingui/core/macro";
import { ErrorBoundary, LocationProvider, Route, Router } from "preact-iso";
import { loadScreen } from "./load-screen.tsx";
import { Screen } from "./parts/screen.tsx";

const EventList = loadScreen(() => import("./events/event-list.tsx"));
const NewEvent = loadScreen(() => import("./events/new-event.tsx"));
const Overview = loadScreen(() => import("./overview/overview.tsx"));
const Details = loadScreen(() => import("./details/details.tsx"));
const ProgrammeScreen = loadScreen(() => import("./programme/programme.tsx"));
const Schedule = loadScreen(() => import("./schedule/schedule.tsx"));
const Attendees = loadScreen(() => import("./attendees/attendees.tsx"));
const ImportEvent = loadScreen(() => import("./import/import-event.tsx"));
const Settings = loadScreen(() => import("./settings/settings.tsx"));
const Tickets = loadScreen(() => import("./tickets/tickets.tsx"));

function Missing() {
  return (
    <Screen title={t`There is no such page`}>
      <p>
        <a href="/organise">{t`Your events`}</a>
      </p>
    </Screen>
  );
}

export function App() {
  return (
    <LocationProvider scope="/organise">
      <ErrorBoundary>
        <Router>
          <Route path="/organise" component={EventList} />
          <Route path="/organise/new" component={NewEvent} />
          <Route path="/organise/import" component={ImportEvent} />
          <Route path="/organise/:event" component={Overview} />
          <Route path="/organise/:event/details" component={Details} />
          <Route path="/organise/:event/attendees" component={Attendees} />
          <Route path="/organise/:event/programme" component={ProgrammeScreen} />
          <Route path="/organise/:event/schedule" component={Schedule} />
          <Route path="/organise/:event/tickets" component={Tickets} />
          <Route path="/organise/:event/settings" component={Settings} />
          <Route default component={Missing} />
        </Router>
      </ErrorBoundary>
    </LocationProvider>
  );
}

// Which screen an address shows. Screens are loaded when they are first opened.
import { t } from "@lingui/core/macro";
import { ErrorBoundary, LocationProvider, lazy, Route, Router } from "preact-iso";
import { Screen } from "./parts/screen.tsx";

const EventList = lazy(() => import("./events/event-list.tsx"));
const NewEvent = lazy(() => import("./events/new-event.tsx"));
const Overview = lazy(() => import("./overview/overview.tsx"));
const Details = lazy(() => import("./details/details.tsx"));
const ProgrammeScreen = lazy(() => import("./programme/programme.tsx"));
const Schedule = lazy(() => import("./schedule/schedule.tsx"));
const Attendees = lazy(() => import("./attendees/attendees.tsx"));
const ImportEvent = lazy(() => import("./import/import-event.tsx"));
const Settings = lazy(() => import("./settings/settings.tsx"));
const Tickets = lazy(() => import("./tickets/tickets.tsx"));

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

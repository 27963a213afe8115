// @vitest-environment jsdom
// Renders the desk's screens with the pseudo catalogue, in which every word has letters with marks: plain English on a
// screen is a word that was not given to the catalogue.
import { i18n } from "@lingui/core";
import { type ComponentType, render } from "preact";
import { LocationProvider, Route, Router } from "preact-iso";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const ID = "01KBC000000000000000000001";
const NAME = "Ωμέγα";
const event = {
  id: ID,
  name: NAME,
  slug: "ω",
  state: "draft",
  starts_at: "2099-06-11T07:00:00Z",
  ends_at: "2099-06-12T16:00:00Z",
  timezone: "Europe/Zurich",
  currency: "CHF",
  description: "",
  venue: null,
};
const ticket = { id: ID, name: NAME, price: { amount: 4900, currency: "CHF" }, quantity: 9, available: 9 };
/** What is no word of the desk: names of zones and countries, dates, sums and units of the browser, addresses. */
const NOT_OURS = [
  /https?:\S+/g,
  /Europe\/?\s?Zurich/g,
  /\b(CHF|EUR|UTC)\b/g,
  /\d+(st|th)? (June|[AP]M)|June \d+/g,
  /\b[AP]M\b/g,
];

/** Returns the texts with plain English words in them: what is drawn, and what screen readers are told. */
function englishIn(place: Element): string[] {
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  const texts: string[] = [];
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement?.closest("option")) texts.push(walker.currentNode.textContent ?? "");
  }
  for (const one of place.querySelectorAll("*")) {
    for (const name of ["aria-label", "title", "placeholder", "alt"]) texts.push(one.getAttribute(name) ?? "");
  }
  return texts.filter((text) =>
    /\b[A-Za-z]{3,}\b/.test(NOT_OURS.reduce((left, known) => left.replace(known, ""), text)),
  );
}

/** Answers as the API does, by the end of the path. */
function answer(url: string): Response {
  const path = url.replace(/\?.*/, "").replace("/api/v1", "");
  const lists: Record<string, object[]> = { "/events": [event], [`/events/${ID}/ticket-types`]: [ticket] };
  const known: Record<string, object> = {
    [`/events/${ID}`]: event,
    [`/events/${ID}/ticket-types/${ID}`]: ticket,
    [`/events/${ID}/sales`]: { currencies: [], types: [], days: [] },
    "/me": { id: ID, name: NAME, email: "ω@ω", verified: true },
  };
  const body = known[path] ?? { items: lists[path] ?? [], next_cursor: null };
  return new Response(JSON.stringify(body), { headers: { ETag: '"a"' } });
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setTimeout(done, 5));
}

let place: HTMLElement;

async function show(path: string, screen: Promise<{ default: ComponentType }>): Promise<void> {
  history.replaceState(null, "", path);
  const { default: Screen } = await screen;
  const pattern = path.replace(ID, ":event").replace(/\?.*/, "");
  render(
    <LocationProvider>
      <Router>{[<Route key="screen" path={pattern} component={Screen} />]}</Router>
    </LocationProvider>,
    place,
  );
  await settle();
}

function press(selector: string): void {
  const found = place.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`${selector} is not there: ${place.textContent}`);
  found.click();
}

beforeEach(async () => {
  const { messages } = await import("../words/pseudo.po");
  i18n.loadAndActivate({ locale: "pseudo", messages });
  vi.stubGlobal("fetch", async (url: string) => answer(url));
  sessionStorage.clear();
  place = document.createElement("main");
  document.body.replaceChildren(place);
});
afterEach(() => {
  render(null, place);
  vi.unstubAllGlobals();
});

test("the test finds English", () => {
  place.innerHTML = '<p>Add ticket type</p><input aria-label="Find"><p>Àďď ţĩćķēţ</p>';
  expect(englishIn(place)).toEqual(["Add ticket type", "Find"]);
});

test.each([
  ["/organise", () => import("./events/event-list.tsx")],
  ["/organise/new", () => import("./events/new-event.tsx")],
  ["/organise/import", () => import("./import/import-event.tsx")],
  [`/organise/${ID}`, () => import("./overview/overview.tsx")],
  [`/organise/${ID}/details`, () => import("./details/details.tsx")],
  [`/organise/${ID}/programme`, () => import("./programme/programme.tsx")],
  [`/organise/${ID}/schedule`, () => import("./schedule/schedule.tsx")],
  [`/organise/${ID}/tickets`, () => import("./tickets/tickets.tsx")],
  [`/organise/${ID}/settings`, () => import("./settings/settings.tsx")],
])("%s shows no word that is not in the catalogue", async (path, load) => {
  await show(path, load());
  expect(place.querySelector("h1")).not.toBeNull();
  expect(place.textContent).not.toContain("Ĺōàďĩńĝ…");
  expect(place.querySelector("[role=alert]")).toBeNull();
  expect(englishIn(place)).toEqual([]);
});

test("a form with its errors shows no word that is not in the catalogue", async () => {
  await show("/organise/new", import("./events/new-event.tsx"));
  press("[type=submit]");
  await settle();
  expect(place.querySelector("[role=alert]")).not.toBeNull();
  expect(englishIn(place)).toEqual([]);
});

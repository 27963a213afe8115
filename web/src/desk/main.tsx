// Begins the organiser's desk: one page for everything below /organise, whose screens are loaded when they are opened.
import { render } from "preact";
import { user } from "../api/session.ts";
import { find } from "../ui/elements.ts";
import { loadWords } from "../ui/words.ts";
import { App } from "./app.tsx";

function start(): void {
  if (location.pathname === "/events") history.replaceState(null, "", "/organise"); // the list's old address
  if (!user()) {
    location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    return;
  }
  loadWords();
  const place = find(document, "[data-desk]", HTMLElement);
  place.replaceChildren();
  render(<App />, place);
  place.removeAttribute("aria-busy");
}

start();

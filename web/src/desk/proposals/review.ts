// The proposals of an event, for its staff: the call for papers, and a decision about each proposal.
import { asProblem, at, get, getAll, Problem, type Schemas, send } from "../../api/client.ts";
import { MAY, ownRoles } from "../../api/roles.ts";
import { user } from "../../api/session.ts";
import { el, find } from "../../ui/elements.ts";
import { exact } from "../../ui/format.ts";
import { htmlOf, safe } from "../../ui/rich-text.ts";
import { callOf } from "./call-settings.ts";

type Event = Schemas["Event"];
type Session = Schemas["Session"];
type Speaker = Schemas["Speaker"];
type State = Schemas["SessionState"];

const root = find(document, "[data-review]", HTMLElement);
const eventId = location.pathname.split("/")[2] ?? "";
/** What is shown together, and what is said when that is nothing; what was decided is folded up. */
const GROUPS: [title: string, states: State[], empty?: string][] = [
  ["To be decided", ["submitted"], "Nothing waits for you."],
  ["Accepted", ["accepted", "confirmed"]],
  ["Not accepted or withdrawn", ["rejected", "withdrawn"]],
];
const STATES: Partial<Record<State, string>> = {
  submitted: "Open",
  accepted: "Accepted",
  confirmed: "Confirmed",
  rejected: "Not accepted",
  withdrawn: "Withdrawn",
};
const TONES: Partial<Record<State, string>> = { submitted: "warn", accepted: "good", confirmed: "good" };

async function start(): Promise<void> {
  try {
    const event = await get(at("/events/{event}", { event: eventId }, { view: "all" }));
    const own = (await ownRoles()).get(event.id);
    if (!MAY.review.has(own)) throw new Problem(404);
    find(document, "[data-title]", HTMLElement).textContent = `Proposals for ${event.name}`;
    const list = el("div", {});
    root.replaceChildren(await callOf(event, MAY.announce.has(own)), list);
    await refresh(event, list);
    unfold(document.getElementById(location.hash.slice(1)));
  } catch (error) {
    const problem = asProblem(error);
    const missing =
      problem.status === 404 ? "There is no such event, or you do not decide about its proposals." : problem.message;
    root.replaceChildren(el("div", { class: "notice bad", role: "alert" }, missing));
  }
  root.removeAttribute("aria-busy");
}

/** Unfolds the proposal that the address names. */
function unfold(found: HTMLElement | null): void {
  if (!found) return;
  for (const fold of [found.closest(".decided"), found.querySelector("details")]) fold?.setAttribute("open", "");
  found.scrollIntoView();
}

async function refresh(event: Event, list: HTMLElement): Promise<void> {
  const [sessions, speakers] = await Promise.all([
    getAll(at("/events/{event}/sessions", { event: event.id }, { view: "all" })),
    getAll(at("/events/{event}/speakers", { event: event.id }, { view: "all" })),
  ]);
  const people = new Map(speakers.map((one) => [one.id, one]));
  const spoken = el("p", { role: "status", class: "muted", tabindex: "-1" });
  const again = (said: string) => redraw(event, list, said);
  list.replaceChildren(
    spoken,
    ...GROUPS.flatMap(([title, states, empty]) => {
      const shownHere = sessions.filter((one) => states.includes(one.state ?? "draft"));
      const rows = shownHere.map((one) => row(event, one, people, again));
      const heading = el(
        "h2",
        { class: "section-title" },
        title,
        rows.length > 0 && el("span", { class: "count" }, ` ${rows.length}`),
      );
      const shown = rows.length ? el("ul", { class: "letters" }, ...rows) : el("p", { class: "empty" }, empty);
      if (empty) return [el("section", { "aria-label": title }, heading, shown)];
      const decided = el("section", { "aria-label": title }, shown);
      return rows.length ? [el("details", { class: "decided" }, el("summary", {}, heading), decided)] : [];
    }),
  );
}

/** Draws the proposals anew and says what was done. What is typed and unfolded elsewhere stays. */
async function redraw(event: Event, list: HTMLElement, said: string): Promise<void> {
  const typed = new Map([...list.querySelectorAll("textarea")].map((one) => [one.id, one.value]));
  const isOpen = (one: Element) => one.querySelector("details")?.open ?? false;
  const unfolded = new Set([...list.querySelectorAll("li[id]")].filter(isOpen).map((one) => one.id));
  await refresh(event, list);
  for (const one of list.querySelectorAll("textarea")) one.value = typed.get(one.id) ?? "";
  for (const one of list.querySelectorAll("li[id]")) {
    one.querySelector("details")?.toggleAttribute("open", unfolded.has(one.id));
  }
  const status = find(list, "[role=status]", HTMLElement);
  status.textContent = said;
  status.focus();
}

type Again = (said: string) => Promise<void>;

function row(event: Event, session: Session, people: Map<string, Speaker>, again: Again): HTMLElement {
  const state = session.state ?? "draft";
  const speakers = (session.speaker_ids ?? []).map((id) => people.get(id)).filter((one) => one !== undefined);
  const about = el("div", { class: "letter-text" });
  about.append(safe(session.long_abstract || session.short_abstract || ""));
  for (const one of speakers) {
    if (!one.short_biography) continue;
    about.append(el("h4", {}, `About ${one.name}`), safe(one.short_biography));
  }
  const failed = el("div", { class: "notice bad", role: "alert", hidden: true });
  const words = el("textarea", { id: `words-${session.id}`, rows: 3 });
  const buttons = (["accept", "reject"] as const).map((decision) =>
    el(
      "button",
      { class: `button ${decision === "accept" ? "" : "quiet"}`, type: "button", onclick: () => decide(decision) },
      decision === "accept" ? "Accept" : "Do not accept",
      el("span", { class: "hidden" }, ` “${session.title}”`),
    ),
  );

  async function decide(decision: Schemas["Decision"]): Promise<void> {
    for (const one of buttons) one.disabled = true;
    failed.hidden = true;
    try {
      const address = at("/events/{event}/sessions/{id}/review", { event: event.id, id: session.id });
      await send("POST", address, { decision, message: htmlOf(words.value) });
      await again(
        `“${session.title}” is ${decision === "accept" ? "accepted" : "not accepted"}. Its speakers are told.`,
      );
    } catch (error) {
      failed.textContent = asProblem(error).message;
      failed.hidden = false;
      for (const one of buttons) one.disabled = false;
    }
  }

  const names = speakers.map((one) => [one.name, one.organisation].filter(Boolean).join(", ")).join("; ");
  return el(
    "li",
    { id: session.id },
    el("h3", {}, session.title),
    el("p", { class: "muted" }, names, names && " · ", time(session.created_at)),
    el("p", {}, el("span", { class: `label ${TONES[state] ?? ""}` }, STATES[state] ?? state)),
    el(
      "details",
      {},
      el(
        "summary",
        {},
        state === "submitted" ? "Read and decide" : "Read",
        el("span", { class: "hidden" }, ` “${session.title}”`),
      ),
      about,
      failed,
      state === "submitted" &&
        el("div", { class: "field" }, el("label", { for: words.id }, "To its speakers (optional)"), words),
      state === "submitted" && el("div", { class: "ways" }, ...buttons),
    ),
  );
}

function time(moment: string): HTMLElement {
  return el("time", { datetime: moment }, exact(moment));
}

if (user()) start();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.hash)}`);

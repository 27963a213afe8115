// The page of an event's call for papers: what is looked for until when, and the form of a proposal. What is typed stays in
// this browser until it was sent; nobody has to sign in before that.

import { formOf, proposalForm, type Typed } from "../account/proposal-form.ts";
import { asProblem, at, get, type Schemas, send } from "../api/client.ts";
import { user } from "../api/session.ts";
import { el, find } from "../ui/elements.ts";
import { exact } from "../ui/format.ts";
import { safe } from "../ui/rich-text.ts";
import { isRecord, recall, remember } from "../ui/storage.ts";

const root = find(document, "[data-call]", HTMLElement);
const KEPT = "Kept in this browser.";
const named = location.pathname.split("/")[2] ?? "";

/** What was typed before, and the Idempotency-Key it was sent with. */
interface Draft {
  typed: Typed | null;
  key: string | undefined;
}

function draftIn(key: string): Draft | null {
  const stored = recall("localStorage", key);
  if (!isRecord(stored)) return null;
  const typed = isRecord(stored.typed)
    ? Object.entries(stored.typed).map(([name, text]) => [name, String(text)])
    : null;
  return { typed: typed && Object.fromEntries(typed), key: typeof stored.key === "string" ? stored.key : undefined };
}

async function start(): Promise<void> {
  try {
    const event = await get(at("/events/{event}", { event: named }), { open: true });
    find(document, "[data-title]", HTMLElement).textContent = `Speak at ${event.name}`;
    find(document, "[data-event]", HTMLAnchorElement).href = `/e/${event.slug ?? event.id}`;
    document.title = `Call for papers: ${event.name}`;
    const [call, tracks] = await Promise.all([
      get(at("/events/{event}/call-for-papers", { event: event.id }), { open: true }),
      get(at("/events/{event}/tracks", { event: event.id }), { open: true }),
    ]);
    showCall(event, call, tracks.items);
  } catch (error) {
    const problem = asProblem(error);
    const over = problem.status === 404 ? "No proposals are taken at the moment." : problem.message;
    root.replaceChildren(el("p", { class: "notice", role: "status" }, over));
  }
  root.removeAttribute("aria-busy");
}

function showCall(event: Schemas["Event"], call: Schemas["CallForPapers"], tracks: Schemas["Track"][]): void {
  // One's own draft, or what was typed here before anybody signed in.
  const nobodys = `marquee.proposal.${event.id}`;
  const person = user();
  const kept = person ? `${nobodys}.${person.id}` : nobodys;
  const draft = draftIn(kept) ?? draftIn(nobodys);
  let key = draft?.key;
  const words = el("div", { class: "letter-text" });
  words.append(safe(call.announcement ?? ""));
  const saved = el("p", { class: "muted", role: "status" }, draft?.typed ? "What you typed before is still here." : "");
  const form = proposalForm({
    typed: { name: user()?.name ?? "", ...draft?.typed },
    tracks,
    label: user() ? "Send the proposal" : "Sign in and send it",
    onInput(typed) {
      key = undefined; // what was changed is another proposal
      remember("localStorage", kept, { typed });
      if (saved.textContent !== KEPT) saved.textContent = KEPT;
    },
    async submit(typed) {
      key ??= crypto.randomUUID();
      remember("localStorage", kept, { typed, key });
      if (!user()) {
        location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
        return;
      }
      const made = await send("POST", at("/events/{event}/submissions", { event: event.id }), formOf(typed), { key });
      for (const one of [kept, nobodys]) remember("localStorage", one, null);
      showSent(made.session.title);
    },
  });
  root.replaceChildren(untilLine(call), words, form, saved);
}

function untilLine(call: Schemas["CallForPapers"]): HTMLElement {
  const closes = el("time", { datetime: call.closes_at }, exact(call.closes_at, call.timezone));
  return el("p", {}, "Until ", el("strong", {}, closes), ".");
}

/** Shows that the proposal was sent, in the place of the form. */
function showSent(title: Schemas["SubmissionShown"]["session"]["title"]): void {
  const text = `“${title}” is with the organisers. You will hear what becomes of it.`;
  const done = el("p", { class: "notice", role: "status", tabindex: "-1" }, text);
  const proposals = el("a", { class: "button", href: "/proposals" }, "To your proposals");
  root.replaceChildren(done, el("div", { class: "actions" }, proposals));
  done.focus();
}

start();

// The call for papers of an event: what is looked for until when, and a proposal. What is typed stays in this browser
// until it was sent; nobody has to sign in before that.

import { formOf, proposalForm } from "../account/proposal-form.ts";
import { get, send } from "../api/client.ts";
import { user } from "../api/session.ts";
import { el } from "../ui/elements.ts";
import { exact } from "../ui/format.ts";
import { safe } from "../ui/rich-text.ts";
import { recall, remember } from "../ui/storage.ts";

const root = document.querySelector("[data-call]");
const KEPT = "Kept in this browser.";
const named = location.pathname.split("/")[2];

async function start() {
  try {
    const event = await get(`/events/${named}`, { open: true });
    document.querySelector("[data-title]").textContent = `Speak at ${event.name}`;
    document.querySelector("[data-event]").href = `/e/${event.slug ?? event.id}`;
    document.title = `Call for papers: ${event.name}`;
    const [call, tracks] = await Promise.all([
      get(`/events/${event.id}/call-for-papers`, { open: true }),
      get(`/events/${event.id}/tracks`, { open: true }),
    ]);
    page(event, call, tracks.items);
  } catch (error) {
    const over = error.status === 404 ? "No proposals are taken at the moment." : error.message;
    root.replaceChildren(el("p", { class: "notice", role: "status" }, over));
  }
  root.removeAttribute("aria-busy");
}

function page(event, call, tracks) {
  // One's own draft, or what was typed here before anybody signed in.
  const nobodys = `marquee.proposal.${event.id}`;
  const kept = user() ? `${nobodys}.${user().id}` : nobodys;
  const draft = recall("localStorage", kept) ?? recall("localStorage", nobodys) ?? {};
  let key = draft.key;
  const until = el(
    "p",
    {},
    "Until ",
    el("strong", {}, el("time", { datetime: call.closes_at }, exact(call.closes_at, call.timezone))),
    ".",
  );
  const words = el("div", { class: "letter-text" });
  words.append(safe(call.announcement));
  const saved = el("p", { class: "muted", role: "status" }, draft.typed ? "What you typed before is still here." : "");
  const form = proposalForm({
    typed: { name: user()?.name ?? "", ...draft.typed },
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
      if (!user()) return location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
      const made = await send("POST", `/events/${event.id}/submissions`, formOf(typed), { key });
      for (const one of [kept, nobodys]) remember("localStorage", one, null);
      const done = el(
        "p",
        { class: "notice", role: "status", tabindex: "-1" },
        `“${made.session.title}” is with the organisers. You will hear what becomes of it.`,
      );
      root.replaceChildren(
        done,
        el("div", { class: "actions" }, el("a", { class: "button", href: "/proposals" }, "To your proposals")),
      );
      done.focus();
    },
  });
  root.replaceChildren(until, words, form, saved);
}

start();

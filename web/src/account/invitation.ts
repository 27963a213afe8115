// The page of an invitation: who invites to what, and the answer. Whoever has no account opens one and comes back here,
// which accepts; whoever is signed in with another one is told the way.
import { get, Problem, send } from "../api/client.ts";
import { ROLES } from "../api/roles.ts";
import { user } from "../api/session.ts";
import { el } from "../ui/elements.ts";
import { exact } from "../ui/format.ts";
import { recall, remember } from "../ui/storage.ts";

const root = document.querySelector("[data-invite]");
const path = `/invites/${location.pathname.split("/")[2]}`;
const here = encodeURIComponent(location.pathname);
const ACCEPTING = "accepting"; // of this tab: the invitation whose reader signs in or up to accept it
const ENDED = {
  accepted: "It was accepted already.",
  declined: "It was declined.",
  revoked: "It was taken back.",
};

function show(...parts) {
  root.replaceChildren(...parts.filter(Boolean));
  root.removeAttribute("aria-busy");
}

/** Say how it ended, where the reader's focus is. */
function end(text, ...ways) {
  const said = el("p", { role: "status", tabindex: "-1" }, text);
  show(said, el("p", { class: "actions" }, ...ways));
  said.focus();
}

/** What they are invited to, as the end of a sentence. */
const what = (invite) =>
  invite.session
    ? `to speak at ${invite.event.name}: ${invite.session.title}`
    : `to the staff of ${invite.event.name}, as ${(ROLES[invite.role] ?? invite.role).toLowerCase()}`;

const toEvents = () => el("a", { class: "button", href: "/events" }, "To the events you run");

const toAccept = () => remember("sessionStorage", ACCEPTING, path);

function accepted(invite) {
  if (!invite.session) return end(`You are staff of ${invite.event.name} now.`, toEvents());
  const event = el("a", { class: "button", href: `/e/${invite.event.slug ?? invite.event.id}` }, "See the event");
  end(`You are a speaker of ${invite.session.title} now.`, event);
}

function open(invite) {
  const failed = el("div", { class: "notice bad", role: "alert", hidden: true });
  const buttons = [];

  async function answer(what, done) {
    for (const button of buttons) button.disabled = true;
    failed.hidden = true;
    try {
      await send("POST", `${path}/${what}`);
      done();
    } catch (error) {
      if (error.status === 409 && error.code.startsWith("invite_")) return load();
      failed.replaceChildren(
        error.message,
        error.code === "other_account" ? ` You are signed in as ${user()?.email}.` : "",
      );
      failed.hidden = false;
      for (const button of buttons) button.disabled = false;
    }
  }

  const accepts = () => answer("accept", () => accepted(invite));
  const decline = el(
    "button",
    {
      class: "button quiet",
      type: "button",
      onclick: () => answer("decline", () => end("You declined the invitation.")),
    },
    "Decline",
  );
  const accept = el("button", { class: "button", type: "button", onclick: accepts }, "Accept");
  buttons.push(decline, accept);
  const ways = user()
    ? [accept, decline]
    : [
        el("a", { class: "button", href: `/sign-up?next=${here}`, onclick: toAccept }, "Open an account and accept"),
        el("a", { class: "button quiet", href: `/sign-in?next=${here}`, onclick: toAccept }, "Sign in and accept"),
        decline,
      ];
  show(
    failed,
    !user() && el("p", {}, `To accept, use the account of ${invite.email}, or open one with that address.`),
    el(
      "p",
      { class: "muted" },
      "Good until ",
      el("time", { datetime: invite.expires_at }, exact(invite.expires_at)),
      ".",
    ),
    el("div", { class: "actions" }, ...ways),
  );
  if (!user()) return;
  if (recall("sessionStorage", ACCEPTING) === path) accepts();
  remember("sessionStorage", ACCEPTING, null);
}

async function load() {
  try {
    const invite = await get(path);
    if (invite.state === "pending") {
      document.querySelector("[data-title]").textContent =
        `${invite.invited_by || "Somebody"} invites you ${what(invite)}`;
      open(invite);
    } else if (invite.state === "expired") end("This invitation is too old. Ask whoever sent it to send it again.");
    else
      end(
        `This invitation is open no more. ${ENDED[invite.state] ?? ""}`,
        invite.state === "accepted" && user() ? toEvents() : "",
      );
  } catch (error) {
    const gone = error instanceof Problem && error.status === 404;
    end(
      gone
        ? "This link leads to no invitation. It may be incomplete, or the invitation was replaced by a newer one."
        : error.message,
    );
  }
}

load();

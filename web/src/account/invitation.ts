// The page of an invitation: who invites to what, and the answer. Whoever has no account opens one and comes back here,
// which accepts; whoever is signed in with another one is told so.
import { asProblem, at, get, type Schemas, send } from "../api/client.ts";
import { ROLES } from "../api/roles.ts";
import { user } from "../api/session.ts";
import { type Child, el, find } from "../ui/elements.ts";
import { exact } from "../ui/format.ts";
import { recall, remember } from "../ui/storage.ts";

type Invitation = Schemas["Invitation"];

const root = find(document, "[data-invite]", HTMLElement);
const token = location.pathname.split("/")[2] ?? "";
const invitation = at("/invites/{token}", { token });
const here = encodeURIComponent(location.pathname);
const ACCEPTING = "accepting"; // of this tab: the invitation whose reader signs in or up to accept it
const ENDED: Record<string, string> = {
  accepted: "It was accepted already.",
  declined: "It was declined.",
  revoked: "It was taken back.",
};

function show(...parts: Child[]): void {
  root.replaceChildren(...parts.filter((part) => part instanceof Node));
  root.removeAttribute("aria-busy");
}

/** Says how it ended, where the reader's focus is. */
function end(text: string, ...ways: Child[]): void {
  const said = el("p", { role: "status", tabindex: "-1" }, text);
  show(said, el("p", { class: "actions" }, ...ways));
  said.focus();
}

/** Returns what they are invited to, as the end of a sentence. */
function purposeOf({ event, role, session }: Invitation): string {
  const name = event?.name ?? "an event";
  if (session) return `to speak at ${name}: ${session.title}`;
  const names: Record<string, string> = ROLES;
  return `to the staff of ${name}, as ${(names[role ?? ""] ?? role ?? "").toLowerCase()}`;
}

const toEvents = () => el("a", { class: "button", href: "/organise" }, "To your events");

const toAccept = () => remember("sessionStorage", ACCEPTING, token);

function accepted({ event, session }: Invitation): void {
  if (!session || !event) {
    end(`You are staff of ${event?.name ?? "the event"} now.`, toEvents());
    return;
  }
  const way = el("a", { class: "button", href: `/e/${event.slug ?? event.id}` }, "See the event");
  end(`You are a speaker of ${session.title} now.`, way);
}

/** Shows an open invitation with its buttons. Accepts it when the reader signed in or up for that. */
function open(invite: Invitation): void {
  const failed = el("div", { class: "notice bad", role: "alert", hidden: true });
  const accepts = (): Promise<void> => answer("accept", () => accepted(invite), ways, failed);
  const declines = (): Promise<void> => answer("decline", () => end("You declined the invitation."), ways, failed);
  const decline = el("button", { class: "button quiet", type: "button", onclick: declines }, "Decline");
  const accept = el("button", { class: "button", type: "button", onclick: accepts }, "Accept");
  const ways = el("div", { class: "actions" }, ...(user() ? [accept] : waysToAccount()), decline);
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
    ways,
  );
  if (!user()) return;
  if (recall("sessionStorage", ACCEPTING) === token) accepts();
  remember("sessionStorage", ACCEPTING, null);
}

/** Returns the links to accept for whoever is not signed in. They come back here afterwards. */
function waysToAccount(): HTMLElement[] {
  return [
    el("a", { class: "button", href: `/sign-up?next=${here}`, onclick: toAccept }, "Open an account and accept"),
    el("a", { class: "button quiet", href: `/sign-in?next=${here}`, onclick: toAccept }, "Sign in and accept"),
  ];
}

/** Sends the answer, with the buttons of `ways` disabled meanwhile. Says in `failed` why it was refused. */
async function answer(
  what: "accept" | "decline",
  done: () => void,
  ways: HTMLElement,
  failed: HTMLElement,
): Promise<void> {
  const address =
    what === "accept" ? at("/invites/{token}/accept", { token }) : at("/invites/{token}/decline", { token });
  lock(ways, true);
  failed.hidden = true;
  try {
    await send("POST", address);
    done();
  } catch (error) {
    const { code, message, status } = asProblem(error);
    if (status === 409 && code.startsWith("invite_")) return load();
    const who = code === "other_account" ? ` You are signed in as ${user()?.email}.` : "";
    failed.replaceChildren(message, who);
    failed.hidden = false;
    lock(ways, false);
  }
}

function lock(ways: HTMLElement, isLocked: boolean): void {
  for (const button of ways.querySelectorAll("button")) button.disabled = isLocked;
}

async function load(): Promise<void> {
  try {
    const invite = await get(invitation);
    if (invite.state === "pending") {
      const title = `${invite.invited_by || "Somebody"} invites you ${purposeOf(invite)}`;
      find(document, "[data-title]", HTMLElement).textContent = title;
      open(invite);
    } else if (invite.state === "expired") end("This invitation is too old. Ask whoever sent it to send it again.");
    else
      end(
        `This invitation is open no more. ${ENDED[invite.state] ?? ""}`,
        invite.state === "accepted" && user() ? toEvents() : "",
      );
  } catch (thrown) {
    const error = asProblem(thrown);
    const gone = error.status === 404;
    end(
      gone
        ? "This link leads to no invitation. It may be incomplete, or the invitation was replaced by a newer one."
        : error.message,
    );
  }
}

load();

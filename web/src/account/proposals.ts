// The reader's proposals: the state of each, and what they may do with it.
import { asProblem, at, get, Problem, type Schemas, send, tagOf } from "../api/client.ts";
import { user } from "../api/session.ts";
import { type Child, el, find } from "../ui/elements.ts";
import { exact } from "../ui/format.ts";
import { safe } from "../ui/rich-text.ts";
import { formOf, proposalForm, type Typed, typedOf } from "./proposal-form.ts";

type Submission = Schemas["SubmissionShown"];

const root = find(document, "[data-proposals]", HTMLElement);
const STATES: Record<Submission["state"], [name: string, tone: string]> = {
  submitted: ["With the organisers", "warn"],
  accepted: ["Accepted", "good"],
  confirmed: ["Confirmed", "good"],
  rejected: ["Not accepted", ""],
  withdrawn: ["Withdrawn", ""],
  cancelled: ["Cancelled", "bad"],
  draft: ["Being prepared", ""],
};
const CHANGED_MEANWHILE =
  "It was changed meanwhile, in another tab perhaps. Save again to put what you typed here in its place.";
const WITHDRAWABLE = new Set(["submitted", "accepted", "confirmed"]);

const spoken = el("p", { role: "status", class: "muted", tabindex: "-1" });

const addressOf = (one: Submission) => at("/me/submissions/{id}", { id: one.id });

async function load(): Promise<void> {
  try {
    const { items } = await get(at("/me/submissions"));
    const none = el(
      "p",
      { class: "empty" },
      "You proposed nothing yet. Events that look for speakers say so on their pages.",
    );
    root.replaceChildren(spoken, items.length ? el("ul", { class: "letters" }, ...items.toReversed().map(row)) : none);
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  } catch (error) {
    const again = el("button", { class: "button quiet", type: "button", onclick: load }, "Try again");
    root.replaceChildren(
      el("div", { class: "notice bad", role: "alert" }, asProblem(error).message),
      el("div", { class: "actions" }, again),
    );
  }
  root.removeAttribute("aria-busy");
}

/** A proposal with the elements of its row: the row itself, what failed, and its buttons or what is open in their place. */
interface Shown {
  one: Submission;
  item: HTMLLIElement;
  failed: HTMLElement;
  ways: HTMLElement;
}

function row(one: Submission): HTMLElement {
  const [words, mood] = STATES[one.state] ?? [one.state, ""];
  const about = el("div", { class: "letter-text" });
  about.append(safe(one.session.long_abstract ?? ""));
  const failed = el("div", { class: "notice bad", role: "alert", hidden: true });
  const ways = el("div", { class: "ways" });
  const when = el("time", { datetime: one.created_at }, exact(one.created_at));
  const item = el(
    "li",
    { id: one.id },
    el("h2", {}, one.session.title),
    el(
      "p",
      { class: "muted" },
      el("a", { href: `/e/${one.event.slug ?? one.event.id}` }, one.event.name),
      " · proposed ",
      when,
    ),
    el("p", {}, el("span", { class: `label ${mood}` }, words)),
    el("details", {}, el("summary", {}, "What you wrote"), about),
    failed,
    ways,
  );
  offer({ one, item, failed, ways });
  return item;
}

/** Shows the buttons of what its state allows. */
function offer(shown: Shown): void {
  const { one, ways } = shown;
  const { title } = one.session;
  const button = (name: string, onclick: () => unknown, kind = "quiet") => {
    const attributes = { class: `button ${kind}`, type: "button", onclick };
    return el("button", attributes, name, el("span", { class: "hidden" }, ` “${title}”`));
  };
  const confirm = () => send("POST", at("/events/{event}/sessions/{id}/confirm", { event: one.event.id, id: one.id }));
  const buttons: Child[] = [
    one.state === "accepted" &&
      button("Confirm that you come", () => carryOut(shown, confirm, `“${title}” is confirmed.`), ""),
    one.can_be_changed && button("Change", () => change(shown).catch((error) => fail(shown, error))),
    WITHDRAWABLE.has(one.state) && button("Withdraw", () => askToWithdraw(shown)),
  ];
  ways.replaceChildren(...buttons.filter((made) => made instanceof Node));
}

/** Shows the buttons again, with the focus on the first. */
function offerAgain(shown: Shown): void {
  offer(shown);
  shown.ways.querySelector("button")?.focus();
}

function fail({ failed }: Shown, error: unknown): void {
  failed.textContent = asProblem(error).message;
  failed.hidden = false;
}

/** Shows it as it is now; what is being typed about the others stays. Raises Problem. */
async function refresh({ one, item }: Shown, done: string): Promise<void> {
  item.replaceWith(row(await get(addressOf(one))));
  spoken.textContent = done;
  spoken.focus();
}

async function carryOut(shown: Shown, work: () => Promise<unknown>, done: string): Promise<void> {
  shown.failed.hidden = true;
  try {
    await work();
    await refresh(shown, done);
  } catch (error) {
    fail(shown, error);
  }
}

function askToWithdraw(shown: Shown): void {
  const { one, ways } = shown;
  const { title } = one.session;
  const withdraw = () => send("POST", at("/me/submissions/{id}/withdraw", { id: one.id }));
  const onYes = () => carryOut(shown, withdraw, `“${title}” is withdrawn.`);
  const yes = el("button", { class: "button", type: "button", onclick: onYes }, "Yes");
  const no = el("button", { class: "button quiet", type: "button", onclick: () => offerAgain(shown) }, "No");
  ways.replaceChildren(
    el(
      "div",
      { class: "notice warn question", role: "group", "aria-label": "Please confirm" },
      `Withdraw “${title}”? That cannot be taken back.`,
      el("div", { class: "ways" }, yes, no),
    ),
  );
  yes.focus();
}

/** Opens the form in place of the buttons. Raises Problem. */
async function change(shown: Shown): Promise<void> {
  const { one, ways } = shown;
  const [fresh, { items }] = await Promise.all([
    get(addressOf(one)),
    get(at("/events/{event}/tracks", { event: one.event.id }), { open: true }),
  ]);
  let match = tagOf(addressOf(one));
  const before = typedOf(fresh);
  async function submit(typed: Typed): Promise<void> {
    try {
      await send("PATCH", addressOf(one), formOf(typed, before), { match });
    } catch (error) {
      if (asProblem(error).status !== 412) throw error;
      await get(addressOf(one));
      match = tagOf(addressOf(one));
      throw new Problem(412, { detail: CHANGED_MEANWHILE });
    }
    await refresh(shown, `“${typed.title?.trim()}” is changed.`);
  }
  const form = proposalForm({
    typed: before,
    tracks: items,
    label: "Save the changes",
    id: `change-${one.id}`,
    submit,
  });
  const back = { class: "button quiet", type: "button", onclick: () => offerAgain(shown) };
  ways.replaceChildren(form, el("button", back, "Leave it as it was"));
  form.querySelector("input")?.focus();
}

if (user()) load();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.hash)}`);

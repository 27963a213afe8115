// The reader's proposals: the state of each, and what they may do with it.
import { asProblem, at, get, Problem, type Schemas, send, tagOf } from "../api/client.ts";
import { user } from "../api/session.ts";
import { type Child, el, find } from "../ui/elements.ts";
import { exact } from "../ui/format.ts";
import { safe } from "../ui/rich-text.ts";
import { formOf, proposalForm, typedOf } from "./proposal-form.ts";

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

function row(one: Submission): HTMLElement {
  const [words, mood] = STATES[one.state] ?? [one.state, ""];
  const title = one.session.title;
  const about = el("div", { class: "letter-text" });
  about.append(safe(one.session.long_abstract ?? ""));
  const failed = el("div", { class: "notice bad", role: "alert", hidden: true });
  const ways = el("div", { class: "ways" });

  function fail(error: unknown): void {
    failed.textContent = asProblem(error).message;
    failed.hidden = false;
  }

  /** Shows it as it is now; what is being typed about the others stays. */
  async function anew(said: string): Promise<void> {
    made.replaceWith(row(await get(addressOf(one))));
    spoken.textContent = said;
    spoken.focus();
  }

  async function carryOut(work: () => Promise<unknown>, said: string): Promise<void> {
    failed.hidden = true;
    try {
      await work();
      await anew(said);
    } catch (error) {
      fail(error);
    }
  }

  const button = (name: string, onclick: () => unknown, kind = "quiet") =>
    el(
      "button",
      { class: `button ${kind}`, type: "button", onclick },
      name,
      el("span", { class: "hidden" }, ` “${title}”`),
    );

  function withdraw(): void {
    const yes = el(
      "button",
      {
        class: "button",
        type: "button",
        onclick: () =>
          carryOut(() => send("POST", at("/me/submissions/{id}/withdraw", { id: one.id })), `“${title}” is withdrawn.`),
      },
      "Yes",
    );
    const no = el("button", { class: "button quiet", type: "button", onclick: back }, "No");
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

  const confirm = () => send("POST", at("/events/{event}/sessions/{id}/confirm", { event: one.event.id, id: one.id }));

  async function change(): Promise<void> {
    const [fresh, { items }] = await Promise.all([
      get(addressOf(one)),
      get(at("/events/{event}/tracks", { event: one.event.id }), { open: true }),
    ]);
    let match = tagOf(addressOf(one));
    const before = typedOf(fresh);
    const form = proposalForm({
      typed: before,
      tracks: items,
      label: "Save the changes",
      id: `change-${one.id}`,
      async submit(typed) {
        try {
          await send("PATCH", addressOf(one), formOf(typed, before), { match });
        } catch (error) {
          if (asProblem(error).status !== 412) throw error;
          await get(addressOf(one));
          match = tagOf(addressOf(one));
          throw new Problem(412, {
            detail:
              "It was changed meanwhile, in another tab perhaps. Save again to put what you typed here in its place.",
          });
        }
        await anew(`“${typed.title?.trim()}” is changed.`);
      },
    });
    ways.replaceChildren(
      form,
      el("button", { class: "button quiet", type: "button", onclick: back }, "Leave it as it was"),
    );
    form.querySelector("input")?.focus();
  }

  function offer(): void {
    const buttons: Child[] = [
      one.state === "accepted" &&
        button("Confirm that you come", () => carryOut(confirm, `“${title}” is confirmed.`), ""),
      one.can_be_changed && button("Change", () => change().catch(fail)),
      WITHDRAWABLE.has(one.state) && button("Withdraw", withdraw),
    ];
    ways.replaceChildren(...buttons.filter((one) => one instanceof Node));
  }

  /** Offers it again, with the focus where it was. */
  function back(): void {
    offer();
    ways.querySelector("button")?.focus();
  }

  offer();
  const when = el("time", { datetime: one.created_at }, exact(one.created_at));
  const made = el(
    "li",
    { id: one.id },
    el("h2", {}, title),
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
  return made;
}

if (user()) load();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.hash)}`);

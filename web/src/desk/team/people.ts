// The people of an event: its staff, invitations to it or to speak (many at once), and the state of each invitation.
import { asProblem, at, get, getAll, Problem, type Schemas, send } from "../../api/client.ts";
import { MAY, ownRoles, ROLES, type Role } from "../../api/roles.ts";
import { user } from "../../api/session.ts";
import { type Child, el, find } from "../../ui/elements.ts";
import { exact } from "../../ui/format.ts";

type Event = Schemas["Event"];
type Session = Schemas["Session"];
type Group = [label: string, options: HTMLOptionElement[]];

const root = find(document, "[data-people]", HTMLElement);
const eventId = location.pathname.split("/")[2] ?? "";
const MOST_AT_ONCE = 50;
const STATES: Record<string, string> = {
  pending: "Open",
  accepted: "Accepted",
  declined: "Declined",
  revoked: "Taken back",
  expired: "Too old",
};
const OVER = new Set<Schemas["SessionState"] | undefined>(["rejected", "withdrawn", "cancelled"]);
const RANKS = Object.keys(ROLES) as Role[]; // the highest first

async function start(): Promise<void> {
  try {
    const event = await get(at("/events/{event}", { event: eventId }, { view: "all" }));
    const own = (await ownRoles()).get(event.id);
    if (!own) throw new Problem(404);
    find(document, "[data-title]", HTMLElement).textContent = `People of ${event.name}`;
    await new PeoplePage(event, own).show();
  } catch (error) {
    const problem = asProblem(error);
    const missing = problem.status === 404 ? "There is no such event, or you are not of its staff." : problem.message;
    root.replaceChildren(el("div", { class: "notice bad", role: "alert" }, missing));
  }
  root.removeAttribute("aria-busy");
}

/** The page for a reader with a role. */
class PeoplePage {
  #event: Event;
  #own: Role;
  #sessions = new Map<string, Session>();
  #failed = el("div", { class: "notice bad", role: "alert", hidden: true });
  #asked = el("div", {});
  #spoken = el("p", { role: "status", class: "muted", tabindex: "-1" });
  #staff = el("ul", { class: "order-list", "aria-label": "Staff" });
  #invites = el("ul", { class: "order-list", "aria-label": "Invitations" });

  constructor(event: Event, own: Role) {
    this.#event = event;
    this.#own = own;
  }

  get #edits(): boolean {
    return MAY.edit.has(this.#own);
  }

  /** Reads everything and draws the page. Raises Problem. */
  async show(): Promise<void> {
    const event = this.#event.id;
    if (this.#edits) {
      const all = await getAll(at("/events/{event}/sessions", { event }, { view: "all" }));
      this.#sessions = new Map(all.map((one) => [one.id, one]));
    }
    await this.#refresh();
    const groups = this.#offers();
    const part = (name: string, content: HTMLElement) =>
      el("section", { "aria-label": name }, el("h2", {}, name), content);
    root.replaceChildren(
      this.#failed,
      this.#asked,
      this.#spoken,
      part("Staff", this.#staff),
      ...(groups.length ? [part("Invite", this.#form(groups))] : []),
      ...(this.#edits ? [part("Invitations", this.#invites)] : []),
    );
  }

  async #refresh(): Promise<void> {
    const event = this.#event.id;
    const [members, sent] = await Promise.all([
      get(at("/events/{event}/roles", { event })),
      this.#edits ? get(at("/events/{event}/invites", { event })) : { items: [] },
    ]);
    this.#staff.replaceChildren(...members.items.map((one) => this.#member(one)));
    this.#invites.replaceChildren(...sent.items.map((one) => this.#invitation(one)));
  }

  /** Does something, says what was done, and shows the lists as they are then. */
  async #carryOut(work: () => Promise<unknown>, done: string): Promise<void> {
    this.#failed.hidden = true;
    try {
      await work();
      this.#spoken.textContent = done;
    } catch (error) {
      this.#failed.textContent = asProblem(error).message;
      this.#failed.hidden = false;
    }
    await this.#refresh();
    this.#spoken.focus();
  }

  /** Returns what somebody is invited to be. */
  #offered(one: Schemas["Invite"]): string {
    if (!one.session_id) return nameOfRole(one.role);
    return `Speaker: ${this.#sessions.get(one.session_id)?.title ?? "a session that is gone"}`;
  }

  #member(one: Schemas["Member"]): HTMLElement {
    const name = one.name ?? "An account that is gone";
    const isOwn = one.user_id === user()?.id;
    const may = isOwn || (MAY.manage.has(this.#own) && isAtMost(this.#own, one.role));
    const address = at("/events/{event}/roles/{user}", { event: this.#event.id, user: one.user_id });
    const remove = () => send("DELETE", address);
    const leave = () => this.#carryOut(remove, "You are not of the staff any more.");
    const removeThem = () => this.#carryOut(remove, `${name} is not of the staff any more.`);
    const way = isOwn
      ? button("Leave", "the staff", () => this.#sure(`Leave the staff of ${this.#event.name}?`, leave))
      : button("Remove", name, () => this.#sure(`Remove ${name} from the staff?`, removeThem));
    return line(name, [nameOfRole(one.role), one.email].filter(Boolean).join(" · "), may && way);
  }

  #invitation(one: Schemas["Invite"]): HTMLElement {
    const until = el("time", { datetime: one.expires_at }, exact(one.expires_at));
    const isOpen = one.state === "pending";
    const state = `${this.#offered(one)} · ${STATES[one.state] ?? one.state}`;
    const about = el("span", {}, state, isOpen && " until ", isOpen && until);
    const given = { event: this.#event.id, id: one.id };
    const again = button("Send again", `to ${one.email}`, () =>
      this.#carryOut(
        () => send("POST", at("/events/{event}/invites/{id}/resend", given)),
        `Sent to ${one.email} again.`,
      ),
    );
    const back = button("Take back", `the invitation of ${one.email}`, () =>
      this.#carryOut(
        () => send("DELETE", at("/events/{event}/invites/{id}", given)),
        `The invitation of ${one.email} was taken back.`,
      ),
    );
    return line(one.email, about, ["pending", "expired"].includes(one.state) && again, isOpen && back);
  }

  /** Asks once more, in place; "No" leads back to the button. */
  #sure(question: string, act: () => unknown): void {
    const from = document.activeElement;
    const close = () => this.#asked.replaceChildren();
    const yes = el("button", { class: "button", type: "button" }, "Yes");
    const no = el("button", { class: "button quiet", type: "button" }, "No");
    yes.addEventListener("click", () => {
      close();
      act();
    });
    no.addEventListener("click", () => {
      close();
      if (from instanceof HTMLElement) from.focus();
    });
    const group = { class: "notice warn question", role: "group", "aria-label": "Please confirm" };
    this.#asked.replaceChildren(el("div", group, question, el("div", { class: "ways" }, yes, no)));
    yes.focus();
  }

  /** Returns what the reader may invite to be: roles, and speakers of sessions. */
  #offers(): Group[] {
    const roles = RANKS.filter((role) => MAY.manage.has(this.#own) && isAtMost(this.#own, role));
    const talks = [...this.#sessions.values()].filter((one) => !OVER.has(one.state));
    const groups: Group[] = [
      ["Staff", roles.map((role) => el("option", { value: role, selected: role === "moderator" }, ROLES[role]))],
      ["Speaker in", talks.map((one) => el("option", { value: one.id }, one.title))],
    ];
    return groups.filter(([, options]) => options.length);
  }

  #form(groups: Group[]): HTMLFormElement {
    const typed = el("textarea", { id: "addresses", rows: 4, required: true, "aria-describedby": "addresses-hint" });
    const options = groups.map(([label, inside]) => el("optgroup", { label }, ...inside));
    const role = el("select", { id: "role" }, ...options);
    const results = el("ul", { class: "results", "aria-live": "polite" });
    const submit = el("button", { class: "button" }, "Invite");
    const hint = `One a line, or with commas between; up to ${MOST_AT_ONCE}.`;
    const made = el(
      "form",
      { class: "letter", novalidate: true },
      el(
        "div",
        { class: "field" },
        el("label", { for: "addresses" }, "E-mail addresses"),
        typed,
        el("p", { class: "hint", id: "addresses-hint" }, hint),
      ),
      el("div", { class: "field" }, el("label", { for: "role" }, "As"), role),
      submit,
      results,
    );
    made.addEventListener("submit", async (event) => {
      event.preventDefault();
      const all = [...new Set(typed.value.split(/[\s,;]+/).filter(Boolean))];
      if (!all.length) {
        typed.focus();
        return;
      }
      submit.disabled = true;
      results.replaceChildren();
      const left = await this.#invite(all.slice(0, MOST_AT_ONCE), role.value, results);
      const rest = all.slice(MOST_AT_ONCE);
      if (rest.length) results.append(el("li", { class: "bad" }, `${rest.length} more are left for the next time.`));
      typed.value = [...left, ...rest].join("\n");
      submit.disabled = false;
      await this.#refresh();
    });
    return made;
  }

  /** Invites people one after the other, and says for each what came of it. Returns those that could not be invited. */
  async #invite(addresses: string[], as: string, results: HTMLElement): Promise<string[]> {
    const left: string[] = [];
    for (const email of addresses) {
      let said = "invited";
      try {
        await this.#inviteOne(email, as);
      } catch (error) {
        const problem = asProblem(error);
        left.push(email);
        said = problem.errors[0]?.pointer === "/email" ? "is no e-mail address" : problem.message;
      }
      results.append(el("li", { class: left.includes(email) ? "bad" : "good" }, `${email}: ${said}`));
    }
    return left;
  }

  /** Invites somebody as `as`: the id of a session, or a role. Raises Problem. */
  async #inviteOne(email: string, as: string): Promise<void> {
    const event = this.#event.id;
    const how = { key: crypto.randomUUID() };
    if (this.#sessions.has(as)) {
      await send("POST", at("/events/{event}/sessions/{id}/speaker-invites", { event, id: as }), { email }, how);
    } else {
      const role = RANKS.find((one) => one === as) ?? "moderator";
      await send("POST", at("/events/{event}/invites", { event }), { email, role }, how);
    }
  }
}

function nameOfRole(role: string | null | undefined): string {
  const names: Record<string, string> = ROLES;
  return names[role ?? ""] ?? role ?? "";
}

/** Whether a role is not above one's own. */
function isAtMost(own: Role, role: string): boolean {
  const ranks: string[] = RANKS;
  return ranks.indexOf(own) <= ranks.indexOf(role);
}

function line(name: string, about: Child, ...ways: Child[]): HTMLElement {
  return el(
    "li",
    { class: "person" },
    el("div", {}, el("p", { class: "person-name" }, name), el("p", { class: "muted" }, about)),
    el("div", { class: "ways" }, ...ways),
  );
}

function button(text: string, about: string, onclick: () => unknown): HTMLElement {
  const hidden = el("span", { class: "hidden" }, ` ${about}`);
  return el("button", { class: "button quiet", type: "button", onclick }, text, hidden);
}

if (user()) start();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);

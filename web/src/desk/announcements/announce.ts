// Announcements of an event: written, checked, sent once however often the button is pressed; and the progress of each.
import { asProblem, at, get, Problem, type Schemas, send } from "../../api/client.ts";
import { MAY, ownRoles, ROLES, type Role } from "../../api/roles.ts";
import { sendOnce } from "../../api/send-once.ts";
import { user } from "../../api/session.ts";
import { follow } from "../../live/follow.ts";
import { el, find } from "../../ui/elements.ts";
import { htmlOf, paragraphs } from "../../ui/rich-text.ts";
import { recallFields, remember } from "../../ui/storage.ts";
import { addressees, sentList } from "./sent-list.ts";

type Event = Schemas["Event"];
type TicketType = Schemas["TicketTypeRead"];

/** What the form holds. */
interface Letter {
  title: string;
  text: string;
  whom: string;
  types: string[];
  roles: string[];
}

const root = find(document, "[data-announce]", HTMLElement);
const eventId = location.pathname.split("/")[2] ?? "";
const kept = `marquee.announcement.${eventId}`;
const MOST_TITLE = 100;
const MOST_HTML = 4_000;
const LOOK_MS = 15_000;
const QUICK_MS = 1_500;

async function start(): Promise<void> {
  try {
    const event = await get(at("/events/{event}", { event: eventId }, { view: "all" }));
    if (!MAY.announce.has((await ownRoles()).get(event.id))) throw new Problem(404);
    const { items } = await get(at("/events/{event}/ticket-types", { event: event.id }));
    find(document, "[data-title]", HTMLElement).textContent = `Announcements of ${event.name}`;
    const list = sentList(event, items);
    const look = follow(list.refresh, () => (list.moving() ? QUICK_MS : LOOK_MS));
    root.replaceChildren(letter(event, items, look), list.element);
  } catch (error) {
    fail(error);
  }
  root.removeAttribute("aria-busy");
}

/** Returns what was typed before and not sent, and the Idempotency-Key it was to be sent with. */
function readDraft(): Letter & { key: string | undefined } {
  const { title, text, whom, types, roles, key } = recallFields("sessionStorage", kept);
  const list = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  const words = { title: String(title ?? ""), text: String(text ?? ""), whom: String(whom ?? "") };
  return { ...words, types: list(types), roles: list(roles), key: typeof key === "string" ? key : undefined };
}

/** The fields of the form. */
interface Fields {
  form: HTMLFormElement;
  title: HTMLInputElement;
  text: HTMLTextAreaElement;
  some: HTMLFieldSetElement;
  roles: HTMLFieldSetElement;
}

function fieldsOf(draft: Letter, types: TicketType[]): Fields {
  const title = el("input", {
    id: "title",
    name: "title",
    maxlength: MOST_TITLE,
    value: draft.title,
    required: true,
    "aria-describedby": "title-error",
  });
  const about = { required: true, "aria-describedby": "text-hint text-error" };
  const text = el("textarea", { id: "text", name: "text", rows: 8, ...about });
  text.value = draft.text;
  const choices: [string, string][] = [
    ["attendees", "Everybody with a ticket"],
    ...(types.length > 1 ? [["types", "Whoever has one of certain tickets"] as [string, string]] : []),
    ["staff", "Staff of this event"],
  ];
  const chosen = choices.some(([value]) => value === draft.whom) ? draft.whom : "attendees";
  const whom = choices.map(([value, label]) => choice("radio", "whom", value, label, value === chosen));
  const some = el(
    "fieldset",
    { "aria-describedby": "types-error" },
    el("legend", {}, "Which tickets"),
    ...types.map((type) => choice("checkbox", "type", type.id, type.name, draft.types.includes(type.id))),
    error("types"),
  );
  const roles = el(
    "fieldset",
    { "aria-describedby": "roles-error" },
    el("legend", {}, "Which staff"),
    ...Object.entries(ROLES).map(([role, label]) =>
      choice("checkbox", "role", role, label, draft.roles.includes(role)),
    ),
    error("roles"),
  );
  const hint = "A blank line begins a new paragraph; web addresses become links.";
  const form = el(
    "form",
    { class: "letter", novalidate: true },
    el("div", { class: "field" }, el("label", { for: "title" }, "Subject"), title, error("title")),
    el(
      "div",
      { class: "field" },
      el("label", { for: "text" }, "Message"),
      text,
      el("p", { class: "hint", id: "text-hint" }, hint),
      error("text"),
    ),
    el("fieldset", {}, el("legend", {}, "To whom"), ...whom),
    some,
    roles,
    el("button", { class: "button" }, "Look it over…"),
  );
  return { form, title, text, some, roles };
}

function picked(form: HTMLFormElement, name: string): string[] {
  return [...form.querySelectorAll<HTMLInputElement>(`[name="${name}"]:checked`)].map((one) => one.value);
}

function currentOf({ form, title, text }: Fields): Letter {
  const [whom = "attendees"] = picked(form, "whom");
  const words = { title: title.value.trim(), text: text.value, whom };
  return { ...words, types: picked(form, "type"), roles: picked(form, "role") };
}

function audienceOf({ whom, types, roles }: Letter): Schemas["Audience"] {
  if (whom === "staff") return { roles: roles as Role[] }; // the values of the form's own boxes
  return whom === "types" ? { attendees: true, ticket_type_ids: types } : { attendees: true };
}

/** Says what is wrong with a field, or removes that (empty). Returns whether something is. */
function complain(form: HTMLFormElement, id: string, words: string): boolean {
  find(form, `#${id}-error`, HTMLElement).textContent = words;
  form.querySelector(`#${id}`)?.setAttribute("aria-invalid", String(Boolean(words)));
  return Boolean(words);
}

function wrongText(text: string): string {
  if (!text.trim()) return "Type a message.";
  return htmlOf(text).length > MOST_HTML ? "The message is too long for everybody's inbox: shorten it." : "";
}

/** Returns whether the form can be sent. Says what is missing and goes there. */
function isComplete(fields: Fields): boolean {
  const { form, some, roles } = fields;
  const now = currentOf(fields);
  const noTypes = now.whom === "types" && !now.types.length;
  const noRoles = now.whom === "staff" && !now.roles.length;
  const wrong = [
    complain(form, "title", now.title ? "" : "Type a subject."),
    complain(form, "text", wrongText(now.text)),
    complain(form, "types", noTypes ? "Choose at least one ticket." : ""),
    complain(form, "roles", noRoles ? "Choose at least one role." : ""),
  ];
  const box = noTypes ? some : noRoles ? roles : null;
  (form.querySelector<HTMLElement>('[aria-invalid="true"]') ?? box?.querySelector("input"))?.focus();
  return !wrong.includes(true);
}

/** Sends it under its key. Raises Problem. */
async function post(event: Event, now: Letter, key: string): Promise<void> {
  const body = { title: now.title, message: htmlOf(now.text), audience: audienceOf(now) };
  const address = at("/events/{event}/announcements", { event: event.id });
  await sendOnce(() => send("POST", address, body, { key }));
}

/** Returns the form, and the same once more to check before it is sent. `look` reads the list of what was sent again. */
function letter(event: Event, types: TicketType[], look: () => Promise<void>): HTMLElement {
  const draft = readDraft();
  const fields = fieldsOf(draft, types);
  const { form, title, text, some, roles } = fields;
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const heading = el("h3", { tabindex: "-1" }, "");
  const shown = el("div", { class: "letter-text" });
  const yes = el("button", { class: "button", type: "button" }, "");
  const no = el("button", { class: "button quiet", type: "button" }, "Change it");
  const ways = el("div", { class: "ways" }, yes, no);
  const about = { class: "letter-review", "aria-label": "Please look it over", hidden: true };
  const review = el("section", about, heading, shown, problem, ways);
  const spoken = el("p", { role: "status", class: "muted", tabindex: "-1" });
  let busy = false;
  let key = draft.key;

  /** Keeps what is typed, so that neither a reload nor a lost answer costs it, and the key by which it is sent once. */
  function keep(): void {
    remember("sessionStorage", kept, { ...currentOf(fields), key });
  }

  function choose(): void {
    const { whom } = currentOf(fields);
    some.hidden = whom !== "types";
    roles.hidden = whom !== "staff";
  }

  function turn(looking: boolean): void {
    form.hidden = looking;
    review.hidden = !looking;
    problem.hidden = true;
  }

  function lookOver(): void {
    const now = currentOf(fields);
    const note = "It goes to inboxes, and by mail to whoever has not refused that. Sent, it cannot be taken back.";
    heading.textContent = now.title;
    shown.replaceChildren(...paragraphs(now.text), el("p", { class: "muted" }, note));
    yes.textContent = `Send to ${addressees(audienceOf(now), types)}`;
    key ??= crypto.randomUUID();
    keep();
    turn(true);
    heading.focus();
  }

  function clear(): void {
    key = undefined;
    remember("sessionStorage", kept, null);
    title.value = "";
    text.value = "";
    turn(false);
    spoken.textContent = "It is on its way.";
    spoken.focus();
  }

  async function carryOut(): Promise<void> {
    if (busy || !key) return;
    busy = true;
    yes.setAttribute("aria-disabled", "true");
    problem.hidden = true;
    try {
      await post(event, currentOf(fields), key);
      clear();
    } catch (refusal) {
      problem.textContent = explain(asProblem(refusal));
      problem.hidden = false;
    }
    look(); // also when the answer was lost: the list shows whether it went out
    yes.removeAttribute("aria-disabled");
    busy = false;
  }

  form.addEventListener("change", choose);
  form.addEventListener("input", () => {
    key = undefined; // what was changed is another announcement
    keep();
  });
  form.addEventListener("submit", (happening) => {
    happening.preventDefault();
    spoken.textContent = "";
    if (isComplete(fields)) lookOver();
  });
  yes.addEventListener("click", carryOut);
  no.addEventListener("click", () => {
    if (busy) return;
    turn(false);
    title.focus();
  });
  choose();
  const name = el("h2", { id: "new", class: "section-title" }, "Write to many");
  return el("section", { "aria-labelledby": "new" }, name, form, review, spoken);
}

function choice(type: string, name: string, value: string, label: string, checked: boolean): HTMLElement {
  const id = `${name}-${value}`;
  return el("p", {}, el("input", { type, name, value, id, checked }), el("label", { for: id }, label));
}

function explain(refusal: Problem): string {
  if (refusal.status === 0) return "No answer came. Send it again: it goes out once, even if it is on its way already.";
  return refusal.errors[0] ? `This ${refusal.errors[0].detail}.` : refusal.message;
}

function error(name: string): HTMLElement {
  return el("p", { class: "error", id: `${name}-error` });
}

function fail(thrown: unknown): void {
  const refusal = asProblem(thrown);
  const strange = refusal.status === 404 || refusal.status === 403;
  const text = strange
    ? "There is no such event, or you are not on the part of its staff that may announce."
    : refusal.message;
  const way = strange
    ? el("a", { class: "button quiet", href: "/organise" }, "To your events")
    : el("button", { class: "button quiet", type: "button", onclick: start }, "Try again");
  root.replaceChildren(el("div", { class: "notice bad", role: "alert" }, text), el("div", { class: "actions" }, way));
}

if (user()) start();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);

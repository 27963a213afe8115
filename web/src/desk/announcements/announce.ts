// Announcements of an event: written, looked over, sent once however often the button is pressed; and how far each is.
import { get, Problem, send } from "../../api/client.ts";
import { MAY, ownRoles, ROLES } from "../../api/roles.ts";
import { user } from "../../api/session.ts";
import { follow } from "../../live/follow.ts";
import { el } from "../../ui/elements.ts";
import { htmlOf, paragraphs } from "../../ui/rich-text.ts";
import { recall, remember } from "../../ui/storage.ts";
import { addressees, sentList } from "./sent-list.ts";

const root = document.querySelector("[data-announce]");
const eventId = location.pathname.split("/")[2];
const kept = `marquee.announcement.${eventId}`;
const MOST_TITLE = 100;
const MOST_HTML = 4_000;
const LOOK_MS = 15_000;
const QUICK_MS = 1_500;
const MOST_TRIES = 20;

async function start() {
  try {
    const event = await get(`/events/${eventId}?view=all`);
    if (!MAY.announce.has((await ownRoles()).get(event.id))) throw new Problem(404);
    const { items } = await get(`/events/${event.id}/ticket-types`);
    document.querySelector("[data-title]").textContent = `Announcements of ${event.name}`;
    const list = sentList(event, items);
    const look = follow(list.refresh, () => (list.moving() ? QUICK_MS : LOOK_MS));
    root.replaceChildren(letter(event, items, look), list.element);
  } catch (error) {
    fail(error);
  }
  root.removeAttribute("aria-busy");
}

/** The form, and the same once more to look over before it is sent. `look` has the list of what was sent look again. */
function letter(event, types, look) {
  const draft = recall("sessionStorage", kept) ?? {};
  const title = el("input", {
    id: "title",
    name: "title",
    maxlength: MOST_TITLE,
    value: draft.title,
    required: true,
    "aria-describedby": "title-error",
  });
  const text = el("textarea", {
    id: "text",
    name: "text",
    rows: 8,
    required: true,
    "aria-describedby": "text-hint text-error",
  });
  text.value = draft.text ?? "";
  const choices = [
    ["attendees", "Everybody with a ticket"],
    ...(types.length > 1 ? [["types", "Whoever has one of certain tickets"]] : []),
    ["staff", "Staff of this event"],
  ];
  const chosen = choices.some(([value]) => value === draft.whom) ? draft.whom : "attendees";
  const whom = el(
    "fieldset",
    {},
    el("legend", {}, "To whom"),
    ...choices.map(([value, label]) => choice("radio", "whom", value, label, value === chosen)),
  );
  const some = el(
    "fieldset",
    { "aria-describedby": "types-error" },
    el("legend", {}, "Which tickets"),
    ...types.map((type) => choice("checkbox", "type", type.id, type.name, draft.types?.includes(type.id))),
    error("types"),
  );
  const roles = el(
    "fieldset",
    { "aria-describedby": "roles-error" },
    el("legend", {}, "Which staff"),
    ...Object.entries(ROLES).map(([role, label]) =>
      choice("checkbox", "role", role, label, draft.roles?.includes(role)),
    ),
    error("roles"),
  );
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const check = el("button", { class: "button" }, "Look it over…");
  const form = el(
    "form",
    { class: "letter", novalidate: true },
    el("div", { class: "field" }, el("label", { for: "title" }, "Subject"), title, error("title")),
    el(
      "div",
      { class: "field" },
      el("label", { for: "text" }, "Message"),
      text,
      el("p", { class: "hint", id: "text-hint" }, "A blank line begins a new paragraph; web addresses become links."),
      error("text"),
    ),
    whom,
    some,
    roles,
    check,
  );
  const heading = el("h3", { tabindex: "-1" }, "");
  const shown = el("div", { class: "letter-text" });
  const yes = el("button", { class: "button", type: "button" }, "");
  const no = el("button", { class: "button quiet", type: "button" }, "Change it");
  const review = el(
    "section",
    { class: "letter-review", "aria-label": "Please look it over", hidden: true },
    heading,
    shown,
    problem,
    el("div", { class: "ways" }, yes, no),
  );
  const spoken = el("p", { role: "status", class: "muted", tabindex: "-1" });
  let busy = false;
  let key = draft.key;

  const picked = (name) => [...form.querySelectorAll(`[name="${name}"]:checked`)].map((one) => one.value);

  function current() {
    return {
      title: title.value.trim(),
      text: text.value,
      whom: picked("whom")[0],
      types: picked("type"),
      roles: picked("role"),
    };
  }

  function audience({ whom: whose, types: ids, roles: names }) {
    if (whose === "staff") return { roles: names };
    return whose === "types" ? { attendees: true, ticket_type_ids: ids } : { attendees: true };
  }

  /** Keep what is typed, so that neither a reload nor a lost answer costs it; and the key by which it is sent once. */
  function keep() {
    remember("sessionStorage", kept, { ...current(), key });
  }

  /** What was changed is another announcement. */
  function change() {
    key = undefined;
    keep();
  }

  function choose() {
    some.hidden = picked("whom")[0] !== "types";
    roles.hidden = picked("whom")[0] !== "staff";
  }

  function complain(id, words) {
    form.querySelector(`#${id}-error`).textContent = words;
    const input = form.querySelector(`#${id}`);
    if (input) input.setAttribute("aria-invalid", String(Boolean(words)));
    return Boolean(words);
  }

  function isComplete() {
    const now = current();
    const wrong = [
      complain("title", now.title ? "" : "Type a subject."),
      complain(
        "text",
        !now.text.trim()
          ? "Type a message."
          : htmlOf(now.text).length > MOST_HTML
            ? "The message is too long for everybody's inbox: shorten it."
            : "",
      ),
      complain("types", now.whom === "types" && !now.types.length ? "Choose at least one ticket." : ""),
      complain("roles", now.whom === "staff" && !now.roles.length ? "Choose at least one role." : ""),
    ];
    (
      form.querySelector('[aria-invalid="true"]') ?? (wrong[2] ? some : wrong[3] ? roles : null)?.querySelector("input")
    )?.focus();
    return !wrong.includes(true);
  }

  function turn(looking) {
    form.hidden = looking;
    review.hidden = !looking;
    problem.hidden = true;
  }

  function lookOver() {
    const now = current();
    const whither = addressees(audience(now), types);
    heading.textContent = now.title;
    shown.replaceChildren(
      ...paragraphs(now.text),
      el(
        "p",
        { class: "muted" },
        "It goes to inboxes, and by mail to whoever has not refused that. Sent, it cannot be taken back.",
      ),
    );
    yes.textContent = `Send to ${whither}`;
    key ??= crypto.randomUUID();
    keep();
    turn(true);
    heading.focus();
  }

  /** Send it under its key. While an earlier press is still being carried out, wait for what became of that. */
  async function post(body) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await send("POST", `/events/${event.id}/announcements`, body, { key });
      } catch (refusal) {
        if (refusal.code !== "still_running" || tries === MOST_TRIES) throw refusal;
        await new Promise((resolve) => setTimeout(resolve, (refusal.retryAfter || 2) * 1000));
      }
    }
  }

  function clear() {
    key = undefined;
    remember("sessionStorage", kept, null);
    title.value = "";
    text.value = "";
    turn(false);
    spoken.textContent = "It is on its way.";
    spoken.focus();
  }

  async function carryOut() {
    if (busy) return;
    busy = true;
    yes.setAttribute("aria-disabled", "true");
    problem.hidden = true;
    const now = current();
    try {
      await post({ title: now.title, message: htmlOf(now.text), audience: audience(now) });
      clear();
    } catch (refusal) {
      problem.textContent = explain(refusal);
      problem.hidden = false;
    }
    look(); // also when the answer was lost: whether it went out is seen there
    yes.removeAttribute("aria-disabled");
    busy = false;
  }

  form.addEventListener("change", choose);
  form.addEventListener("input", change);
  form.addEventListener("submit", (happening) => {
    happening.preventDefault();
    spoken.textContent = "";
    if (isComplete()) lookOver();
  });
  yes.addEventListener("click", carryOut);
  no.addEventListener("click", () => {
    if (busy) return;
    turn(false);
    title.focus();
  });
  choose();
  return el(
    "section",
    { "aria-labelledby": "new" },
    el("h2", { id: "new", class: "section-title" }, "Write to many"),
    form,
    review,
    spoken,
  );
}

function choice(type, name, value, label, checked) {
  const id = `${name}-${value}`;
  return el(
    "p",
    {},
    el("input", { type, name, value, id, checked: Boolean(checked) }),
    el("label", { for: id }, label),
  );
}

function explain(refusal) {
  if (refusal.status === 0) return "No answer came. Send it again: it goes out once, even if it is on its way already.";
  return refusal.errors?.[0] ? `This ${refusal.errors[0].detail}.` : refusal.message;
}

function error(name) {
  return el("p", { class: "error", id: `${name}-error` });
}

function fail(refusal) {
  const strange = refusal.status === 404 || refusal.status === 403;
  const text = strange
    ? "There is no such event, or you are not on the part of its staff that may announce."
    : refusal.message;
  const way = strange
    ? el("a", { class: "button quiet", href: "/events" }, "To the events you run")
    : el("button", { class: "button quiet", type: "button", onclick: start }, "Try again");
  root.replaceChildren(el("div", { class: "notice bad", role: "alert" }, text), el("div", { class: "actions" }, way));
}

if (user()) start();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);

// Announcements of an event: written, looked over, sent once however often the button is pressed; and how far each is.
import { Problem, get, send } from "./api.js";
import { follow } from "./following.js";
import { el, exact, recall, remember } from "./format.js";
import { MAY, ROLES, ownRoles } from "./roles.js";
import { user } from "./session.js";

const root = document.querySelector("[data-announce]");
const eventId = location.pathname.split("/")[2];
const kept = `marquee.announcement.${eventId}`;
const MOST_TITLE = 100;
const MOST_HTML = 4_000;
const LOOK_MS = 15_000;
const QUICK_MS = 1_500;
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g;

/** Typed text as paragraphs: blank lines part them, web addresses become links. Nothing typed becomes markup. */
function paragraphs(text) {
  return text.trim().split(/\n\s*\n/).filter(Boolean).map((part) => {
    const made = el("p");
    part.trim().split("\n").forEach((line, number) => {
      if (number) made.append(el("br"));
      let from = 0;
      for (const found of line.matchAll(LINK)) {
        made.append(line.slice(from, found.index), el("a", { href: found[0] }, found[0]));
        from = found.index + found[0].length;
      }
      made.append(line.slice(from));
    });
    return made;
  });
}

function htmlOf(text) {
  return paragraphs(text).map((part) => part.outerHTML).join("");
}

async function start() {
  try {
    const event = await get(`/events/${eventId}?view=all`);
    if (!MAY.announce.has((await ownRoles()).get(event.id))) throw new Problem(404);
    const { items } = await get(`/events/${event.id}/ticket-types`);
    document.querySelector("[data-title]").textContent = `Announcements of ${event.name}`;
    const list = sentList(event);
    root.replaceChildren(letter(event, items, () => list.look()), list.element);
    list.look = follow(list.refresh, () => (list.moving ? QUICK_MS : LOOK_MS));
  } catch (error) {
    fail(error);
  }
  root.removeAttribute("aria-busy");
}

/** The form, and the same once more to look over before it is sent. */
function letter(event, types, onSent) {
  const draft = recall("sessionStorage", kept) ?? {};
  const title = el("input", { id: "title", name: "title", maxlength: MOST_TITLE, value: draft.title, required: true, "aria-describedby": "title-error" });
  const text = el("textarea", { id: "text", name: "text", rows: 8, required: true, "aria-describedby": "text-hint text-error" });
  text.value = draft.text ?? "";
  const choices = [
    ["attendees", "Everybody with a ticket"],
    ...(types.length > 1 ? [["types", "Whoever has one of certain tickets"]] : []),
    ["staff", "Staff of this event"],
  ];
  const whom = el("fieldset", {}, el("legend", {}, "To whom"), ...choices.map(([value, label]) => choice("radio", "whom", value, label, value === (draft.whom ?? "attendees"))));
  const some = el("fieldset", {}, el("legend", {}, "Which tickets"), ...types.map((type) => choice("checkbox", "type", type.id, type.name, draft.types?.includes(type.id))), error("types"));
  const roles = el("fieldset", {}, el("legend", {}, "Which staff"), ...Object.entries(ROLES).map(([role, label]) => choice("checkbox", "role", role, label, draft.roles?.includes(role))), error("roles"));
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const check = el("button", { class: "button" }, "Look it over…");
  const form = el(
    "form",
    { class: "letter", novalidate: true },
    el("div", { class: "field" }, el("label", { for: "title" }, "Subject"), title, error("title")),
    el("div", { class: "field" }, el("label", { for: "text" }, "Message"), text, el("p", { class: "hint", id: "text-hint" }, "A blank line begins a new paragraph; web addresses become links."), error("text")),
    whom, some, roles, check,
  );
  const heading = el("h3", { tabindex: "-1" }, "");
  const shown = el("div", { class: "letter-text" });
  const yes = el("button", { class: "button", type: "button" }, "Send it");
  const no = el("button", { class: "button quiet", type: "button" }, "Change it");
  const review = el("section", { class: "letter-review", "aria-label": "Please look it over", hidden: true }, heading, shown, problem, el("div", { class: "ways" }, yes, no));
  const spoken = el("p", { role: "status", class: "muted", tabindex: "-1" });
  let busy = false;

  const picked = (name) => [...form.querySelectorAll(`[name="${name}"]:checked`)].map((one) => one.value);

  function current() {
    return { title: title.value.trim(), text: text.value, whom: picked("whom")[0], types: picked("type"), roles: picked("role") };
  }

  function audience({ whom: chosen, types: ids, roles: names }) {
    if (chosen === "staff") return { roles: names };
    return chosen === "types" ? { attendees: true, ticket_type_ids: ids } : { attendees: true };
  }

  /** Keep what is typed, so that neither a reload nor a lost answer costs it; and the key by which it is sent once. */
  function keep(key) {
    remember("sessionStorage", kept, { ...current(), key });
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
      complain("text", !now.text.trim() ? "Type a message." : htmlOf(now.text).length > MOST_HTML ? "The message is too long for everybody's inbox: shorten it." : ""),
      complain("types", now.whom === "types" && !now.types.length ? "Choose at least one ticket." : ""),
      complain("roles", now.whom === "staff" && !now.roles.length ? "Choose at least one role." : ""),
    ];
    (form.querySelector('[aria-invalid="true"]') ?? (wrong[2] ? some : wrong[3] ? roles : null)?.querySelector("input"))?.focus();
    return !wrong.includes(true);
  }

  function turn(looking) {
    form.hidden = looking;
    review.hidden = !looking;
    problem.hidden = true;
  }

  function lookOver() {
    const now = current();
    heading.textContent = now.title;
    shown.replaceChildren(...paragraphs(now.text), el("p", { class: "muted" }, `To ${addressees(audience(now), types)}. Sent, it cannot be taken back.`));
    keep(recall("sessionStorage", kept)?.key ?? crypto.randomUUID());
    turn(true);
    heading.focus();
  }

  async function carryOut() {
    if (busy) return;
    busy = true;
    yes.setAttribute("aria-disabled", "true");
    problem.hidden = true;
    const now = current();
    try {
      const body = { title: now.title, message: htmlOf(now.text), audience: audience(now) };
      await send("POST", `/events/${event.id}/announcements`, body, { key: recall("sessionStorage", kept)?.key ?? crypto.randomUUID() });
      remember("sessionStorage", kept, null);
      form.reset();
      title.value = "";
      text.value = "";
      choose();
      turn(false);
      spoken.textContent = "It is on its way.";
      spoken.focus();
      await onSent();
    } catch (refusal) {
      problem.textContent = refusal.errors?.[0] ? `This ${refusal.errors[0].detail}.` : refusal.message;
      problem.hidden = false;
      if (refusal.status >= 400 && refusal.status < 500) keep(undefined); // refused: what is sent next is another
    }
    yes.removeAttribute("aria-disabled");
    busy = false;
  }

  form.addEventListener("change", choose);
  form.addEventListener("input", () => keep(undefined));
  form.addEventListener("submit", (happening) => {
    happening.preventDefault();
    spoken.textContent = "";
    if (isComplete()) lookOver();
  });
  yes.addEventListener("click", carryOut);
  no.addEventListener("click", () => {
    turn(false);
    title.focus();
  });
  choose();
  return el("section", { "aria-labelledby": "new" }, el("h2", { id: "new", class: "section-title" }, "Write to many"), form, review, spoken);
}

function choice(type, name, value, label, checked) {
  const id = `${name}-${value}`;
  return el("p", {}, el("input", { type, name, value, id, checked: Boolean(checked) }), el("label", { for: id }, label));
}

function error(name) {
  return el("p", { class: "error", id: `${name}-error` });
}

/** To whom, as the end of a sentence. */
function addressees({ roles, ticket_type_ids: ids }, types) {
  if (roles) return roles.map((role) => ROLES[role] ?? role).join(", ").toLowerCase();
  if (!ids) return "everybody with a ticket";
  const names = new Map(types.map((type) => [type.id, type.name]));
  return `whoever has ${ids.map((id) => names.get(id) ?? "a ticket that is gone").join(" or ")}`;
}

/** What was sent before, newest first, each with how far it is. */
function sentList(event) {
  const list = el("ul", { class: "letters" });
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const none = el("p", { class: "empty", hidden: true }, "Nothing was announced yet.");
  const open = new Set();
  const made = { moving: false, look: () => Promise.resolve(), element: el("section", { "aria-labelledby": "sent" }, el("h2", { id: "sent", class: "section-title" }, "Sent"), problem, none, list) };

  made.refresh = async () => {
    try {
      const { items } = await get(`/events/${event.id}/announcements?limit=50`);
      made.moving = items.some((one) => one.state === "sending");
      none.hidden = items.length > 0;
      list.replaceChildren(...items.map(row));
      problem.hidden = true;
    } catch (refusal) {
      problem.textContent = refusal.message;
      problem.hidden = false;
    }
  };

  function row(one) {
    const { recipients, delivered, mailed } = one.counts;
    const far = `${count(recipients, "person", "people")}, ${count(delivered, "inbox", "inboxes")}, ${count(mailed, "mail", "mails")}`;
    const done = one.state === "sent";
    const details = el("details", { open: open.has(one.id) }, el("summary", {}, "Read it"), el("div", { class: "letter-text" }, textOf(one.message)));
    details.addEventListener("toggle", () => open[details.open ? "add" : "delete"](one.id));
    return el(
      "li",
      {},
      el("h3", {}, one.title),
      el("p", { class: "muted" }, el("time", { datetime: one.created_at }, exact(one.created_at, event.timezone))),
      el("p", {}, el("span", { class: `label ${done ? "good" : "warn"}` }, done ? "Sent" : "On its way"), ` ${far}${done ? "" : " so far"}`),
      details,
    );
  }
  return made;
}

/** The words of sanitised HTML; its markup stays away from this page. */
function textOf(html) {
  const parsed = new DOMParser().parseFromString(html.replace(/<br>|<\/p>/g, (end) => `${end}\n`), "text/html");
  return parsed.body.textContent.trim();
}

function count(number, one, many) {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}

function fail(refusal) {
  const strange = refusal.status === 404 || refusal.status === 403;
  const text = strange ? "There is no such event, or you are not on the part of its staff that may announce." : refusal.message;
  const way = strange
    ? el("a", { class: "button quiet", href: "/events" }, "To the events you run")
    : el("button", { class: "button quiet", type: "button", onclick: start }, "Try again");
  root.replaceChildren(el("div", { class: "notice bad", role: "alert" }, text), el("div", { class: "actions" }, way));
}

if (user()) start();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);

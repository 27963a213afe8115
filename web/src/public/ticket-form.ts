// The ticket form of an event's page: how many of what, who buys, and one order however often the button is pressed.
import { get, now, Problem, send } from "../api/client.ts";
import { user } from "../api/session.ts";
import { money } from "../ui/format.ts";
import { recall, remember } from "../ui/storage.ts";
import { opening } from "./discount-codes.ts";

const FEW = 10;
const TYPED = ["name", "email", "discount_code", "access_code"];
const form = document.querySelector("[data-tickets]");
const event = form.dataset.event;
const DRAFT = `marquee.draft.${event}`;
const ATTEMPT = `marquee.attempt.${event}`;
const button = form.querySelector("[data-order]");
const problem = form.querySelector("[data-problem]");
const types = [...form.querySelectorAll("[data-type]")].map(readType);
const codes = opening(form, event, {
  isKnown: (id) => types.some((type) => type.id === id),
  add: addTypes,
  complain: complainAbout,
});
let sending = false;

function readType(row) {
  const { type, amount, currency, min, max, opens, closes } = row.dataset;
  const [fewer, more] = row.querySelectorAll("[data-step]");
  return {
    id: type,
    name: row.querySelector("h3").textContent,
    amount: Number(amount),
    currency,
    min: Number(min),
    max: Number(max),
    opens: Date.parse(opens ?? "") || 0,
    closes: Date.parse(closes ?? form.dataset.ends),
    available: Infinity,
    wanted: 0,
    note: "",
    input: row.querySelector("input"),
    state: row.querySelector("[data-state]"),
    fewer,
    more,
  };
}

/** Types that an access code opened; `available` of each is as the code's answer had it. */
function addTypes(rows, available) {
  const fresh = rows.map((row, place) => ({ ...readType(row), opened: true, available: available[place] }));
  types.push(...fresh);
  fresh.forEach(wire);
  show();
}

/** How many of a type this order may have now. */
function most(type) {
  const open = type.opens <= now() && now() < type.closes;
  const limit = Math.min(type.max, type.available);
  return open && limit >= type.min ? limit : 0;
}

/** The nearest quantity that the rules allow; between nothing and the minimum, the direction decides. */
function allowed(type, quantity, direction) {
  const limit = most(type);
  if (quantity <= 0 || limit === 0) return 0;
  if (quantity < type.min) return direction < 0 ? 0 : type.min;
  return Math.min(quantity, limit);
}

function said(type) {
  if (now() < type.opens) return ["Not on sale yet", ""];
  if (now() >= type.closes) return ["The sale is over", ""];
  if (type.available <= 0) return ["Sold out", "none"];
  if (type.available < type.min) return ["Too few left for an order", "none"];
  if (type.note) return [type.note, "few"];
  if (type.available <= FEW) return [`${type.available} left`, "few"];
  return type.min > 1 ? [`From ${type.min} an order`, ""] : ["", ""];
}

function show() {
  for (const type of types) {
    const limit = most(type);
    type.wanted = Math.min(type.wanted, limit);
    if (document.activeElement !== type.input) type.input.value = String(type.wanted);
    type.input.disabled = limit === 0;
    type.fewer.disabled = type.wanted === 0;
    type.more.disabled = type.wanted >= limit;
    const [text, tone] = said(type);
    type.state.textContent = text;
    type.state.className = `state ${tone}`;
    offerWaiting(type);
  }
  const chosen = types.filter((type) => type.wanted > 0);
  const count = chosen.reduce((sum, type) => sum + type.wanted, 0);
  const amount = chosen.reduce((sum, type) => sum + type.wanted * type.amount, 0);
  const currency = chosen[0]?.currency;
  form.querySelector("[data-total]").textContent = count ? money({ amount, currency }) : "–";
  if (sending) button.textContent = "Holding your tickets…";
  else if (!count) button.textContent = "Choose tickets";
  else if (amount) button.textContent = `Continue with ${count} ${count === 1 ? "ticket" : "tickets"}`;
  else button.textContent = count === 1 ? "Get the free ticket" : `Get ${count} free tickets`;
  button.setAttribute("aria-disabled", String(sending));
}

/** A type that is sold out has a waiting list; the module comes when the first one is. */
async function offerWaiting(type) {
  const soldOut = type.available <= 0 && type.opens <= now() && now() < type.closes;
  if (soldOut && !type.waiting) {
    type.waiting = document.createElement("div");
    const { waitingList } = await import("./waiting-list.ts");
    type.waiting.append(waitingList(type, form));
    type.state.after(type.waiting);
  }
  if (type.waiting) type.waiting.hidden = !soldOut;
}

function choose(type, quantity, direction) {
  type.note = "";
  type.wanted = allowed(type, quantity, direction);
  if (quantity > type.wanted && quantity > 0) {
    type.note = type.available < type.max ? `Only ${type.available} left` : `At most ${type.max} an order`;
  }
  keepDraft();
  show();
}

function keepDraft() {
  const quantities = Object.fromEntries(types.map((type) => [type.id, type.wanted]));
  const typed = Object.fromEntries(TYPED.map((field) => [field, form.elements[field].value]));
  remember("localStorage", DRAFT, { quantities, ...typed });
}

async function restoreDraft() {
  const draft = recall("localStorage", DRAFT) ?? {};
  for (const field of TYPED) {
    const input = form.elements[field];
    input.value ||= draft[field] || user()?.[field] || "";
  }
  await codes.restore();
  for (const type of types) type.wanted = allowed(type, draft.quantities?.[type.id] ?? 0, 1);
}

/** How many are left, as the server knows it; without an answer the server still decides when ordering. */
async function refresh() {
  try {
    const { items } = await get(`/events/${event}/ticket-types?view=public`, { open: true });
    for (const type of types)
      type.available = items.find((item) => item.id === type.id)?.available ?? (type.opened ? type.available : 0);
  } catch {
    // Offline: the prices stand, the order will tell.
  }
  show();
}

function complain(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

function complainAbout(input, text) {
  const field = input.closest(".field");
  field.querySelector(".error")?.remove();
  input.toggleAttribute("aria-invalid", false);
  const hint = field.querySelector(".hint")?.id ?? "";
  if (hint) input.setAttribute("aria-describedby", hint);
  else input.removeAttribute("aria-describedby");
  if (!text) return;
  const error = document.createElement("p");
  Object.assign(error, { className: "error", id: `${input.id}-error`, textContent: text });
  field.append(error);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", `${error.id} ${hint}`.trim());
}

/** Whether the form can be sent; says what is missing and goes there. */
function checked() {
  const { name, email, discount_code: discount, access_code: access } = form.elements;
  complain("");
  for (const code of [discount, access]) complainAbout(code, "");
  complainAbout(name, name.value.trim() ? "" : "Type your name.");
  complainAbout(
    email,
    email.validity.valid && email.value.includes("@") ? "" : "Type your e-mail address, like name@example.org.",
  );
  if (!types.some((type) => type.wanted > 0)) {
    complain("Choose at least one ticket.");
    types.find((type) => most(type) > 0)?.more.focus();
    return false;
  }
  const wrong = form.querySelector('[aria-invalid="true"]');
  wrong?.focus();
  return !wrong;
}

/** The Idempotency-Key of this very order: the same for a second click, a reload and another tab. */
function keyFor(body) {
  const digest = JSON.stringify([body, user()?.id ?? null]);
  const attempt = recall("localStorage", ATTEMPT);
  if (attempt?.digest === digest && attempt.until > now()) return attempt.key;
  const key = crypto.randomUUID();
  remember("localStorage", ATTEMPT, { key, digest, until: now() + 30 * 60_000 });
  return key;
}

async function order(body, tries = 4) {
  try {
    return await send("POST", `/events/${event}/orders`, body, { key: keyFor(body) });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const running = error.code === "still_running" || error.status === 503;
    if (error.status < 500 && error.status > 0 && !running) remember("localStorage", ATTEMPT, null);
    if (!running || tries <= 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, 1000 * (error.retryAfter || 1)));
    return order(body, tries - 1);
  }
}

function explain(error, lines) {
  for (const { pointer, detail } of error.errors) {
    const line = lines[/^\/lines\/(\d+)/.exec(pointer)?.[1]];
    const field = /^\/(?:buyer\/)?(name|email|discount_code|access_code)$/.exec(pointer)?.[1];
    if (field?.endsWith("_code")) codes.show();
    if (field) complainAbout(form.elements[field], `This ${detail}.`);
    else if (line) types.find((type) => type.id === line.ticket_type_id).note = `The quantity ${detail}`;
    else complain(`Your tickets ${detail}.`);
  }
  if (error.code === "sold_out") {
    const left = error.body.available;
    complain(
      left
        ? `Somebody was faster: only ${left} of these are left.`
        : "Somebody was faster: these tickets are sold out.",
    );
  } else if (!error.errors.length || !form.querySelector('[aria-invalid="true"]')) {
    complain(problem.textContent || error.message);
  }
  form.querySelector('[aria-invalid="true"]')?.focus();
}

async function submit(happening) {
  happening.preventDefault();
  if (sending || !checked()) return;
  const lines = types
    .filter((type) => type.wanted > 0)
    .map((type) => ({ ticket_type_id: type.id, quantity: type.wanted }));
  const buyer = { name: form.elements.name.value.trim(), email: form.elements.email.value.trim() };
  sending = true;
  show();
  try {
    const made = await order({ lines, buyer, ...codes.typed() });
    const { slug, name, zone } = form.dataset;
    remember("localStorage", `marquee.order.${made.id}`, {
      access: made.access ?? null,
      event: { id: event, slug, name, zone },
    });
    location.assign(`/orders/${made.id}/${made.state === "paid" ? "complete" : "pay"}`);
  } catch (error) {
    sending = false;
    explain(error instanceof Problem ? error : new Problem(0), lines);
    await refresh();
  }
}

function wire(type) {
  type.fewer.addEventListener("click", () => choose(type, type.wanted - 1, -1));
  type.more.addEventListener("click", () => choose(type, type.wanted + 1, 1));
  type.input.addEventListener("change", () => choose(type, Math.trunc(Number(type.input.value)) || 0, 1));
  type.input.addEventListener("blur", show);
  type.input.addEventListener("focus", () => type.input.select());
}

types.forEach(wire);
form.addEventListener("submit", submit);
form.addEventListener("input", keepDraft);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
window.addEventListener("pageshow", (shown) => {
  if (!shown.persisted) return;
  sending = false;
  refresh();
});
button.disabled = false;
restoreDraft().then(refresh);

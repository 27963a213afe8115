// The ticket form of an event's page: how many of what, who buys, and one order however often the button is pressed.
import { asProblem, at, get, now, type Problem, type Schemas } from "../api/client.ts";
import { user } from "../api/session.ts";
import { find, inputOf } from "../ui/elements.ts";
import { showFieldError } from "../ui/field-error.ts";
import { money } from "../ui/format.ts";
import { isRecord, recallFields, remember } from "../ui/storage.ts";
import { wireCodes } from "./discount-codes.ts";
import type { OfferedType } from "./offered-type.ts";
import { placeOrder } from "./place-order.ts";

const FEW = 10;
const TYPED = ["name", "email", "discount_code", "access_code"] as const;
type TypedField = (typeof TYPED)[number];
type OrderForm = Schemas["OrderForm"];

const form = find(document, "[data-tickets]", HTMLFormElement);
const event = form.dataset.event ?? "";
const DRAFT = `marquee.draft.${event}`;
const button = find(form, "[data-order]", HTMLButtonElement);
const problem = find(form, "[data-problem]", HTMLElement);
const types = [...form.querySelectorAll<HTMLElement>("[data-type]")].map(readType);
const codes = wireCodes(form, event, {
  isKnown: (id) => types.some((type) => type.id === id),
  unlock,
  add: addTypes,
  complain: showFieldError,
});
let sending = false;

function readType(row: HTMLElement): OfferedType {
  const { type = "", amount, currency = "", min, max, opens, closes } = row.dataset;
  return {
    id: type,
    name: row.querySelector("h3")?.textContent ?? "",
    amount: Number(amount),
    currency,
    min: Number(min),
    max: Number(max),
    opens: Date.parse(opens ?? "") || 0,
    closes: Date.parse(closes ?? form.dataset.ends ?? ""),
    available: Number.POSITIVE_INFINITY,
    wanted: 0,
    note: "",
    opened: false,
    locked: row.dataset.locked !== undefined,
    input: find(row, "input", HTMLInputElement),
    state: find(row, "[data-state]", HTMLElement),
    fewer: find(row, '[data-step="-1"]', HTMLButtonElement),
    more: find(row, '[data-step="1"]', HTMLButtonElement),
  };
}

/** Adds types that an access code opened; `available` of each is as the code's answer had it. */
function addTypes(rows: HTMLElement[], available: number[]): void {
  const fresh = rows.map((row, place) => ({ ...readType(row), opened: true, available: available[place] ?? 0 }));
  types.push(...fresh);
  fresh.forEach(wire);
  show();
}

/** Lets types be chosen that the page shows and a code opens. */
function unlock(ids: string[]): void {
  for (const type of types) if (ids.includes(type.id)) type.locked = false;
  show();
}

/** Returns how many of a type this order may have now. */
function most(type: OfferedType): number {
  const open = !type.locked && type.opens <= now() && now() < type.closes;
  const limit = Math.min(type.max, type.available);
  return open && limit >= type.min ? limit : 0;
}

/** Returns the nearest quantity that the rules allow; between nothing and the minimum, the direction decides. */
function allowed(type: OfferedType, quantity: number, direction: 1 | -1): number {
  const limit = most(type);
  if (quantity <= 0 || limit === 0) return 0;
  if (quantity < type.min) return direction < 0 ? 0 : type.min;
  return Math.min(quantity, limit);
}

/** Returns the text below a type, and the class of that text. */
function noteOf(type: OfferedType): [text: string, tone: string] {
  if (now() < type.opens) return ["Not on sale yet", ""];
  if (now() >= type.closes) return ["The sale is over", ""];
  if (type.available <= 0) return ["Sold out", "none"];
  if (type.locked) return ["", ""]; // the page says that it needs a code
  if (type.available < type.min) return ["Too few left for an order", "none"];
  if (type.note) return [type.note, "few"];
  if (type.available <= FEW) return [`${type.available} left`, "few"];
  return type.min > 1 ? [`From ${type.min} an order`, ""] : ["", ""];
}

function showType(type: OfferedType): void {
  const limit = most(type);
  type.wanted = Math.min(type.wanted, limit);
  if (document.activeElement !== type.input) type.input.value = String(type.wanted);
  type.input.disabled = limit === 0;
  type.fewer.disabled = type.wanted === 0;
  type.more.disabled = type.wanted >= limit;
  const [text, tone] = noteOf(type);
  type.state.textContent = text;
  type.state.className = `state ${tone}`;
  offerWaiting(type);
}

function show(): void {
  types.forEach(showType);
  const chosen = types.filter((type) => type.wanted > 0);
  const count = chosen.reduce((sum, type) => sum + type.wanted, 0);
  const amount = chosen.reduce((sum, type) => sum + type.wanted * type.amount, 0);
  const currency = chosen[0]?.currency ?? "";
  find(form, "[data-total]", HTMLElement).textContent = count ? money({ amount, currency }) : "–";
  if (sending) button.textContent = "Holding your tickets…";
  else if (!count) button.textContent = "Choose tickets";
  else if (amount) button.textContent = `Continue with ${count} ${count === 1 ? "ticket" : "tickets"}`;
  else button.textContent = count === 1 ? "Get the free ticket" : `Get ${count} free tickets`;
  button.setAttribute("aria-disabled", String(sending));
}

/** Shows the waiting list of a type that is sold out. The module is loaded for the first of them. */
async function offerWaiting(type: OfferedType): Promise<void> {
  const soldOut = !type.locked && type.available <= 0 && type.opens <= now() && now() < type.closes;
  if (soldOut && !type.waiting) {
    const place = document.createElement("div");
    type.waiting = place;
    const { waitingList } = await import("./waiting-list.ts");
    place.append(waitingList(type, form));
    type.state.after(place);
  }
  if (type.waiting) type.waiting.hidden = !soldOut;
}

function choose(type: OfferedType, quantity: number, direction: 1 | -1): void {
  type.note = "";
  type.wanted = allowed(type, quantity, direction);
  if (quantity > type.wanted && quantity > 0) {
    type.note = type.available < type.max ? `Only ${type.available} left` : `At most ${type.max} an order`;
  }
  keepDraft();
  show();
}

function keepDraft(): void {
  const quantities = Object.fromEntries(types.map((type) => [type.id, type.wanted]));
  const typed = Object.fromEntries(TYPED.map((field) => [field, inputOf(form, field).value]));
  remember("localStorage", DRAFT, { quantities, ...typed });
}

async function restoreDraft(): Promise<void> {
  const draft = recallFields("localStorage", DRAFT);
  for (const field of TYPED) inputOf(form, field).value ||= String(draft[field] || ownValue(field));
  await codes.restore();
  const quantities = isRecord(draft.quantities) ? draft.quantities : {};
  for (const type of types) type.wanted = allowed(type, Number(quantities[type.id]) || 0, 1);
}

/** Returns what is known of the buyer who is signed in. */
function ownValue(field: TypedField): string {
  return field === "name" || field === "email" ? (user()?.[field] ?? "") : "";
}

/** Asks how many are left. Without an answer the server still decides when ordering. */
async function refresh(): Promise<void> {
  try {
    const { items } = await get(at("/events/{event}/ticket-types", { event }, { view: "public" }), { open: true });
    for (const type of types)
      type.available = items.find((item) => item.id === type.id)?.available ?? (type.opened ? type.available : 0);
  } catch {
    // Offline: the prices stand, the order will tell.
  }
  show();
}

function complain(text: string): void {
  problem.textContent = text;
  problem.hidden = !text;
}

/** Returns whether the form can be sent. Says what is missing and goes there. */
function isComplete(): boolean {
  const [name, email] = [inputOf(form, "name"), inputOf(form, "email")];
  complain("");
  for (const code of ["discount_code", "access_code"]) showFieldError(inputOf(form, code), "");
  showFieldError(name, name.value.trim() ? "" : "Type your name.");
  showFieldError(
    email,
    email.validity.valid && email.value.includes("@") ? "" : "Type your e-mail address, like name@example.org.",
  );
  if (!types.some((type) => type.wanted > 0)) {
    complain("Choose at least one ticket.");
    types.find((type) => most(type) > 0)?.more.focus();
    return false;
  }
  const wrong = form.querySelector<HTMLElement>('[aria-invalid="true"]');
  wrong?.focus();
  return !wrong;
}

/** Shows one refused field where it is. */
function explainField(pointer: string, detail: string, lines: OrderForm["lines"]): void {
  const line = lines[Number(/^\/lines\/(\d+)/.exec(pointer)?.[1])];
  const ordered = types.find((type) => type.id === line?.ticket_type_id);
  const field = /^\/(?:buyer\/)?(name|email|discount_code|access_code)$/.exec(pointer)?.[1];
  if (field?.endsWith("_code")) codes.show();
  if (field) showFieldError(inputOf(form, field), `This ${detail}.`);
  else if (ordered) ordered.note = `The quantity ${detail}`;
  else complain(`Your tickets ${detail}.`);
}

function explain(error: Problem, lines: OrderForm["lines"]): void {
  for (const { pointer, detail } of error.errors) explainField(pointer, detail, lines);
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
  form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

async function submit(happening: SubmitEvent): Promise<void> {
  happening.preventDefault();
  if (sending || !isComplete()) return;
  const lines = types
    .filter((type) => type.wanted > 0)
    .map((type) => ({ ticket_type_id: type.id, quantity: type.wanted }));
  const buyer = { name: inputOf(form, "name").value.trim(), email: inputOf(form, "email").value.trim() };
  sending = true;
  show();
  try {
    const made = await placeOrder(event, { lines, buyer, ...codes.typed() });
    const { slug, name, zone } = form.dataset;
    remember("localStorage", `marquee.order.${made.id}`, {
      access: made.access ?? null,
      event: { id: event, slug, name, zone },
    });
    location.assign(`/orders/${made.id}/${made.state === "paid" ? "complete" : "pay"}`);
  } catch (error) {
    sending = false;
    explain(asProblem(error), lines);
    await refresh();
  }
}

function wire(type: OfferedType): void {
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

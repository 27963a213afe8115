// The pay page: what will be paid, how long it is held, and one way to the checkout however often it is pressed.
// The server decides the state of the order; the page learns it without a reload.
import { asProblem, at, now, Problem, type Schemas, send } from "../api/client.ts";
import { follow } from "../live/follow.ts";
import { el, find, icon } from "../ui/elements.ts";
import { money } from "../ui/format.ts";
import { standing } from "../ui/order-state.ts";
import { receipt } from "../ui/receipt.ts";
import { recall, remember } from "../ui/storage.ts";
import { access, forgetAttempt, type OrderedEvent, orderId, readEvent, readOrder } from "./order-access.ts";

type Order = Schemas["Order"];

/** What is shown to pay with. */
interface Form {
  pay: HTMLButtonElement;
  label: HTMLElement;
  problem: HTMLElement;
  amount: string;
}

const place = find(document, "[data-pay]", HTMLElement);
const LEFT = `marquee.left.${orderId}`;
const WARNINGS = [5, 1];
const LOOK_MS = 5_000;
const PATIENT_MS = 20_000;
const live = el("p", { class: "hidden", role: "status" });
const queue = el("div", { class: "notice", role: "status", hidden: true });
let leaving = false;
let form: Form | null = null; // a page that is drawn anew while somebody waits has another
let timer: ReturnType<typeof setInterval> | undefined;
let shown: Order | { state: "lost" } | null = null; // lost: there is no such order, or this reader may not see it

const over = () => shown !== null && ["expired", "cancelled", "lost"].includes(shown.state);
const ask = follow(load, (open) => (over() ? 0 : open ? PATIENT_MS : LOOK_MS), { order: orderId });

async function load(): Promise<void> {
  try {
    const order = await readOrder();
    if (shown && shown.state !== "lost" && isSame(shown, order) && !isOver(order)) return;
    if (order.state === "reserved") show(order, await readEvent(order));
    else if (["expired", "cancelled"].includes(order.state)) showEnded(order, await readEvent(order));
    else location.replace(`/orders/${orderId}/complete`);
  } catch (error) {
    if (shown?.state === "reserved" && isOver(shown)) showEnded(shown, await readEvent(shown));
    else if (!shown) showProblem(error);
  }
  place.removeAttribute("aria-busy");
}

function isSame(one: Order, other: Order): boolean {
  return one.state === other.state && one.expires_at === other.expires_at;
}

/** Whether the time of a reserved order is over. */
function isOver(order: Order): boolean {
  return order.state === "reserved" && Date.parse(order.expires_at ?? "") <= now();
}

function show(order: Order, event: OrderedEvent): void {
  if (isOver(order)) {
    showEnded(order, event);
    return;
  }
  shown = order;
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const amount = money(order.total);
  const label = el("span", {}, `Pay ${amount}`);
  const pay = el("button", { class: "button wide", type: "button" }, icon("ticket"), label);
  form = { pay, label, problem, amount };
  if (leaving) hold(form);
  const cancel = el("button", { class: "button plain", type: "button" }, "Give the tickets back");
  pay.addEventListener("click", openPayment);
  cancel.addEventListener("click", () => giveBack(cancel, problem, event));
  const cameBack = recall("sessionStorage", LEFT);
  const back = "You came back without paying. Nothing was charged, and your tickets are still held.";
  place.replaceChildren(
    ...(cameBack ? [el("div", { class: "notice warn", role: "status" }, back)] : []),
    countdown(order),
    receipt(order, event),
    queue,
    problem,
    el(
      "div",
      { class: "actions" },
      pay,
      el("p", { class: "muted" }, "You pay on the secure page of Stripe, our payment service."),
      cancel,
    ),
    smallPrint(event),
    live,
  );
}

function smallPrint(event: OrderedEvent): HTMLElement {
  const contact = event.contact_email
    ? el("a", { href: `mailto:${event.contact_email}` }, event.contact_email)
    : el("a", { href: `/e/${event.slug ?? event.id}` }, "the event’s page");
  return el(
    "dl",
    { class: "small-print" },
    el("div", {}, el("dt", {}, "Who sells"), el("dd", {}, `The organiser of ${event.name}.`)),
    el("div", {}, el("dt", {}, "Refunds"), el("dd", {}, "The organiser decides about refunds. Ask at ", contact, ".")),
  );
}

/** Returns the time that is left, shown each second and announced at five minutes and at one. */
function countdown(order: Order): HTMLElement {
  const clock = el("strong", { "aria-hidden": "true" }, "");
  const box = el("div", { class: "notice hold" }, icon("clock", 26), el("p", {}, "Your tickets are held for ", clock));
  const ends = Date.parse(order.expires_at ?? "");
  let before = Number.POSITIVE_INFINITY;
  const tick = () => {
    const left = Math.max(0, Math.round((ends - now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    box.classList.toggle("soon", left <= 60);
    for (const minutes of WARNINGS) {
      if (left <= minutes * 60 && before > minutes * 60 && before !== Number.POSITIVE_INFINITY) {
        live.textContent = `Your tickets are held for ${minutes} more ${minutes === 1 ? "minute" : "minutes"}.`;
      }
    }
    before = left;
    if (ends <= now() && !leaving) {
      clearInterval(timer);
      ask();
    }
  };
  clearInterval(timer);
  timer = setInterval(tick, 1000);
  tick();
  return box;
}

/** Shows on the button that the payment page is being opened. */
function hold({ pay, label }: Form): void {
  pay.setAttribute("aria-disabled", "true");
  label.textContent = queue.hidden ? "Opening the payment page…" : "Waiting for your turn…";
}

/** Returns the URL of the payment page; when many people pay at once, as soon as it is this buyer's turn. Raises Problem. */
async function checkoutUrl(): Promise<string> {
  for (;;) {
    try {
      return (await send("POST", at("/orders/{id}/payment", { id: orderId }, access()))).checkout_url;
    } catch (error) {
      const refusal = asProblem(error);
      if (refusal.code !== "wait_in_line") throw error;
      const { waitInLine } = await import("./payment-queue.ts");
      queue.hidden = false;
      if (form) hold(form);
      ask(); // the tickets are held for longer now
      await waitInLine(queue, refusal.retryAfter || LOOK_MS / 1000, over);
    }
  }
}

/** Goes to the payment page. */
async function openPayment(): Promise<void> {
  if (leaving || !form) return;
  leaving = true;
  form.problem.hidden = true;
  hold(form);
  try {
    const url = await checkoutUrl();
    if (!/^https?:\/\//.test(url)) throw new Problem(502);
    remember("sessionStorage", LEFT, true);
    location.assign(url);
  } catch (error) {
    leaving = false;
    queue.hidden = true;
    release(form, `${asProblem(error).message} Nothing was charged.`);
    ask();
  }
}

/** Lets the button be pressed again and says what went wrong. */
function release({ pay, label, problem, amount }: Form, text: string): void {
  pay.removeAttribute("aria-disabled");
  label.textContent = `Pay ${amount}`;
  problem.textContent = text;
  problem.hidden = false;
}

async function giveBack(button: HTMLButtonElement, problem: HTMLElement, event: OrderedEvent): Promise<void> {
  button.disabled = true;
  try {
    showEnded(await send("POST", at("/orders/{id}/cancel", { id: orderId }, access())), event);
  } catch (error) {
    button.disabled = false;
    problem.textContent = asProblem(error).message;
    problem.hidden = false;
    ask();
  }
}

/** Shows that the order came to nothing, or that its time is over and the server will say so in a moment. */
function showEnded(order: Order, event: OrderedEvent): void {
  const isHeld = order.state === "reserved";
  const ended: Order = isHeld ? { ...order, state: "expired", reason: "hold_ended" } : order;
  if (shown?.state === ended.state) return;
  shown = ended;
  clearInterval(timer);
  forgetAttempt(order);
  remember("sessionStorage", LEFT, null);
  const { tone, sign, title, text } = standing(ended);
  const head = el("h2", { tabindex: "-1" }, title);
  place.replaceChildren(
    el(
      "div",
      { class: "outcome", role: "status" },
      el("div", { class: `outcome-sign ${tone}` }, sign && icon(sign, 40)),
      head,
      el("p", {}, text, " What you typed is still in the form."),
      el("a", { class: "button", href: `/e/${event.slug ?? event.id}#tickets` }, "Choose tickets again"),
    ),
    live,
  );
  head.focus();
}

function showProblem(error: unknown): void {
  const problem = asProblem(error);
  const isLost = problem.status === 404 || problem.status === 401;
  if (isLost) shown = { state: "lost" };
  const text = isLost
    ? "We cannot find this order, or it is somebody else’s. Open it from the mail you got, or sign in."
    : problem.message;
  const again = () => {
    shown = null;
    ask();
  };
  place.replaceChildren(
    el("div", { class: "notice bad", role: "alert" }, text),
    el(
      "div",
      { class: "actions" },
      el("button", { class: "button quiet", type: "button", onclick: again }, "Try again"),
    ),
  );
}

window.addEventListener("pageshow", (restored) => {
  if (!restored.persisted) return;
  leaving = false;
  shown = null;
});

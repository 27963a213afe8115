// The pay page: what will be paid, how long it is held, and one way to the checkout however often it is pressed.
// Where the order stands is the server's word: the page hears of it without a reload.
import { now, Problem, send } from "../api/client.ts";
import { follow } from "../live/follow.ts";
import { el, icon } from "../ui/elements.ts";
import { money } from "../ui/format.ts";
import { standing } from "../ui/order-state.ts";
import { receipt } from "../ui/receipt.ts";
import { recall, remember } from "../ui/storage.ts";
import { forgetAttempt, orderId, path, readEvent, readOrder } from "./order-access.ts";

const place = document.querySelector("[data-pay]");
const LEFT = `marquee.left.${orderId}`;
const WARNINGS = [5, 1];
const LOOK_MS = 5_000;
const PATIENT_MS = 20_000;
const live = el("p", { class: "hidden", role: "status" });
const queue = el("div", { class: "notice", role: "status", hidden: true });
let leaving = false;
let form = {}; // what is shown to pay with: a page that is shown anew while somebody waits has another
let timer = 0;
let shown = null;

const over = () => ["expired", "cancelled", "lost"].includes(shown?.state);
const ask = follow(load, (open) => (over() ? 0 : open ? PATIENT_MS : LOOK_MS), { order: orderId });

async function load() {
  try {
    const order = await readOrder();
    if (shown?.state === order.state && shown.expires_at === order.expires_at && !isOver(order)) return;
    if (order.state === "reserved") show(order, await readEvent(order));
    else if (["expired", "cancelled"].includes(order.state)) showEnded(order, await readEvent(order));
    else location.replace(`/orders/${orderId}/complete`);
  } catch (error) {
    if (shown?.state === "reserved" && isOver(shown)) showEnded(shown, await readEvent(shown));
    else if (!shown) showProblem(error);
  }
  place.removeAttribute("aria-busy");
}

function isOver(order) {
  return order.state === "reserved" && Date.parse(order.expires_at) <= now();
}

function show(order, event) {
  if (isOver(order)) {
    showEnded(order, event);
    return;
  }
  shown = order;
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const amount = money(order.total);
  const pay = el("button", { class: "button wide", type: "button" }, icon("ticket"), `Pay ${amount}`);
  form = { pay, problem, amount };
  if (leaving) hold();
  const cancel = el("button", { class: "button plain", type: "button" }, "Give the tickets back");
  pay.addEventListener("click", leave);
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

function smallPrint(event) {
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

/** The time that is left, shown each second and announced at five minutes and at one. */
function countdown(order) {
  const clock = el("strong", { "aria-hidden": "true" }, "");
  const box = el("div", { class: "notice hold" }, icon("clock", 26), el("p", {}, "Your tickets are held for ", clock));
  const ends = Date.parse(order.expires_at);
  let before = Infinity;
  const tick = () => {
    const left = Math.max(0, Math.round((ends - now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    box.classList.toggle("soon", left <= 60);
    for (const minutes of WARNINGS) {
      if (left <= minutes * 60 && before > minutes * 60 && before !== Infinity) {
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

/** The button while the payment page is being opened. */
function hold() {
  form.pay.setAttribute("aria-disabled", "true");
  form.pay.lastChild.textContent = queue.hidden ? "Opening the payment page…" : "Waiting for your turn…";
}

/** The URL of the payment page; when many people pay at once, as soon as it is this buyer's turn. Raises Problem. */
async function checkoutUrl() {
  for (;;) {
    try {
      return (await send("POST", path("/payment"))).checkout_url;
    } catch (error) {
      if (error.code !== "wait_in_line") throw error;
      const { waitInLine } = await import("./payment-queue.ts");
      queue.hidden = false;
      hold();
      ask(); // the tickets are held for longer now
      await waitInLine(queue, error.retryAfter || LOOK_MS / 1000, over);
    }
  }
}

async function leave() {
  if (leaving) return;
  leaving = true;
  form.problem.hidden = true;
  hold();
  try {
    const url = await checkoutUrl();
    if (!/^https?:\/\//.test(url)) throw new Problem(502);
    remember("sessionStorage", LEFT, true);
    location.assign(url);
  } catch (error) {
    leaving = false;
    queue.hidden = true;
    form.pay.removeAttribute("aria-disabled");
    form.pay.lastChild.textContent = `Pay ${form.amount}`;
    form.problem.textContent = `${error.message} Nothing was charged.`;
    form.problem.hidden = false;
    ask();
  }
}

async function giveBack(button, problem, event) {
  button.disabled = true;
  try {
    showEnded(await send("POST", path("/cancel")), event);
  } catch (error) {
    button.disabled = false;
    problem.textContent = error.message;
    problem.hidden = false;
    ask();
  }
}

/** The order came to nothing, or its time is over and the server will say so in a moment. */
function showEnded(order, event) {
  const ended = order.state === "reserved" ? { ...order, state: "expired", reason: "hold_ended" } : order;
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
      el("div", { class: `outcome-sign ${tone}` }, icon(sign, 40)),
      head,
      el("p", {}, text, " What you typed is still in the form."),
      el("a", { class: "button", href: `/e/${event.slug ?? event.id}#tickets` }, "Choose tickets again"),
    ),
    live,
  );
  head.focus();
}

function showProblem(error) {
  const missing = error.status === 404 || error.status === 401;
  if (missing) shown = { state: "lost" };
  const text = missing
    ? "We cannot find this order, or it is somebody else’s. Open it from the mail you got, or sign in."
    : error.message;
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

// The pay page: what will be paid, how long it is held, and one way to the checkout however often it is pressed.
import { Problem, now, send } from "./api.js";
import { el, icon, money, recall, remember } from "./format.js";
import { forgetAttempt, orderId, path, readEvent, readOrder, receipt } from "./orders.js";

const place = document.querySelector("[data-pay]");
const LEFT = `marquee.left.${orderId}`;
const WARNINGS = [5, 1];
const live = el("p", { class: "hidden", role: "status" });
let leaving = false;
let timer = 0;

async function load() {
  try {
    const order = await readOrder();
    if (order.state === "reserved") show(order, await readEvent(order));
    else if (["expired", "cancelled"].includes(order.state)) showEnded(order, await readEvent(order));
    else location.replace(`/orders/${orderId}/complete`);
  } catch (error) {
    showProblem(error);
  }
  place.removeAttribute("aria-busy");
}

function show(order, event) {
  if (Date.parse(order.expires_at) <= now()) return showEnded(order, event);
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const amount = money(order.total);
  const pay = el("button", { class: "button wide", type: "button" }, icon("ticket"), `Pay ${amount}`);
  const cancel = el("button", { class: "button plain", type: "button" }, "Give the tickets back");
  pay.addEventListener("click", () => leave(pay, problem, amount));
  cancel.addEventListener("click", () => giveBack(cancel, problem, order, event));
  const cameBack = recall("sessionStorage", LEFT);
  const back = "You came back without paying. Nothing was charged, and your tickets are still held.";
  place.replaceChildren(
    ...(cameBack ? [el("div", { class: "notice warn", role: "status" }, back)] : []),
    countdown(order, event),
    receipt(order, event),
    problem,
    el("div", { class: "actions" }, pay, el("p", { class: "muted" }, "You pay on the secure page of Stripe, our payment service."), cancel),
    smallPrint(event),
    live,
  );
  return undefined;
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
function countdown(order, event) {
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
    if (left === 0 && !leaving) showEnded({ ...order, state: "expired" }, event);
  };
  clearInterval(timer);
  timer = setInterval(tick, 1000);
  tick();
  return box;
}

async function leave(button, problem, amount) {
  if (leaving) return;
  leaving = true;
  problem.hidden = true;
  button.setAttribute("aria-disabled", "true");
  button.lastChild.textContent = "Opening the payment page…";
  try {
    const { checkout_url: url } = await send("POST", path("/payment"));
    if (!/^https?:\/\//.test(url)) throw new Problem(502);
    remember("sessionStorage", LEFT, true);
    location.assign(url);
  } catch (error) {
    leaving = false;
    button.removeAttribute("aria-disabled");
    button.lastChild.textContent = `Pay ${amount}`;
    if (error.code === "order_not_payable") return load();
    problem.textContent = `${error.message} Nothing was charged.`;
    problem.hidden = false;
  }
  return undefined;
}

async function giveBack(button, problem, order, event) {
  button.disabled = true;
  try {
    await send("POST", path("/cancel"));
    showEnded({ ...order, state: "cancelled" }, event);
  } catch (error) {
    button.disabled = false;
    if (error.code === "order_not_payable") return load();
    problem.textContent = error.message;
    problem.hidden = false;
  }
  return undefined;
}

function showEnded(order, event) {
  clearInterval(timer);
  forgetAttempt(order);
  remember("sessionStorage", LEFT, null);
  const given = order.state === "cancelled";
  const head = el("h2", { tabindex: "-1" }, given ? "The tickets are given back" : "The time is up");
  const why = given
    ? "This order is cancelled. Nothing was charged."
    : "Your tickets were held for a while and are free for others now. Nothing was charged.";
  place.replaceChildren(
    el(
      "div",
      { class: "outcome", role: "status" },
      el("div", { class: "outcome-sign warn" }, icon(given ? "check" : "clock", 40)),
      head,
      el("p", {}, why, " What you typed is still in the form."),
      el("a", { class: "button", href: `/e/${event.slug ?? event.id}#tickets` }, "Choose tickets again"),
    ),
    live,
  );
  head.focus();
}

function showProblem(error) {
  const missing = error.status === 404 || error.status === 401;
  const text = missing ? "We cannot find this order, or it is somebody else’s. Open it from the mail you got, or sign in." : error.message;
  place.replaceChildren(
    el("div", { class: "notice bad", role: "alert" }, text),
    el("div", { class: "actions" }, el("button", { class: "button quiet", type: "button", onclick: load }, "Try again")),
  );
}

window.addEventListener("pageshow", (shown) => {
  if (!shown.persisted) return;
  leaving = false;
  load();
});
load();

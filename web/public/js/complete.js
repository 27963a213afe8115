// The page of an order and the page after paying. It says "paid" only when the server does, and hears it at once:
// by a push where somebody is signed in, by asking again otherwise.
import { el, icon, recall } from "./format.js";
import { forgetAttempt, orderId, readEvent, readOrder, receipt } from "./orders.js";
import { user } from "./session.js";

const root = document.querySelector("[data-complete]");
const outcome = root.querySelector("[data-outcome]");
const details = root.querySelector("[data-details]");
const SETTLED = new Set(["paid", "partially_refunded", "refunded", "disputed", "charged_back"]);
const QUICK_MS = 1_200;
const SLOW_MS = 6_000;
const QUICK_FOR_MS = 180_000;
const began = performance.now();
let shown = "";
let timer = 0;

const WORDS = {
  paid: ["good", "check", "You’re going!", (order) => `Your order is paid. The mail with your tickets goes to ${order.buyer.email}.`],
  partially_refunded: ["good", "check", "Paid, partly refunded", () => "A part of this order was refunded; the money is on its way to you."],
  refunded: ["warn", "check", "Refunded", () => "This order was refunded; the money is on its way to you."],
  disputed: ["warn", "clock", "Disputed", () => "The payment of this order is disputed at its bank."],
  charged_back: ["bad", "cross", "Charged back", () => "The bank took the payment of this order back."],
  review: ["warn", "clock", "We are looking into it", () => "Something about this payment needs a person’s eye. The organiser will write to you."],
  expired: ["bad", "cross", "Not paid", () => "The order ran out before a payment arrived. Nothing was charged."],
  cancelled: ["bad", "cross", "Not paid", () => "This order was cancelled or its payment failed. Nothing was charged."],
  confirming: ["", "", "Confirming your payment", () => "This takes a few seconds. The page changes by itself; you may also close it and wait for the mail."],
  reserved: ["warn", "clock", "Not paid yet", () => "Your tickets are held for a while. Pay to keep them."],
};

/** What the page says of a state: right after paying, an order that is not settled is being confirmed. */
function stateOf(order) {
  if (order.state === "pending") return "confirming";
  return order.state === "reserved" && root.dataset.complete === "complete" ? "confirming" : order.state;
}

function show(order, event, state) {
  const [tone, sign, title, text] = WORDS[state];
  const head = el("h1", { tabindex: "-1" }, title);
  outcome.replaceChildren(
    el("div", { class: `outcome-sign ${tone}${sign ? "" : " spinning"}`, "aria-hidden": "true" }, sign && icon(sign, 42)),
    head,
    el("p", {}, text(order)),
    ...actions(order, event, state),
  );
  details.replaceChildren(receipt(order, event), el("p", { class: "muted" }, `Order ${order.id}`));
  document.title = `${title} · ${event.name}`;
  if (shown) head.focus();
}

function actions(order, event, state) {
  const page = `/e/${event.slug ?? event.id}`;
  if (state === "paid") {
    const links = [el("a", { class: "button", href: `${page}/schedule` }, "See the schedule")];
    if (!user()) links.push(el("a", { class: "button quiet", href: `/sign-up?next=${encodeURIComponent(page)}` }, "Open an account"));
    return links;
  }
  if (state === "reserved") return [el("a", { class: "button", href: `/orders/${orderId}/pay` }, "Check and pay")];
  if (state === "confirming" && order.state === "reserved") {
    return [el("p", {}, "Not paid yet? ", el("a", { href: `/orders/${orderId}/pay` }, "Back to the payment"))];
  }
  return ["expired", "cancelled"].includes(state) ? [el("a", { class: "button", href: `${page}#tickets` }, "Choose tickets again")] : [];
}

async function look() {
  clearTimeout(timer);
  try {
    const order = await readOrder();
    const state = stateOf(order);
    if (state !== shown) {
      show(order, await readEvent(order), state);
      shown = state;
    }
    root.removeAttribute("aria-busy");
    if (order.state !== "reserved" && order.state !== "pending") forgetAttempt(order, { draft: SETTLED.has(order.state) });
    if (SETTLED.has(order.state)) return;
  } catch (error) {
    if (fail(error)) return;
  }
  timer = setTimeout(look, performance.now() - began < QUICK_FOR_MS ? QUICK_MS : SLOW_MS);
}

/** @returns {boolean} whether asking again is of no use */
function fail(error) {
  root.removeAttribute("aria-busy");
  const missing = error.status === 404;
  if (!missing && shown) return false;
  const sign = el("div", { class: "outcome-sign bad", "aria-hidden": "true" }, icon("cross", 42));
  const text = missing
    ? "There is no such order, or it is somebody else’s. Open it from the mail you got, or sign in."
    : error.message;
  outcome.replaceChildren(sign, el("h1", {}, missing ? "We cannot find this order" : "One moment"), el("p", {}, text));
  if (missing) outcome.append(el("a", { class: "button quiet", href: "/" }, "To the events"));
  return missing;
}

if (user()) {
  import("./live.js").then(({ live }) => {
    live.on("new", look);
    live.on("order", look);
    live.start();
  });
}
document.addEventListener("visibilitychange", () => document.hidden || SETTLED.has(shown) || look());
if (recall("sessionStorage", `marquee.left.${orderId}`)) sessionStorage.removeItem(`marquee.left.${orderId}`);
look();

// The page of an order and the page after paying. It says "paid" only when the server does, and learns it at once: by a
// push where somebody is signed in, by asking again otherwise. Later states of the order show here too.

import { asProblem, type Schemas } from "../api/client.ts";
import { user } from "../api/session.ts";
import { follow } from "../live/follow.ts";
import { el, find, icon } from "../ui/elements.ts";
import { type ShownState, standing } from "../ui/order-state.ts";
import { receipt } from "../ui/receipt.ts";
import { recall } from "../ui/storage.ts";
import { forgetAttempt, type OrderedEvent, orderId, readEvent, readOrder } from "./order-access.ts";

type Order = Schemas["OrderRead"];
const root = find(document, "[data-complete]", HTMLElement);
const outcome = find(root, "[data-outcome]", HTMLElement);
const details = find(root, "[data-details]", HTMLElement);
const SETTLED = new Set<ShownState | null>(["paid", "partially_refunded", "refunded", "disputed", "charged_back"]);
const WITH_TICKETS = new Set<ShownState>(["paid", "partially_refunded", "disputed"]);
const QUICK_MS = 1_200;
const SLOW_MS = 6_000;
const PATIENT_MS = 20_000;
const QUICK_FOR_MS = 180_000;
const began = performance.now();
let shown = "";
let current: ShownState | null = null;
let lost = false;

/** Returns the state to show: right after paying, an order that is not settled is being confirmed. */
function stateOf(order: Order): ShownState {
  return order.state === "reserved" && root.dataset.complete === "complete" ? "confirming" : order.state;
}

function show(order: Order, event: OrderedEvent, state: ShownState): void {
  const { tone, sign, title, text } = standing(order, state);
  const head = el("h1", { tabindex: "-1" }, title);
  const first = current === null;
  outcome.replaceChildren(
    el(
      "div",
      { class: `outcome-sign ${tone}${sign ? "" : " spinning"}`, "aria-hidden": "true" },
      sign && icon(sign, 42),
    ),
    head,
    el("p", {}, text),
    ...(order.mail_undelivered ? [el("div", { class: "notice warn", role: "status" }, undelivered(order))] : []),
    ...actions(order, event, state),
  );
  const tickets = el("div", { "data-tickets": true });
  details.replaceChildren(tickets, receipt(order, event), el("p", { class: "muted" }, `Order ${order.id}`));
  if (WITH_TICKETS.has(order.state)) showTickets(tickets, event);
  document.title = `${title} · ${event.name}`;
  if (!first && current !== state) head.focus();
  current = state;
}

function undelivered(order: Order): string {
  return `Mail to ${order.buyer.email} does not arrive. Your tickets are valid all the same: save them from this page.`;
}

async function showTickets(place: HTMLElement, event: OrderedEvent): Promise<void> {
  const { ticketList } = await import("./ticket-list.ts");
  try {
    const list = await ticketList(event);
    if (list) place.replaceChildren(list);
  } catch (error) {
    place.replaceChildren(
      el("div", { class: "notice bad", role: "alert" }, `The tickets could not be loaded. ${asProblem(error).message}`),
    );
  }
}

function actions(order: Order, event: OrderedEvent, state: ShownState): HTMLElement[] {
  const page = `/e/${event.slug ?? event.id}`;
  if (state === "paid") {
    const links = [el("a", { class: "button", href: `${page}/schedule` }, "See the schedule")];
    if (!user())
      links.push(
        el("a", { class: "button quiet", href: `/sign-up?next=${encodeURIComponent(page)}` }, "Open an account"),
      );
    return links;
  }
  if (state === "reserved") return [el("a", { class: "button", href: `/orders/${orderId}/pay` }, "Check and pay")];
  if (state === "confirming") {
    return [el("p", {}, "Not paid yet? ", el("a", { href: `/orders/${orderId}/pay` }, "Back to the payment"))];
  }
  if (!["expired", "cancelled"].includes(state)) return [];
  const kept = recall("localStorage", `marquee.draft.${order.event_id}`);
  return [
    el("a", { class: "button", href: `${page}#tickets` }, "Choose tickets again"),
    ...(kept ? [el("p", { class: "muted" }, "What you typed is still in the form.")] : []),
  ];
}

async function look(): Promise<void> {
  try {
    const order = await readOrder();
    lost = false;
    const state = stateOf(order);
    const stamp = JSON.stringify([state, order.reason, order.refunded]);
    if (stamp !== shown) {
      show(order, await readEvent(order), state);
      shown = stamp;
    }
    if (order.state !== "reserved" && order.state !== "pending")
      forgetAttempt(order, { draft: SETTLED.has(order.state) });
  } catch (error) {
    fail(error);
  }
  root.removeAttribute("aria-busy");
}

function fail(error: unknown): void {
  const problem = asProblem(error);
  lost = problem.status === 404;
  if (!lost && shown) return;
  shown = "";
  const sign = el("div", { class: "outcome-sign bad", "aria-hidden": "true" }, icon("cross", 42));
  const text = lost
    ? "There is no such order, or it is somebody else’s. Open it from the mail you got, or sign in."
    : problem.message;
  outcome.replaceChildren(sign, el("h1", {}, lost ? "We cannot find this order" : "One moment"), el("p", {}, text));
  details.replaceChildren();
  if (!lost) return;
  const next = `/sign-in?next=${encodeURIComponent(location.pathname)}`;
  if (!user()) outcome.append(el("a", { class: "button", href: next }, "Sign in"));
  outcome.append(el("a", { class: "button quiet", href: "/" }, "To the events"));
}

/** Returns the ms until the next look: few while a payment is being confirmed and no push will come. */
function wait(open: boolean): number {
  if (lost) return 0;
  if (SETTLED.has(current)) return PATIENT_MS;
  if (open) return SLOW_MS;
  return performance.now() - began < QUICK_FOR_MS ? QUICK_MS : SLOW_MS;
}

if (recall("sessionStorage", `marquee.left.${orderId}`)) sessionStorage.removeItem(`marquee.left.${orderId}`);
follow(look, wait, { order: orderId });

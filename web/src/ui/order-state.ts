// The state of an order in words: for its buyer by state and reason, for staff by state.
import type { Schemas } from "../api/addresses.ts";
import { type Drawing, el } from "./elements.ts";
import { money } from "./format.ts";

type OrderState = Schemas["OrderState"];
type Reason = Schemas["Reason"];
/** A state that the buyer reads: `confirming` is one whose payment is on its way to the server. */
export type ShownState = OrderState | "confirming";
export type Tone = "" | "good" | "warn" | "bad";

/** What the texts name, as it is shown. `inPart`: something had been refunded before. */
interface Named {
  total: string;
  refunded: string;
  inPart: boolean;
  buyer: string;
}
type Text = [tone: Tone, sign: Drawing | "", title: string, text: (named: Named) => string];

const BACK_DAYS = "Banks take up to ten days to show it.";

const FOR_BUYERS: Record<ShownState, Text> = {
  reserved: ["warn", "clock", "Not paid yet", () => "Your tickets are held for a while. Pay to keep them."],
  confirming: [
    "",
    "",
    "Confirming your payment",
    () => "This takes a few seconds. The page changes by itself; you may also close it and wait for the mail.",
  ],
  pending: [
    "warn",
    "clock",
    "Your bank is working on it",
    ({ total, buyer }) =>
      `Your payment of ${total} is on its way, which can take some days. Your tickets are held meanwhile and go to ${buyer} ` +
      "when the money is there. If it does not come, nothing is charged and we tell you. You may close this page.",
  ],
  paid: [
    "good",
    "check",
    "You’re going!",
    ({ buyer }) => `Your order is paid. The mail with your tickets goes to ${buyer}.`,
  ],
  partially_refunded: [
    "good",
    "check",
    "Paid, partly refunded",
    ({ refunded, total }) => `${refunded} of ${total} is on its way back to you. ${BACK_DAYS} Your tickets stay valid.`,
  ],
  refunded: [
    "warn",
    "check",
    "Refunded",
    ({ refunded }) =>
      `${refunded} is on its way back to you. ${BACK_DAYS} The tickets of this order are not valid any more.`,
  ],
  disputed: [
    "warn",
    "clock",
    "Disputed",
    () => "The payment of this order is disputed at its bank. Its tickets let nobody in until that is settled.",
  ],
  charged_back: [
    "bad",
    "cross",
    "Charged back",
    ({ total, refunded, inPart }) =>
      `The bank took ${inPart ? `what was left of the payment of ${total} back, of which ${refunded} had been refunded` : `the payment of ${total} back`}. ` +
      "The tickets of this order are not valid any more.",
  ],
  review: [
    "warn",
    "clock",
    "We are looking into it",
    () => "Something about this payment needs a person’s eye. The organiser will write to you.",
  ],
  expired: ["bad", "cross", "Not paid", () => "The order ran out before a payment arrived. Nothing was charged."],
  cancelled: ["bad", "cross", "Not paid", () => "This order was cancelled or its payment failed. Nothing was charged."],
};

/** What is more exact where the reason is known; `expired/hold_ended` goes before `hold_ended`. */
const BY_REASON: Partial<Record<Reason, Text>> = {
  hold_ended: [
    "warn",
    "clock",
    "The time is up",
    () => "Your tickets were held for a while and are free for others now. Nothing was charged.",
  ],
  cancelled_by_buyer: [
    "warn",
    "check",
    "The tickets are given back",
    () => "You cancelled this order. Nothing was charged.",
  ],
  event_closed: [
    "warn",
    "cross",
    "The event is closed",
    ({ total }) =>
      `Your payment came when the organiser had closed the event. All of it, ${total}, is on its way back to you. ${BACK_DAYS}`,
  ],
  event_over: [
    "warn",
    "cross",
    "Paid after the end",
    ({ total }) =>
      `Your payment came when the event was over. All of it, ${total}, is on its way back to you. ${BACK_DAYS}`,
  ],
  payment_failed: [
    "bad",
    "cross",
    "The payment failed",
    ({ total }) =>
      `Your bank did not make the payment of ${total}. Nothing was charged, and the tickets are on sale again.`,
  ],
  paid_too_late: [
    "warn",
    "clock",
    "Paid too late",
    ({ total }) =>
      `Your payment came after your tickets had gone back to sale. All of it, ${total}, is on its way back to you. ${BACK_DAYS}`,
  ],
  payment_differs: [
    "warn",
    "clock",
    "We are looking into it",
    ({ total }) =>
      `What was paid is not the ${total} that this order comes to. The money is safe, no tickets are issued yet; the organiser ` +
      "decides and will write to you.",
  ],
  address_refused: [
    "bad",
    "cross",
    "This address cannot pay",
    ({ buyer }) =>
      `Our payment service does not take the address ${buyer}. Nothing was charged; order again with another one.`,
  ],
  amount_refused: [
    "bad",
    "cross",
    "This amount cannot be paid",
    ({ total }) => `Our payment service does not take a payment of ${total}. Nothing was charged.`,
  ],
  seller_refused: [
    "bad",
    "cross",
    "The organiser cannot be paid",
    () => "The organiser cannot take payments at the moment. Nothing was charged.",
  ],
  tickets_gone: [
    "warn",
    "clock",
    "We are looking into it",
    () => "Your refund failed, and the tickets are on sale again. The organiser knows and will write to you.",
  ],
  account_gone: [
    "warn",
    "clock",
    "We cannot see your payment",
    ({ total }) =>
      `The organiser ended the connection to their account before we could see your payment of ${total}. They have it and ` +
      "have been told: ask them for your tickets or your money.",
  ],
};
const REASON_COUNTS: ReadonlySet<ShownState> = new Set<ShownState>(["expired", "cancelled", "review"]);

/** What its buyer is told of an order. */
export interface Standing {
  tone: Tone;
  sign: Drawing | "";
  title: string;
  text: string;
}

type Told = Pick<Schemas["OrderRead"], "buyer" | "reason" | "refunded" | "state" | "total">;

/** Returns what the buyer of an order is told. `state` may be another than the order's own: `confirming`. */
export function standing(order: Told, state: ShownState = order.state): Standing {
  const { reason } = order;
  const late = state === "refunded" && ["paid_too_late", "event_closed", "event_over"].includes(reason ?? "");
  const exact = reason && (REASON_COUNTS.has(state) || late) ? BY_REASON[reason] : null;
  const [tone, sign, title, text] = exact ?? FOR_BUYERS[state];
  const total = money(order.total);
  const refunded = money(order.refunded ?? order.total);
  return {
    tone,
    sign,
    title,
    text: text({ total, refunded, inPart: Boolean(order.refunded), buyer: order.buyer.email }),
  };
}

/** Every state as staff read it, in the order of a filter: name, tone. */
export const STATES: Record<OrderState, [name: string, tone: Tone]> = {
  paid: ["Paid", "good"],
  partially_refunded: ["Partly refunded", "good"],
  refunded: ["Refunded", ""],
  reserved: ["Held, not paid", ""],
  pending: ["Payment on its way", "warn"],
  disputed: ["Disputed", "bad"],
  charged_back: ["Charged back", "bad"],
  review: ["Needs a look", "bad"],
  expired: ["Not paid in time", ""],
  cancelled: ["Cancelled", ""],
};

/** Why an order is in its state, as staff read it. */
export const REASONS: Partial<Record<Reason, string>> = {
  hold_ended: "It was not paid in time.",
  cancelled_by_buyer: "Its buyer cancelled it.",
  event_closed: "It was paid after the event was closed; the payment goes back by itself.",
  event_over: "It was paid after the event’s end; the payment goes back by itself.",
  payment_failed: "Its payment failed.",
  paid_too_late: "It was paid after its tickets had gone back to sale; the payment goes back by itself.",
  payment_differs: "What was paid is not what the order comes to.",
  tickets_gone: "Its refund failed after its tickets had gone back to sale.",
  account_gone: "It was paid in an account that was disconnected before we could see the payment.",
  address_refused: "Stripe does not take its buyer’s address.",
  amount_refused: "Stripe does not take a payment of so much, or so little.",
  seller_refused: "Your Stripe account takes no payments: see what Stripe wants to know.",
};

/** Returns a state as a label: always in words, the colour only helps. */
export function stateLabel(state: OrderState): HTMLElement {
  const [name, tone] = STATES[state] ?? [state, ""];
  return el("span", { class: `label ${tone}` }, name);
}

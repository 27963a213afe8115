// Payments of an order as Stripe shows them, the refunds that were asked for, and what can still be refunded.
import type { Schemas } from "../../api/client.ts";
import { el } from "../../ui/elements.ts";
import { type Amount, money } from "../../ui/format.ts";
import { panel } from "../../ui/panels.ts";
import { when } from "../../ui/receipt.ts";

type Event = Schemas["Event"];
export type Charge = Schemas["Charge"];
export type Wish = Schemas["RefundWish"];

const RETURNED = new Set(["pending", "requires_action", "succeeded"]);
/** Disputes that hold or took the money: Stripe refuses refunds then. */
const TAKEN = new Set(["needs_response", "under_review", "lost"]);
const STANDINGS: Record<Schemas["RefundStanding"], string> = {
  wanted: "Asked for, Stripe is making it",
  done: "Done",
  failed: "Failed",
};
const WHY: Record<Schemas["RefundReason"], string> = {
  requested: "",
  paid_twice: "Paid twice",
  paid_too_late: "Paid too late",
};
const REFUNDS: Record<string, string> = {
  pending: "on its way",
  requires_action: "waits for the buyer",
  succeeded: "made",
  failed: "failed",
  canceled: "cancelled",
};
const DISPUTES: Record<string, string> = {
  needs_response: "Answer it in Stripe",
  under_review: "The bank is looking at your answer",
  won: "Won",
  lost: "Lost",
  warning_needs_response: "Inquiry: answer it in Stripe",
  warning_under_review: "Inquiry: the bank is looking at your answer",
  warning_closed: "Inquiry closed",
  prevented: "Prevented",
};

/** Returns what may still be refunded. Staff may ask for it, the server decides. */
export function refundable(order: Schemas["OrderRead"], charges: Charge[], wanted: Wish[]): Amount {
  const charge = charges[0];
  if (!charge) return { amount: 0, currency: order.total.currency };
  const paid = charges.length === 1 ? charge.amount : order.total.amount;
  const back = charges.length === 1 ? returned(charge) : (order.refunded?.amount ?? 0);
  const open = wanted.filter((wish) => wish.standing === "wanted" && wish.reason === "requested");
  const asked = open.reduce((sum, wish) => sum + wish.amount, 0);
  const taken = disputesOf(charge).some(({ status }) => TAKEN.has(status));
  return { amount: taken ? 0 : Math.max(0, paid - back - asked), currency: order.total.currency };
}

/** Returns all disputes of a charge, also of one recorded before they were a list. */
function disputesOf(charge: Charge): Schemas["ChargeDispute"][] {
  if (charge.disputes?.length) return charge.disputes;
  return charge.dispute ? [charge.dispute] : [];
}

function returned({ refunds = [] }: Charge): number {
  return refunds.filter((refund) => RETURNED.has(refund.status)).reduce((sum, refund) => sum + refund.amount, 0);
}

/** Returns the payments as a table. */
export function payments(charges: Charge[], event: Event): HTMLElement {
  if (!charges.length) return el("p", { class: "muted" }, "No payment yet.");
  return panel(
    "Payments",
    ["Amount", "Standing", "How", "Fee", "Net", "Paid"],
    charges.map((charge) => paymentRow(charge, event)),
  );
}

function paymentRow(charge: Charge, event: Event): HTMLElement {
  const inFees = (amount: number | null) =>
    amount === null || !charge.fee_currency ? "not known yet" : money({ amount, currency: charge.fee_currency });
  const how = charge.method.last4
    ? `${brand(charge.method.brand)} ending ${charge.method.last4}`
    : brand(charge.method.brand);
  return el(
    "tr",
    {},
    el("td", { class: "number" }, money(charge)),
    el("td", {}, el("ul", {}, ...changesOf(charge).map((text) => el("li", {}, text)))),
    el(
      "td",
      {},
      how,
      charge.receipt_url &&
        el("a", { href: charge.receipt_url, rel: "noopener noreferrer", target: "_blank" }, "Receipt (new tab)"),
    ),
    el("td", { class: "number" }, inFees(charge.fee)),
    el("td", { class: "number" }, inFees(charge.net)),
    el("td", {}, when(charge.created_at, event.timezone)),
  );
}

function brand(name: string): string {
  return name.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
}

/** Returns what happened to a payment, a line each. */
function changesOf(charge: Charge): string[] {
  const found = (charge.refunds ?? []).map(
    (refund) => `Refund of ${money(refund)}: ${REFUNDS[refund.status] ?? refund.status}`,
  );
  for (const dispute of disputesOf(charge)) {
    found.push(`Dispute over ${money(dispute)}: ${DISPUTES[dispute.status] ?? dispute.status}`);
  }
  return found.length ? found : [charge.status === "succeeded" ? "Paid" : charge.status];
}

/** Returns the refunds that were asked for here; empty without any. */
export function wishes(wanted: Wish[], event: Event): HTMLElement {
  if (!wanted.length) return el("div");
  const rows = wanted.map((wish) =>
    el(
      "tr",
      {},
      el("td", { class: "number" }, money(wish)),
      el(
        "td",
        {},
        STANDINGS[wish.standing ?? "wanted"] + (wish.failure ? `: ${wish.failure.replaceAll("_", " ")}` : ""),
      ),
      el("td", {}, [WHY[wish.reason] ?? wish.reason, wish.note].filter(Boolean).join(": ") || "–"),
      el("td", {}, when(wish.created_at, event.timezone)),
    ),
  );
  return panel("Refunds asked for", ["Amount", "Standing", "Why", "When"], rows);
}

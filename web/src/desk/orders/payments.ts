// Payments of an order as Stripe shows them, the refunds that were asked for, and what can still go back.
import { el } from "../../ui/elements.ts";
import { money } from "../../ui/format.ts";
import { panel } from "../../ui/panels.ts";
import { when } from "../../ui/receipt.ts";

const RETURNED = new Set(["pending", "requires_action", "succeeded"]);
/** Disputes that hold or took the money: Stripe refuses refunds then. */
const TAKEN = new Set(["needs_response", "under_review", "lost"]);
const STANDINGS = { wanted: "Asked for, Stripe is making it", done: "Done", failed: "Failed" };
const WHY = { requested: "", paid_twice: "Paid twice", paid_too_late: "Paid too late" };
const REFUNDS = {
  pending: "on its way",
  requires_action: "waits for the buyer",
  succeeded: "made",
  failed: "failed",
  canceled: "cancelled",
};
const DISPUTES = {
  needs_response: "Answer it in Stripe",
  under_review: "The bank is looking at your answer",
  won: "Won",
  lost: "Lost",
  warning_needs_response: "Inquiry: answer it in Stripe",
  warning_under_review: "Inquiry: the bank is looking at your answer",
  warning_closed: "Inquiry closed",
  prevented: "Prevented",
};

/** What may still go back, {amount, currency}; staff may ask, the server decides. */
export function refundable(order, charges, wanted) {
  const charge = charges[0];
  if (!charge) return { amount: 0, currency: order.total.currency };
  const paid = charges.length === 1 ? charge.amount : order.total.amount;
  const back = charges.length === 1 ? returned(charge) : (order.refunded?.amount ?? 0);
  const open = wanted.filter((wish) => wish.standing === "wanted" && wish.reason === "requested");
  const asked = open.reduce((sum, wish) => sum + wish.amount, 0);
  const taken = disputesOf(charge).some(({ status }) => TAKEN.has(status));
  return { amount: taken ? 0 : Math.max(0, paid - back - asked), currency: order.total.currency };
}

/** All disputes of a charge, also of one kept before they all were. */
function disputesOf(charge) {
  return charge.disputes?.length ? charge.disputes : [charge.dispute].filter(Boolean);
}

function returned(charge) {
  return charge.refunds.filter((refund) => RETURNED.has(refund.status)).reduce((sum, refund) => sum + refund.amount, 0);
}

/** @returns {HTMLElement} */
export function payments(charges, event) {
  if (!charges.length) return el("p", { class: "muted" }, "No payment yet.");
  return panel(
    "Payments",
    ["Amount", "Standing", "How", "Fee", "Net", "Paid"],
    charges.map((charge) => paymentRow(charge, event)),
  );
}

function paymentRow(charge, event) {
  const inFees = (amount) => (amount === null ? "not known yet" : money({ amount, currency: charge.fee_currency }));
  const how = charge.method.last4
    ? `${brand(charge.method.brand)} ending ${charge.method.last4}`
    : brand(charge.method.brand);
  return el(
    "tr",
    {},
    el("td", { class: "number" }, money(charge)),
    el("td", {}, el("ul", {}, ...happenings(charge).map((text) => el("li", {}, text)))),
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

function brand(name) {
  return name.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
}

function happenings(charge) {
  const found = charge.refunds.map(
    (refund) => `Refund of ${money(refund)}: ${REFUNDS[refund.status] ?? refund.status}`,
  );
  for (const dispute of disputesOf(charge)) {
    found.push(`Dispute over ${money(dispute)}: ${DISPUTES[dispute.status] ?? dispute.status}`);
  }
  return found.length ? found : [charge.status === "succeeded" ? "Paid" : charge.status];
}

/** @returns {HTMLElement} the refunds that were asked for here; empty without any */
export function wishes(wanted, event) {
  if (!wanted.length) return el("div");
  const rows = wanted.map((wish) =>
    el(
      "tr",
      {},
      el("td", { class: "number" }, money(wish)),
      el("td", {}, STANDINGS[wish.standing] + (wish.failure ? `: ${wish.failure.replaceAll("_", " ")}` : "")),
      el("td", {}, [WHY[wish.reason] ?? wish.reason, wish.note].filter(Boolean).join(": ") || "–"),
      el("td", {}, when(wish.created_at, event.timezone)),
    ),
  );
  return panel("Refunds asked for", ["Amount", "Standing", "Why", "When"], rows);
}

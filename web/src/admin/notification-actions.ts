// What notifications are about, in few words, for administrators.

/** By action, as the API names it; in the order of the alphabet. */
export const ACTIONS: Record<string, string> = {
  announcement: "Announcement",
  call_for_papers_open: "Call for papers",
  payment_disputed: "Dispute",
  event_role_invite: "Invitation to the staff",
  session_invite: "Invitation to speak",
  order_expired: "Order ended",
  order_paid: "Order paid",
  payment_in_review: "Payment to review",
  session_accepted: "Proposal accepted",
  submission_received: "Proposal received",
  session_rejected: "Proposal rejected",
  order_refunded: "Refund",
  session_schedule_changed: "Session moved",
  tickets_offered: "Tickets offered",
};

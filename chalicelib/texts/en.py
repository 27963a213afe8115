"""What Marquee says, in English. Names are `what.part`; {event} is the name of an event."""

from collections.abc import Mapping

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "mail.hello": "Hello,",
    "mail.hello_name": "Hello {name},",
    "mail.order": "Order {order}",
    "mail.see_order": "See your order",
    "mail.see_order_staff": "See the order",
    "paid.title": "Paid: {event}",
    "paid.text": "Your order for {event} is paid: {total}.",
    "paid.link": "See your tickets",
    "paid.subject": "Your tickets for {event}",
    "paid.attached": (
        "Your tickets are attached, a page each. If you change who comes, print them again from your order."
    ),
    "paid_twice.title": "Paid twice: {event}",
    "paid_twice.text": (
        "Your order for {event} was paid a second time. The second payment is on its way back to you; your tickets "
        "stay."
    ),
    "paid_too_late.title": "Paid too late: {event}",
    "paid_too_late.text": (
        "Your payment for {event} came after your tickets had gone back to sale. It is on its way back to you in full."
    ),
    "event_closed.title": "Not taking place: {event}",
    "event_closed.text": (
        "Your payment for {event} came when the organiser had closed the event. It is on its way back to you in full."
    ),
    "event_over.title": "Paid after the end: {event}",
    "event_over.text": ("Your payment for {event} came when the event was over. It is on its way back to you in full."),
    "payment_failed.title": "Payment failed: {event}",
    "payment_failed.text": (
        "The payment of your order for {event} did not succeed, so its tickets are on sale again. You were not charged."
    ),
    "offered.title": "Tickets for you: {event}",
    "offered.text": (
        "The tickets for {event} that you waited for came free: {total}. They are kept for you until {until}; "
        "pay by then."
    ),
    "offered.link": "Pay for your tickets",
    "hold_ended.title": "Not paid in time: {event}",
    "hold_ended.text": "Your order for {event} was not paid in time, so its tickets are on sale again.",
    "tickets_gone.title": "Your refund failed: {event}",
    "tickets_gone.text": (
        "The refund of your order for {event} failed and its tickets are on sale again. The organisers have been told."
    ),
    "account_gone.title": "We cannot see your payment: {event}",
    "account_gone.text": (
        "You paid {total} for {event}, and the organiser ended the connection to their account before we could see it. "
        "No tickets were issued. The organiser has your money and has been told: ask them for tickets or your money."
    ),
    "refunded.title": "Refunded: {event}",
    "refunded.text": "{amount} of your order for {event} is on its way back to you.",
    "charged_back.title": "Payment taken back: {event}",
    "charged_back.text": (
        "Your bank took back your payment for {event}, or what was left of it. The tickets of this order are not valid "
        "any more."
    ),
    "taken_back.title": "Part of your payment taken back: {event}",
    "taken_back.text": "Your bank took back {amount} of your payment for {event}. Your tickets stay valid.",
    "undelivered.title": "Tickets did not arrive: {event}",
    "undelivered.text": (
        "The mail with the tickets of an order for {event} did not reach its buyer. The buyer sees that on the order's "
        "page and can save the tickets there."
    ),
    "in_review.title": "A payment needs a look: {event}",
    "in_review.text": "A payment for {event} cannot be used. Nothing was issued.",
    "refund_failed.title": "A refund failed: {event}",
    "refund_failed.text": "A refund of an order for {event} did not reach the buyer's bank.",
    "refund_waits.title": "A refund waits for a balance: {event}",
    "refund_waits.text": (
        "A payment for {event} that was not needed cannot go back yet: the balance in Stripe is too low. Top it up; "
        "the refund is tried again for a month."
    ),
    "disputed.title": "Disputed: {event}",
    "disputed.text": "The payment of an order for {event} ({total}) is disputed. Answer in Stripe.",
    "dispute_lost.title": "Dispute lost: {event}",
    "dispute_lost.text": "The payment of an order for {event} ({total}) was charged back.",
    "dispute_part_lost.title": "Part of a dispute lost: {event}",
    "dispute_part_lost.text": (
        "A dispute about a part of an order for {event} was lost: {amount} of {total} were charged back. Its tickets "
        "stay valid."
    ),
    "dispute_over.title": "Dispute over: {event}",
    "dispute_over.text": "The dispute of an order for {event} ({total}) is over; the money stays.",
    "announcement.from": "From the organisers of {event}.",
    "announcement.link": "See the event",
    "announcement.link_staff": "See your events",
    "moved.title": "New time: {session}",
    "moved.text": "Your session {session} at {event} is now on {when}, {room}.",
    "moved.text_no_room": "Your session {session} at {event} is now on {when}.",
    "unscheduled.title": "No time yet: {session}",
    "unscheduled.text": "Your session {session} at {event} has no time at the moment. You will hear when it has.",
    "cancelled.title": "Cancelled: {session}",
    "cancelled.text": "Your session {session} at {event} was cancelled.",
    "moved.link": "See the programme",
    "invite.title": "Invitation: {event}",
    "invite.text": "{inviter} invites you to the staff of {event}, as {role}.",
    "invite.somebody": "Somebody",
    "invite.until": "The invitation is good for 14 days.",
    "invite.link": "See the invitation",
    "speak.title": "Invitation to speak: {event}",
    "speak.text": "{inviter} invites you to speak at {event}: {session}.",
    "role.owner": "owner",
    "role.organizer": "organiser",
    "role.coorganizer": "co-organiser",
    "role.track_organizer": "track organiser",
    "role.moderator": "moderator",
    "role.registrar": "registrar",
    "session_accepted.title": "Accepted: {session}",
    "session_accepted.text": "Your proposal {session} for {event} was accepted.",
    "session_rejected.title": "Not accepted: {session}",
    "session_rejected.text": "Your proposal {session} for {event} was not accepted.",
    "decision.message": "The organisers write:",
    "decision.link": "See more",
    "call.title": "Call for papers: {event}",
    "call.text": "{event} takes proposals for sessions until {until}.",
    "call.link": "Propose a session",
    "submission.title": "Proposed: {session}",
    "submission.text": "{speaker} proposes {session} for {event}.",
    "submission.link": "Read the proposal",
    "verify.subject": "Confirm your e-mail address",
    "verify.text": "Please confirm that this address is yours. Without an account here, ignore this mail.",
    "verify.link": "Confirm the address",
    "reset.subject": "Set a new password",
    "reset.text": "Somebody asked for a new password for your account. If it was not you, ignore this mail.",
    "reset.link": "Set a new password",
    "group.session_schedule_changed": "Changes of your sessions at {event}",
    "group.submission_received": "Proposals for {event}",
    "group.payment_disputed": "Disputes: {event}",
    "group.payment_in_review": "Payments need a look: {event}",
    "digest.subject": {"one": "{count} thing you have not seen yet", "other": "{count} things you have not seen yet"},
    "digest.lead": {"one": "This came since the last time:", "other": "These {count} came since the last time:"},
    "digest.rest": {"one": "and {count} more.", "other": "and {count} more."},
    "digest.link": "See all notifications",
    "foot.needed": "You get this mail because of what you did at Marquee; it cannot be switched off.",
    "foot.wanted": "You get this mail because of your order or account at Marquee.",
    "foot.stop": "No more mails about {topic}",
    "foot.choose": "Choose what you are told",
    "topic.event_role_invite": "invitations to an event's staff",
    "topic.session_invite": "invitations to speak",
    "topic.submission_received": "proposals sent to your events",
    "topic.session_accepted": "proposals of yours that were accepted",
    "topic.session_rejected": "proposals of yours that were rejected",
    "topic.session_schedule_changed": "new times of your sessions",
    "topic.order_paid": "your tickets",
    "topic.order_refunded": "your refunds",
    "topic.order_expired": "orders that were not paid",
    "topic.tickets_offered": "tickets you waited for",
    "topic.payment_disputed": "disputed payments",
    "topic.payment_in_review": "payments that need a look",
    "topic.call_for_papers_open": "calls for papers",
    "topic.announcement": "announcements of organisers",
    "topic.account": "your account",
    "topic.digest": "what you have not read (the daily digest)",
}

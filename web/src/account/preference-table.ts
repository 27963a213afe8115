// The table of what is told how: a row for each action, a column for each channel. Knows nothing of the server.
import { el } from "../ui/elements.ts";

const NAMES = {
  order_paid: "Your tickets",
  order_refunded: "Your refunds",
  tickets_offered: "Tickets you waited for",
  order_expired: "Orders that were not paid",
  announcement: "Announcements of organisers",
  session_invite: "Invitations to speak",
  session_accepted: "Your proposal was accepted",
  session_rejected: "Your proposal was rejected",
  session_schedule_changed: "New times of your sessions",
  call_for_papers_open: "Calls for papers",
  event_role_invite: "Invitations to an event’s staff",
  submission_received: "Proposals to your events",
  payment_disputed: "Disputed payments",
  payment_in_review: "Payments that need a look",
  account: "Your account",
};
const MAILS = { each: "Each at once", digest: "Once a day", off: "No mail" };
const CHANNELS = { in_app: "Inbox", mail: "Mail", push: "Push" };

/** @param {string} action @returns {string} what people call it */
export function nameOf(action) {
  return NAMES[action] ?? action.replaceAll("_", " ");
}

/**
 * @param {Record<string, any>} actions as the API has them
 * @returns {{element: HTMLElement, values: () => Record<string, any>, find: (pointer: string) => HTMLElement | null}}
 */
export function preferenceTable(actions) {
  const inputs = new Map();
  const known = Object.keys(NAMES).filter((action) => action in actions);
  const others = Object.keys(actions).filter((action) => !(action in NAMES));
  const rows = [...known, ...others].map((action) => row(action, actions[action], inputs));
  const heads = ["What", ...Object.values(CHANNELS)].map((name) =>
    el("th", { scope: "col", role: "columnheader" }, name),
  );
  const element = el(
    "table",
    { class: "choices", role: "table" },
    el("caption", { class: "hidden" }, "What is told by which channel"),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...heads)),
    el("tbody", { role: "rowgroup" }, ...rows),
  );
  return { element, values: () => valuesOf(actions, inputs), find: (pointer) => inputs.get(pointer) ?? null };
}

function row(action, setting, inputs) {
  const cells = Object.keys(CHANNELS).map((channel) =>
    el(
      "td",
      { role: "cell" },
      el("span", { class: "channel", "aria-hidden": "true" }, CHANNELS[channel]),
      control(action, channel, setting, inputs),
    ),
  );
  followInbox(inputs.get(`/actions/${action}/in_app`), inputs.get(`/actions/${action}/push`));
  return el("tr", { role: "row" }, el("th", { scope: "row", role: "rowheader" }, nameOf(action)), ...cells);
}

/** A push tells of what is in the inbox: without that there is none. */
function followInbox(inbox, push) {
  if (!inbox || !push) return;
  const settle = () => (push.disabled = !inbox.checked);
  inbox.addEventListener("change", settle);
  settle();
}

function control(action, channel, setting, inputs) {
  if (setting.fixed.includes(channel)) return el("span", { class: "muted" }, setting[channel] ? "Always" : "Never");
  const label = `${CHANNELS[channel]}: ${nameOf(action)}`;
  const made =
    channel === "mail"
      ? mails(label, setting.mail)
      : el("input", { type: "checkbox", "aria-label": label, checked: setting[channel] });
  inputs.set(`/actions/${action}/${channel}`, made);
  return made;
}

function mails(label, value) {
  const options = Object.entries(MAILS).map(([choice, words]) =>
    el("option", { value: choice, selected: choice === value }, words),
  );
  return el("select", { "aria-label": label }, ...options);
}

function valuesOf(actions, inputs) {
  const chosen = {};
  for (const [action, setting] of Object.entries(actions)) {
    const { fixed, ...values } = setting;
    for (const channel of Object.keys(CHANNELS)) {
      const input = inputs.get(`/actions/${action}/${channel}`);
      if (input) values[channel] = channel === "mail" ? input.value : input.checked;
    }
    chosen[action] = values;
  }
  return chosen;
}

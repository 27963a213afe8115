// The table of notifications by channel: a row for each action, a column for each channel.
import type { Schemas } from "../api/client.ts";
import { el } from "../ui/elements.ts";

type Topic = Schemas["TopicRead"];
type Channel = Topic["fixed"][number];
type Input = HTMLInputElement | HTMLSelectElement;
type Inputs = Map<string, Input>;

const NAMES: Record<string, string> = {
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
const MAILS: Record<Topic["mail"], string> = { each: "Each at once", digest: "Once a day", off: "No mail" };
const CHANNELS: Record<Channel, string> = { in_app: "Inbox", mail: "Mail", push: "Push" };
const COLUMNS = ["in_app", "mail", "push"] as const;

/** Returns what people call an action. */
export function nameOf(action: string): string {
  return NAMES[action] ?? action.replaceAll("_", " ");
}

/** The table, what is chosen in it, and the input of a JSON pointer into the preferences. */
export interface PreferenceTable {
  element: HTMLElement;
  values: () => Record<string, Schemas["ChannelsForm"]>;
  find: (pointer: string) => HTMLElement | null;
}

/** Returns the table of the preferences by action. */
export function preferenceTable(actions: Record<string, Topic>): PreferenceTable {
  const inputs: Inputs = new Map();
  const known = Object.keys(NAMES).filter((action) => action in actions);
  const others = Object.keys(actions).filter((action) => !(action in NAMES));
  const rows = [...known, ...others].flatMap((action) => {
    const topic = actions[action];
    return topic ? [row(action, topic, inputs)] : [];
  });
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

function row(action: string, setting: Topic, inputs: Inputs): HTMLElement {
  const cells = COLUMNS.map((channel) =>
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

/** A push is about what is in the inbox: without that there is none. */
function followInbox(inbox: Input | undefined, push: Input | undefined): void {
  if (!(inbox instanceof HTMLInputElement) || !push) return;
  const settle = () => {
    push.disabled = !inbox.checked;
  };
  inbox.addEventListener("change", settle);
  settle();
}

function control(action: string, channel: Channel, setting: Topic, inputs: Inputs): HTMLElement {
  if (setting.fixed.includes(channel)) return el("span", { class: "muted" }, setting[channel] ? "Always" : "Never");
  const label = `${CHANNELS[channel]}: ${nameOf(action)}`;
  const made =
    channel === "mail"
      ? mails(label, setting.mail)
      : el("input", { type: "checkbox", "aria-label": label, checked: setting[channel] });
  inputs.set(`/actions/${action}/${channel}`, made);
  return made;
}

function mails(label: string, value: Topic["mail"]): HTMLSelectElement {
  const options = Object.entries(MAILS).map(([choice, words]) =>
    el("option", { value: choice, selected: choice === value }, words),
  );
  return el("select", { "aria-label": label }, ...options);
}

function valuesOf(actions: Record<string, Topic>, inputs: Inputs): Record<string, Schemas["ChannelsForm"]> {
  return Object.fromEntries(
    Object.entries(actions).map(([action, setting]) => {
      const isOn = (channel: "in_app" | "push") => {
        const input = inputs.get(`/actions/${action}/${channel}`);
        return input instanceof HTMLInputElement ? input.checked : setting[channel];
      };
      const chosen = inputs.get(`/actions/${action}/mail`)?.value;
      const mail = chosen !== undefined && isMail(chosen) ? chosen : setting.mail;
      return [action, { in_app: isOn("in_app"), mail, push: isOn("push") }];
    }),
  );
}

function isMail(value: string): value is Topic["mail"] {
  return value in MAILS;
}

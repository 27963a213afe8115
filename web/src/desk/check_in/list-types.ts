// What the check-in page keeps of tickets, scans and events, and what it hears of them. Used by scan-list.ts and others.
import type { Schemas } from "../../api/client.ts";

export type TicketState = Schemas["TicketState"];

/** A ticket of the list; `recorded` is ms, when the server recorded that it was used or not. */
export type ListedTicket = [
  hash: string,
  ticket: string,
  attendee: string,
  type: string,
  state: TicketState,
  usedAt: string | null,
  recorded: number,
];

/** What was heard of a ticket since the list was fetched. Times are ms but `used`. */
export interface Mark {
  /** When this was last changed here. */
  at: number;
  used?: string | null;
  recorded?: number;
  state?: TicketState | undefined;
  /** When the state was heard. */
  since?: number;
  /** The hash of a code that is good no more. */
  gone?: string;
  /** The hash of a code that the list does not have. */
  hash?: string | undefined;
  attendee?: string;
  type?: string;
}
export type Marks = Record<string, Mark>;

/** A scan that was not sent. `isBack`: it was taken back. */
export interface Scan {
  code: string;
  at: string;
  ticket: string;
  device: string;
  attendee: string;
  type: string;
  isBack?: boolean;
}

/** What is kept of an event with its list. */
export interface KeptEvent {
  id: string;
  slug?: string | null;
  name: string;
  timezone?: string;
}

/** About the list: when it was fetched and how far the server's clock is ahead, both in ms. */
export interface AboutList {
  salt: string;
  at: number;
  skew: number;
  event: KeptEvent;
}

/** A check-in as the server sends it: answers have more of it than pushes. */
export interface HeardCheckIn {
  ticket: string;
  checked_in_at: string | null;
  recorded_at: string | null;
}

/** The verdict on a code, named as the API names refusals. */
export interface Judged {
  verdict: string;
  attendee?: string;
  type?: string;
  at?: string;
}

/** Who has a ticket, as the server says of it. */
export interface Holder {
  ticket: string;
  attendee: string;
  ticket_type: string;
}

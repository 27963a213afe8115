// The frames of the socket, as docs/live.md has them, and what listeners get of them.
import type { Schemas } from "../api/client.ts";

/** A notification as it is pushed: without its links, and sometimes without its group. */
export interface PushedNotification {
  id: string;
  title: string;
  message: string;
  action: string;
  received_at: string;
  received_ago: string;
  mark_read: string;
  group?: Schemas["Group"] | null;
}

export interface OrderFrame {
  order_id: string;
  state: string;
}

export interface CheckInsFrame {
  event_id: string;
  counts: Schemas["CheckInCounts"];
  tickets: { ticket: string; checked_in_at: string | null; recorded_at: string }[];
}

export interface ImportFrame {
  import_id: string;
  state: string;
  done: number;
  total: number;
}

export interface ChangedList {
  event_id: string;
  list: string;
  version: number;
}

/** What listeners are called with, by name. */
export interface News {
  count: number;
  new: PushedNotification[];
  read: string[];
  unread: string[];
  open: undefined;
  resync: undefined;
  order: OrderFrame;
  "check-ins": CheckInsFrame;
  import: ImportFrame;
  changed: ChangedList;
}
export type NewsName = keyof News;
export type Versions = Record<string, number>;

/** The server's frames (docs/live.md). `notif_count` and `more` come with several of them. */
export type Frame = { notif_count?: number; more?: number } & (
  | { meta: "WS connected"; missed: PushedNotification[]; resync: boolean; position: string }
  | { meta: "New notifications"; notifs: PushedNotification[] }
  | { meta: "Watching"; event_id: string; versions: Versions }
  | ({ meta: "Changed" } & ChangedList)
  | { meta: "Notifications read" | "Notifications unread"; ids: string[] }
  | ({ meta: "Order" } & OrderFrame)
  | ({ meta: "Check-ins" } & CheckInsFrame)
  | ({ meta: "Import" } & ImportFrame)
  | { meta: "pong" | "Unwatched" }
  | { meta: "error"; event_id?: string }
);

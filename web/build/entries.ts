// The scripts that pages begin with: the name of each, which templates use, and its file.
import { resolve } from "node:path";

const SOURCES = resolve(import.meta.dirname, "../src");

/** Names without `.ts`, below src/. `scripts(...)` in chalicelib/website/pages/templating.py takes the same names. */
export const ENTRIES = [
  "account/inbox",
  "account/invitation",
  "account/preferences",
  "account/proposals",
  "account/sign-in",
  "admin/notification-log",
  "desk/announcements/announce",
  "desk/check_in/check-in",
  "desk/main",
  "desk/orders/sales",
  "desk/proposals/review",
  "desk/team/people",
  "public/call",
  "public/order",
  "public/pay",
  "public/pictures",
  "public/site",
  "public/ticket-form",
];

/** Returns the entries as Vite takes them: file by name. */
export function inputs(): Record<string, string> {
  const fileOf = (name: string) => resolve(SOURCES, name === "desk/main" ? `${name}.tsx` : `${name}.ts`);
  return Object.fromEntries(ENTRIES.map((name) => [name, fileOf(name)]));
}

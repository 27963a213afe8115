// What the roles of an event's staff are called and what they may do with its sales (chalicelib/core/permissions.py).
import { get } from "./client.ts";

export const ROLES = {
  owner: "Owner",
  organizer: "Organiser",
  coorganizer: "Co-organiser",
  track_organizer: "Track organiser",
  moderator: "Moderator",
  registrar: "Registrar",
};
const EDITORS = ["owner", "organizer", "coorganizer"];

/** Who may read orders (and check in), refund them, write to many, say who is paid, invite to the staff, edit the programme, and decide about proposals. */
export const MAY = {
  read: new Set([...EDITORS, "registrar"]),
  refund: new Set(EDITORS),
  announce: new Set(EDITORS),
  payOut: new Set(["owner", "organizer"]),
  manage: new Set(["owner", "organizer"]),
  edit: new Set([...EDITORS, "track_organizer"]),
  review: new Set([...EDITORS, "track_organizer", "moderator"]),
};

/** @returns {Promise<Map<string, string>>} the reader's role by event id. Raises Problem. */
export async function ownRoles() {
  const { items } = await get("/me/roles");
  return new Map(items.map((item) => [item.event_id, item.role]));
}

// What the roles of an event's staff are called and what they may do with its sales (chalicelib/core/permissions.py).
import { at, get, type Schemas } from "./client.ts";

export type Role = Schemas["Role"];

export const ROLES: Record<Role, string> = {
  owner: "Owner",
  organizer: "Organiser",
  coorganizer: "Co-organiser",
  track_organizer: "Track organiser",
  moderator: "Moderator",
  registrar: "Registrar",
};
const EDITORS: Role[] = ["owner", "organizer", "coorganizer"];

/** What each right is: read orders and check in, refund, announce, set who is paid, invite staff, edit, decide about proposals. */
export type Right = "read" | "refund" | "announce" | "payOut" | "manage" | "edit" | "review";

/** The roles that have a right. */
export const MAY: Record<Right, ReadonlySet<Role | undefined>> = {
  read: new Set([...EDITORS, "registrar"]),
  refund: new Set(EDITORS),
  announce: new Set(EDITORS),
  payOut: new Set(["owner", "organizer"]),
  manage: new Set(["owner", "organizer"]),
  edit: new Set([...EDITORS, "track_organizer"]),
  review: new Set([...EDITORS, "track_organizer", "moderator"]),
};

/** Returns the reader's role by event id. Raises Problem. */
export async function ownRoles(): Promise<Map<string, Role>> {
  const { items } = await get(at("/me/roles"));
  return new Map(items.flatMap(({ event_id, role }) => (isRole(role) ? [[event_id, role]] : [])));
}

function isRole(name: string): name is Role {
  return name in ROLES;
}

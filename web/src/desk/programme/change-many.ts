// Changes one field of many sessions, one after the other.
import { t } from "@lingui/core/macro";
import { asProblem, at, get, type Schemas, send, tagOf } from "../../api/client.ts";
import { explain } from "../parts/explain.ts";

type Session = Schemas["Session"];
export type BulkField = "track_id" | "microlocation_id" | "state";

/**
 * Changes a field of each session, and returns a line for each that was not changed. `tell` gets how many are done. A
 * session whose field is not what the list showed any more is left as it is.
 */
export async function changeAll(
  event: string,
  sessions: Session[],
  field: BulkField,
  value: string | null,
  tell: (done: number) => void,
): Promise<string[]> {
  const left: string[] = [];
  for (const [number, session] of sessions.entries()) {
    tell(number);
    try {
      const isChanged = await changeOne(event, session, field, value);
      if (!isChanged) left.push(t`${session.title}: somebody else changed it meanwhile. Look at it again first.`);
    } catch (error) {
      left.push(`${session.title}: ${explain(asProblem(error))}`);
    }
  }
  return left;
}

/** Returns false when somebody else changed the field. Raises Problem. */
async function changeOne(event: string, session: Session, field: BulkField, value: string | null): Promise<boolean> {
  const { id } = session;
  const address = at("/events/{event}/sessions/{id}", { event, id }, { view: "all" });
  const now = await get(address);
  const isAsShown = (now[field] ?? null) === (session[field] ?? null);
  if (!isAsShown) return (now[field] ?? null) === value;
  const body = { [field]: value } as Schemas["SessionFieldsPatch"]; // one of the three fields above
  await send("PATCH", at("/events/{event}/sessions/{id}", { event, id }), body, { match: tagOf(address) });
  return true;
}

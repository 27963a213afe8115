// What was typed into a form and is not saved yet, kept in this tab: each person's own.
import { user } from "../../api/session.ts";
import { isRecord, recall, recallFields, remember } from "../../ui/storage.ts";
import type { Values } from "./merge.ts";

/** What was typed, over which version, and the key of its request: sent again, it is carried out once. */
export interface Draft {
  values: Values;
  base: Values;
  tag: string | undefined;
  key: string;
}

const OWNER = "marquee.desk.owner";

function placeOf(id: string): string {
  return `marquee.desk.form.${id}`;
}

/** Keeps a draft under the id of its form. */
export function keepDraft(id: string, draft: Draft): void {
  const person = user()?.id;
  if (person) dropOthers(person);
  remember("sessionStorage", placeOf(id), draft);
}

/** Forgets the draft of a form. */
export function forgetDraft(id: string): void {
  remember("sessionStorage", placeOf(id), null);
}

/** Returns the draft of a form that has the fields of `initial`; null when there is none, or it is an older form's. */
export function readDraft(id: string, initial: Values): Draft | null {
  const person = user()?.id;
  if (person) dropOthers(person);
  const { values, base, tag, key } = recallFields("sessionStorage", placeOf(id));
  if (!fits(values, initial) || !fits(base, initial) || typeof key !== "string") return null;
  return { values, base, tag: typeof tag === "string" ? tag : undefined, key };
}

function fits(kept: unknown, initial: Values): kept is Values {
  if (!isRecord(kept) || Object.keys(kept).length !== Object.keys(initial).length) return false;
  return Object.entries(initial).every(([field, value]) => typeof kept[field] === typeof value);
}

/** Forgets the drafts of whoever used this tab before. An ended sign-in is not enough: the same person may come back. */
function dropOthers(person: string): void {
  const owner = recall("sessionStorage", OWNER);
  if (owner === person) return;
  if (owner !== null) {
    for (const place of Object.keys(sessionStorage)) {
      if (place.startsWith(placeOf(""))) remember("sessionStorage", place, null);
    }
  }
  remember("sessionStorage", OWNER, person);
}

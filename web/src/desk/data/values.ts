// What the fields of a form hold, as texts, numbers and moments; and what is sent of them.
import { t } from "@lingui/core/macro";
import { htmlOf, textOf } from "../../ui/rich-text.ts";
import { clockTime, momentOf, momentsOf } from "../../ui/zoned.ts";
import type { Errors } from "./form-model.ts";
import type { Values } from "./merge.ts";

/** Returns a field as text. */
export function text(values: Values, field: string): string {
  const value = values[field];
  return typeof value === "string" ? value.trim() : "";
}

/** Returns a field as text; null when it is empty. */
export function textOrNull(values: Values, field: string): string | null {
  return text(values, field) || null;
}

/** Returns a moment as a field shows it: empty when there is none. */
export function shownMoment(at: string | null | undefined, zone: string): string {
  return at ? clockTime(at, zone) : "";
}

/** Returns the moment in a field, or the saved one when the field shows it. */
export function sentMoment(typed: string, saved: string | null | undefined, zone: string): string | null {
  if (!typed) return null;
  return saved && shownMoment(saved, zone) === typed ? saved : momentOf(typed, zone);
}

/** Returns the HTML of a field's text, or the saved HTML when the field shows it. */
export function sentHtml(typed: string, saved: string | undefined): string {
  return saved !== undefined && textOf(saved) === typed ? saved : htmlOf(typed);
}

/** Returns the whole number in a field; null when it is empty. */
export function numberIn(values: Values, field: string): number | null {
  const typed = text(values, field);
  return typed === "" ? null : Number(typed);
}

/** Whether a field holds a whole number in a range. */
export function isWhole(values: Values, field: string, least: number, most: number): boolean {
  const typed = text(values, field);
  return /^\d+$/.test(typed) && Number(typed) >= least && Number(typed) <= most;
}

/** Whether the later of two moments comes first. Clocks of one zone: their texts sort as they do. */
export function endsFirst(values: Values, start: string, end: string): boolean {
  const [from, until] = [text(values, start), text(values, end)];
  return from !== "" && until !== "" && until <= from;
}

/** Returns which fields hold a time that the clocks of a zone skip. Empty fields are not among them. */
export function checkClocks(values: Values, fields: readonly string[], zone: string): Errors {
  const skipped = fields.filter((field) => text(values, field) && !momentsOf(text(values, field), zone).length);
  const note = t`Clocks in ${zone} are put forward over this time. Choose another one.`;
  return Object.fromEntries(skipped.map((field) => [field, note]));
}

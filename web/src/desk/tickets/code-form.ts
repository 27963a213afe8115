// What the forms of discounts and access codes have in common: the code, how often it may be used, and when.
import { t } from "@lingui/core/macro";
import type { Errors } from "../data/form-model.ts";
import type { Values } from "../data/merge.ts";
import { endsFirst, isWhole, numberIn, sentMoment, shownMoment, text } from "../data/values.ts";

/** The fields that both kinds of codes have. */
export interface CodeFields {
  code: string;
  max_uses?: number | null | undefined;
  valid_from?: string | null | undefined;
  valid_until?: string | null | undefined;
}

/** Returns what the form shows of a code; of a new one without. */
export function codeValues(code: CodeFields | null, zone: string): Values {
  return {
    code: code?.code ?? "",
    max_uses: code?.max_uses ? String(code.max_uses) : "",
    valid_from: shownMoment(code?.valid_from, zone),
    valid_until: shownMoment(code?.valid_until, zone),
  };
}

/** Returns what is wrong with a code, by field. */
export function checkCode(values: Values): Errors {
  const errors: Errors = {};
  const code = text(values, "code");
  if (code.length < 3 || code.length > 40) errors.code = t`Type a code of 3 to 40 characters.`;
  if (text(values, "max_uses") && !isWhole(values, "max_uses", 1, 1_000_000)) {
    errors.max_uses = t`Type a number from 1, or nothing.`;
  }
  if (endsFirst(values, "valid_from", "valid_until")) errors.valid_until = t`The end has to be after the start.`;
  return errors;
}

/** Returns the common fields as the API takes them. */
export function codeBody(values: Values, zone: string) {
  return {
    code: text(values, "code"),
    max_uses: numberIn(values, "max_uses"),
    valid_from: sentMoment(text(values, "valid_from"), null, zone),
    valid_until: sentMoment(text(values, "valid_until"), null, zone),
  };
}

/** Returns the labels of the common fields. */
export function codeLabels(): Record<string, string> {
  return {
    code: t`Code`,
    max_uses: t`Most orders that may use it`,
    valid_from: t`Valid from`,
    valid_until: t`Valid until`,
    ticket_type_ids: t`Ticket types`,
  };
}

// What the form of an access code shows, and what it sends.
import { t } from "@lingui/core/macro";
import type { Schemas } from "../../api/client.ts";
import type { Errors } from "../data/form-model.ts";
import type { Values } from "../data/merge.ts";
import { text } from "../data/values.ts";
import { listOf } from "../parts/fields.tsx";
import { checkCode, codeBody, codeLabels, codeValues } from "./code-form.ts";

type Fields = Schemas["AccessCodeFields"];

/** Returns what the form shows of an access code; of a new one without. */
export function accessCodeValues(code: Fields | null, zone: string): Values {
  return {
    ...codeValues(code, zone),
    ticket_type_ids: (code?.ticket_type_ids ?? []).join(","),
    note: code?.note ?? "",
  };
}

/** Returns what is wrong, by field. */
export function checkAccessCode(values: Values): Errors {
  const errors = checkCode(values);
  if (!text(values, "ticket_type_ids")) errors.ticket_type_ids = t`Choose at least one ticket type.`;
  return errors;
}

/** Returns an access code as the API takes it. */
export function accessCodeBody(values: Values, zone: string): Fields {
  return {
    ...codeBody(values, zone),
    ticket_type_ids: listOf(text(values, "ticket_type_ids")),
    note: text(values, "note"),
  };
}

/** Returns the labels of the fields. */
export function accessCodeLabels(): Record<string, string> {
  return { ...codeLabels(), note: t`Note` };
}

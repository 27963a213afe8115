// What the form of a quota shows, and what it sends.
import { t } from "@lingui/core/macro";
import type { Schemas } from "../../api/client.ts";
import type { Errors } from "../data/form-model.ts";
import type { Values } from "../data/merge.ts";
import { isWhole, text } from "../data/values.ts";
import { listOf } from "../parts/fields.tsx";

type Fields = Schemas["QuotaFields"];

/** Returns what the form shows of a quota; of a new one without. */
export function quotaValues(quota: Fields | null): Values {
  return {
    name: quota?.name ?? "",
    quantity: quota ? String(quota.quantity) : "",
    ticket_type_ids: (quota?.ticket_type_ids ?? []).join(","),
  };
}

/** Returns what is wrong, by field. */
export function checkQuota(values: Values): Errors {
  const errors: Errors = {};
  if (!text(values, "name")) errors.name = t`Give the quota a name.`;
  if (!isWhole(values, "quantity", 0, 1_000_000)) errors.quantity = t`Type how many tickets there are.`;
  const chosen = listOf(text(values, "ticket_type_ids")).length;
  if (!chosen) errors.ticket_type_ids = t`Choose at least one ticket type.`;
  else if (chosen > 20) errors.ticket_type_ids = t`Choose at most 20 ticket types.`;
  return errors;
}

/** Returns a quota as the API takes it. */
export function quotaBody(values: Values): Fields {
  return {
    name: text(values, "name"),
    quantity: Number(text(values, "quantity")),
    ticket_type_ids: listOf(text(values, "ticket_type_ids")),
  };
}

/** Returns the labels of the fields. */
export function quotaLabels(): Record<string, string> {
  return { name: t`Name`, quantity: t`Quantity`, ticket_type_ids: t`Ticket types` };
}

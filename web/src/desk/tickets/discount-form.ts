// What the form of a discount shows, and what it sends.
import { t } from "@lingui/core/macro";
import type { Schemas } from "../../api/client.ts";
import { parseAmount, typedAmount } from "../../ui/amount.ts";
import type { Errors } from "../data/form-model.ts";
import type { Values } from "../data/merge.ts";
import { isWhole, numberIn, text } from "../data/values.ts";
import { listOf } from "../parts/fields.tsx";
import { checkCode, codeBody, codeLabels, codeValues } from "./code-form.ts";

type Fields = Schemas["DiscountFields"];

/** Returns what the form shows of a discount; of a new one without. */
export function discountValues(discount: Fields | null, zone: string): Values {
  const { amount } = discount ?? {};
  return {
    ...codeValues(discount, zone),
    kind: discount?.kind ?? "percent",
    percent: discount?.percent ? String(discount.percent) : "",
    amount: amount ? typedAmount(amount.amount, amount.currency) : "",
    ticket_type_ids: (discount?.ticket_type_ids ?? []).join(","),
    active: discount?.active ?? true,
  };
}

/** Returns what is wrong, by field. */
export function checkDiscount(values: Values, currency: string): Errors {
  const errors = checkCode(values);
  if (values.kind === "percent") {
    if (!isWhole(values, "percent", 1, 100)) errors.percent = t`Type a whole number from 1 to 100.`;
  } else if (!parseAmount(text(values, "amount"), currency)) {
    errors.amount = t`Type an amount like ${typedAmount(500, currency)}.`;
  }
  return errors;
}

/** Returns a discount as the API takes it: the number of its own kind alone. No ticket types chosen: all. */
export function discountBody(values: Values, currency: string, zone: string): Fields {
  const isPercent = values.kind === "percent";
  const chosen = listOf(text(values, "ticket_type_ids"));
  return {
    ...codeBody(values, zone),
    kind: isPercent ? "percent" : "amount",
    percent: isPercent ? numberIn(values, "percent") : null,
    amount: isPercent ? null : { amount: parseAmount(text(values, "amount"), currency) ?? 0, currency },
    ticket_type_ids: chosen.length ? chosen : null,
    active: values.active === true,
  };
}

/** Returns a change of a discount as the API takes it: with another kind, the number of the old one goes. */
export function discountPatch(body: Fields): Fields {
  if (!body.kind) return body; // left out: it stays
  return body.kind === "percent" ? { ...body, amount: null } : { ...body, percent: null };
}

/** Returns the labels of the fields. */
export function discountLabels(): Record<string, string> {
  return {
    ...codeLabels(),
    kind: t`What comes off`,
    percent: t`Percent`,
    amount: t`Amount`,
    active: t`Buyers can use it`,
  };
}

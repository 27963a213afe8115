// What the form of a ticket type shows, and what it sends.
import { t } from "@lingui/core/macro";
import type { Schemas } from "../../api/client.ts";
import { parseAmount, typedAmount } from "../../ui/amount.ts";
import { textOf } from "../../ui/rich-text.ts";
import type { Errors } from "../data/form-model.ts";
import type { Values } from "../data/merge.ts";
import { endsFirst, isWhole, numberIn, sentHtml, sentMoment, shownMoment, text } from "../data/values.ts";

type TicketType = Schemas["TicketTypeRead"];
type Fields = Schemas["TicketTypeFields"];

/** Returns what the form shows of a type; of a new one without. Times are those of `zone`. */
export function valuesOf(type: TicketType | null, currency: string, zone: string): Values {
  return {
    name: type?.name ?? "",
    price: type ? typedAmount(type.price.amount, type.price.currency) : typedAmount(0, currency),
    quantity: type ? String(type.quantity) : "",
    description: textOf(type?.description ?? ""),
    sales_start: shownMoment(type?.sales_start, zone),
    sales_end: shownMoment(type?.sales_end, zone),
    min_per_order: String(type?.min_per_order ?? 1),
    max_per_order: String(type?.max_per_order ?? 10),
    max_per_buyer: type?.max_per_buyer ? String(type.max_per_buyer) : "",
    hidden: type?.hidden ?? false,
    access_code_required: type?.access_code_required ?? false,
  };
}

/** Returns what is wrong, by field. */
export function checkTicket(values: Values, currency: string): Errors {
  const errors: Errors = {};
  if (!text(values, "name")) errors.name = t`Give the ticket a name.`;
  if (parseAmount(text(values, "price"), currency) === null) {
    errors.price = t`Type a price like ${typedAmount(4900, currency)}, or 0 for a free ticket.`;
  }
  if (!isWhole(values, "quantity", 0, 1_000_000)) errors.quantity = t`Type how many tickets there are.`;
  if (endsFirst(values, "sales_start", "sales_end")) errors.sales_end = t`The end has to be after the start.`;
  return { ...errors, ...checkLimits(values) };
}

function checkLimits(values: Values): Errors {
  const errors: Errors = {};
  const least = Number(text(values, "min_per_order"));
  if (!isWhole(values, "min_per_order", 1, 100)) errors.min_per_order = t`Type a number from 1 to 100.`;
  if (!isWhole(values, "max_per_order", 1, 100)) errors.max_per_order = t`Type a number from 1 to 100.`;
  else if (!errors.min_per_order && !isWhole(values, "max_per_order", least, 100)) {
    errors.max_per_order = t`Type ${least} or more: an order has at least that many.`;
  }
  if (!text(values, "max_per_buyer")) return errors;
  if (!isWhole(values, "max_per_buyer", 1, 10_000)) errors.max_per_buyer = t`Type a number from 1 to 10,000.`;
  else if (!errors.min_per_order && !isWhole(values, "max_per_buyer", least, 10_000)) {
    errors.max_per_buyer = t`Type ${least} or more: an order has at least that many.`;
  }
  return errors;
}

/** Returns a type as the API takes it. What the form shows unchanged of `saved` is sent as it was. */
export function bodyOf(values: Values, currency: string, zone: string, saved: TicketType | null): Fields {
  return {
    name: text(values, "name"),
    price: { amount: parseAmount(text(values, "price"), currency) ?? 0, currency },
    quantity: Number(text(values, "quantity")),
    description: sentHtml(text(values, "description"), saved?.description),
    sales_start: sentMoment(text(values, "sales_start"), saved?.sales_start, zone),
    sales_end: sentMoment(text(values, "sales_end"), saved?.sales_end, zone),
    min_per_order: Number(text(values, "min_per_order")),
    max_per_order: Number(text(values, "max_per_order")),
    max_per_buyer: numberIn(values, "max_per_buyer"),
    hidden: values.hidden === true,
    access_code_required: values.access_code_required === true,
  };
}

/** Returns the labels of the fields. */
export function ticketLabels(currency: string): Record<string, string> {
  return {
    name: t`Name`,
    price: t`Price`,
    quantity: t`Quantity`,
    description: t`Description`,
    sales_start: t`On sale from`,
    sales_end: t`On sale until`,
    min_per_order: t`Least in an order`,
    max_per_order: t`Most in an order`,
    max_per_buyer: t`Most for one buyer`,
    hidden: t`Hidden: only an access code shows it`,
    access_code_required: t`Only with an access code`,
    currency,
  };
}

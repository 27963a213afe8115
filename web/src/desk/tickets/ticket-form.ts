// What the form of a ticket type shows, and what it sends.
import { t } from "@lingui/core/macro";
import type { Schemas } from "../../api/client.ts";
import { parseAmount, typedAmount } from "../../ui/amount.ts";
import { htmlOf, textOf } from "../../ui/rich-text.ts";
import { clockTime, momentOf } from "../../ui/zoned.ts";
import type { Errors } from "../data/form-model.ts";
import type { Values } from "../data/merge.ts";
import { text } from "../events/event-form.ts";

type TicketType = Schemas["TicketTypeRead"];
type Fields = Schemas["TicketTypeFields"];

/** Returns what the form shows of a type; of a new one without. Times are those of `zone`. */
export function valuesOf(type: TicketType | null, currency: string, zone: string): Values {
  const moment = (at: string | null | undefined) => (at ? clockTime(at, zone) : "");
  return {
    name: type?.name ?? "",
    price: type ? typedAmount(type.price.amount, type.price.currency) : typedAmount(0, currency),
    quantity: type ? String(type.quantity) : "",
    description: textOf(type?.description ?? ""),
    sales_start: moment(type?.sales_start),
    sales_end: moment(type?.sales_end),
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
  const whole = (field: string, least: number) => {
    const number = Number(text(values, field));
    return Number.isInteger(number) && number >= least && text(values, field) !== "";
  };
  if (!whole("quantity", 0)) errors.quantity = t`Type how many tickets there are.`;
  if (!whole("min_per_order", 1)) errors.min_per_order = t`Type a number from 1.`;
  if (!whole("max_per_order", 1)) errors.max_per_order = t`Type a number from 1.`;
  if (text(values, "max_per_buyer") && !whole("max_per_buyer", 1)) errors.max_per_buyer = t`Type a number from 1.`;
  return errors;
}

/** Returns a type as the API takes it. */
export function bodyOf(values: Values, currency: string, zone: string): Fields {
  const moment = (field: string) => (text(values, field) ? momentOf(text(values, field), zone) : null);
  const perBuyer = text(values, "max_per_buyer");
  return {
    name: text(values, "name"),
    price: { amount: parseAmount(text(values, "price"), currency) ?? 0, currency },
    quantity: Number(text(values, "quantity")),
    description: htmlOf(text(values, "description")),
    sales_start: moment("sales_start"),
    sales_end: moment("sales_end"),
    min_per_order: Number(text(values, "min_per_order")),
    max_per_order: Number(text(values, "max_per_order")),
    max_per_buyer: perBuyer ? Number(perBuyer) : null,
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
    hidden: t`Hidden: nobody can buy it`,
    access_code_required: t`Only with an access code`,
    currency,
  };
}

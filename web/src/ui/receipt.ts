// What was bought, line by line, with total and what went back. Used by the pay page, the order page and staff.
import type { Schemas } from "../api/addresses.ts";
import { type Child, el } from "./elements.ts";
import { exact, money } from "./format.ts";

/** What a receipt shows of an order. */
export type Billed = Pick<Schemas["OrderRead"], "buyer" | "lines" | "paid_at" | "refunded" | "total">;
/** What a receipt shows of an event. */
export type BilledEvent = Pick<Schemas["Event"], "id" | "name" | "timezone"> &
  Partial<Pick<Schemas["Event"], "slug" | "starts_at" | "venue">>;

/** Returns a receipt of an order of this event. */
export function receipt(order: Billed, event: BilledEvent): HTMLElement {
  const where = [event.venue?.name, event.venue?.city].filter(Boolean).join(", ");
  return el(
    "section",
    { class: "receipt", "aria-label": "Your order" },
    el(
      "header",
      {},
      el("h2", {}, el("a", { href: `/e/${event.slug ?? event.id}` }, event.name)),
      event.starts_at &&
        el("p", { class: "muted" }, el("time", { datetime: event.starts_at }, exact(event.starts_at, event.timezone))),
      where && el("p", { class: "muted" }, where),
    ),
    bill(order),
    el(
      "footer",
      { class: "muted" },
      `For ${order.buyer.name}, ${order.buyer.email}`,
      order.paid_at && el("br"),
      order.paid_at && el("span", {}, order.total.amount ? "Paid " : "Taken ", when(order.paid_at, event.timezone)),
    ),
  );
}

/** Returns the table of lines and sums. */
export function bill(order: Pick<Billed, "lines" | "refunded" | "total">): HTMLElement {
  const { currency } = order.total;
  const sums = [row(["Total ", el("span", { class: "muted" }, `in ${currency}`)], money(order.total), "sum")];
  if (order.refunded) {
    sums.push(row("Refunded", money({ amount: -order.refunded.amount, currency })));
    sums.push(row("After refunds", money({ amount: order.total.amount - order.refunded.amount, currency }), "sum"));
  }
  return el(
    "table",
    {},
    el("tbody", {}, ...order.lines.flatMap(lineRows)),
    el(
      "tfoot",
      {},
      row(el("span", { class: "muted" }, "Fees and taxes added"), money({ amount: 0, currency })),
      ...sums,
    ),
  );
}

/** Returns a moment as it is written in a zone. */
export function when(moment: string, zone?: string): HTMLElement {
  return el("time", { datetime: moment }, exact(moment, zone));
}

function lineRows(line: Schemas["Line"]): HTMLElement[] {
  const { currency } = line.price;
  const full = money({ amount: line.price.amount * line.quantity, currency });
  const rows = [
    row([el("strong", {}, line.name), el("span", { class: "muted" }, `${line.quantity} × ${money(line.price)}`)], full),
  ];
  if (line.discount?.amount)
    rows.push(row(`Discount on ${line.name}`, money({ amount: -line.discount.amount, currency })));
  return rows;
}

function row(head: Child | Child[], value: Child, kind?: string): HTMLElement {
  return el(
    "tr",
    { class: kind },
    el("th", { scope: "row" }, ...(Array.isArray(head) ? head : [head])),
    el("td", {}, value),
  );
}

// What an event has sold so far: sums by currency, each ticket type with what is left of it, and each day.
import { asProblem, at, get, type Schemas } from "../../api/client.ts";
import { type Child, el } from "../../ui/elements.ts";
import { money } from "../../ui/format.ts";
import { table } from "../../ui/panels.ts";

/** A part of the sales page: `refresh` reads again what it shows. */
export interface Section {
  element: HTMLElement;
  refresh: () => Promise<void>;
}

/** Returns what the event has sold so far. */
export function salesTotals(event: Schemas["Event"]): Section {
  const body = el("div");
  const summary = el("summary", {}, "By day");
  const days = el("details", { class: "days-sold", hidden: true }, summary);
  const element = el(
    "section",
    { "aria-labelledby": "totals" },
    el("h2", { id: "totals", class: "hidden" }, "Totals"),
    body,
    days,
  );
  let shown = "";

  async function refresh(): Promise<void> {
    try {
      const sales = await get(at("/events/{event}/sales", { event: event.id }));
      const stamp = JSON.stringify(sales);
      if (stamp === shown) return;
      shown = stamp;
      const several = sales.currencies.length > 1;
      const tiles = sales.currencies.map((one) => sums(one, several));
      const none = el("p", { class: "empty" }, "Nothing is sold yet.");
      body.replaceChildren(...(tiles.length ? tiles : [none]), ...(sales.types.length ? [byType(sales.types)] : []));
      days.hidden = sales.days.length === 0;
      days.replaceChildren(summary, byDay(sales.days));
    } catch (error) {
      if (!shown)
        body.replaceChildren(
          el(
            "div",
            { class: "notice bad", role: "alert" },
            `The totals could not be loaded. ${asProblem(error).message}`,
          ),
        );
    }
  }

  return { element, refresh };
}

function sums(one: Schemas["CurrencyTotals"], several: boolean): HTMLElement {
  const of = (amount: number) => money({ amount, currency: one.currency });
  return el(
    "dl",
    { class: "tiles", "aria-label": several ? `Totals in ${one.currency}` : null },
    tile("Tickets sold", String(one.sold)),
    tile("Orders", String(one.orders)),
    tile("Taken", of(one.gross)),
    tile("Refunded", of(one.refunded)),
    one.charged_back > 0 && tile("Charged back", of(one.charged_back)),
    tile("Stripe’s fees", of(one.fees)),
    tile("Net", of(one.net)),
  );
}

function tile(name: string, value: string): HTMLElement {
  return el("div", {}, el("dt", {}, name), el("dd", {}, value));
}

function byType(types: Schemas["TypeTotals"][]): HTMLElement {
  const heads = ["Type", "Sold", "Held", "Left", "Not valid any more", "Taken", "Refunded"];
  const rows = types.map((type) => {
    const of = (amount: number) => money({ amount, currency: type.currency });
    const values = [
      `${type.sold} of ${type.capacity}`,
      type.held,
      type.left,
      type.voided,
      of(type.gross),
      of(type.refunded),
    ];
    return row(type.name ?? "A type that was removed", values);
  });
  return table("Sales by ticket type", heads, rows);
}

function byDay(days: Schemas["DayTotals"][]): HTMLElement {
  const rows = days.map((day) => {
    const of = (amount: number) => money({ amount, currency: day.currency });
    const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" }).format(
      new Date(`${day.date}T00:00:00Z`),
    );
    return row(el("time", { datetime: day.date }, date), [day.orders, day.sold, of(day.gross), of(day.refunded)]);
  });
  return table("Sales by day", ["Day (UTC)", "Orders", "Tickets", "Taken", "Refunded"], rows);
}

function row(head: Child, values: (string | number)[]): HTMLElement {
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, head),
    ...values.map((value) => el("td", { class: "number" }, String(value))),
  );
}

// What an event has sold so far: sums by currency, each ticket type with what is left of it, and each day.
import { get } from "../../api/client.ts";
import { el } from "../../ui/elements.ts";
import { money } from "../../ui/format.ts";
import { table } from "../../ui/panels.ts";

/** @returns {{element: HTMLElement, refresh: () => Promise<void>}} */
export function salesTotals(event) {
  const body = el("div");
  const days = el("details", { class: "days-sold", hidden: true }, el("summary", {}, "By day"));
  const element = el(
    "section",
    { "aria-labelledby": "totals" },
    el("h2", { id: "totals", class: "hidden" }, "Totals"),
    body,
    days,
  );
  let shown = "";

  async function refresh() {
    try {
      const sales = await get(`/events/${event.id}/sales`);
      const stamp = JSON.stringify(sales);
      if (stamp === shown) return;
      shown = stamp;
      const several = sales.currencies.length > 1;
      const tiles = sales.currencies.map((one) => sums(one, several));
      const none = el("p", { class: "empty" }, "Nothing is sold yet.");
      body.replaceChildren(...(tiles.length ? tiles : [none]), ...(sales.types.length ? [byType(sales.types)] : []));
      days.hidden = sales.days.length === 0;
      days.replaceChildren(days.firstChild, byDay(sales.days));
    } catch (error) {
      if (!shown)
        body.replaceChildren(
          el("div", { class: "notice bad", role: "alert" }, `The totals could not be loaded. ${error.message}`),
        );
    }
  }

  return { element, refresh };
}

function sums(one, several) {
  const of = (amount) => money({ amount, currency: one.currency });
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

function tile(name, value) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, value));
}

function byType(types) {
  const heads = ["Type", "Sold", "Held", "Left", "Not valid any more", "Taken", "Refunded"];
  const rows = types.map((type) => {
    const of = (amount) => money({ amount, currency: type.currency });
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

function byDay(days) {
  const rows = days.map((day) => {
    const of = (amount) => money({ amount, currency: day.currency });
    const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" }).format(
      new Date(`${day.date}T00:00:00Z`),
    );
    return row(el("time", { datetime: day.date }, date), [day.orders, day.sold, of(day.gross), of(day.refunded)]);
  });
  return table("Sales by day", ["Day (UTC)", "Orders", "Tickets", "Taken", "Refunded"], rows);
}

function row(head, values) {
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, head),
    ...values.map((value) => el("td", { class: "number" }, String(value))),
  );
}

// What an event has sold so far: sums by currency, and each ticket type with what is left of it.
import { get } from "./api.js";
import { el, money } from "./format.js";
import { table } from "./panels.js";

/** @returns {{element: HTMLElement, refresh: () => Promise<void>}} */
export function salesTotals(event) {
  const body = el("div");
  const element = el("section", { "aria-labelledby": "totals" }, el("h2", { id: "totals", class: "hidden" }, "Totals"), body);
  let shown = "";

  async function refresh() {
    try {
      const sales = await get(`/events/${event.id}/sales`);
      const stamp = JSON.stringify(sales);
      if (stamp === shown) return;
      shown = stamp;
      body.replaceChildren(...sales.currencies.map(sums), ...(sales.types.length ? [byType(sales.types)] : []));
    } catch (error) {
      if (!shown) body.replaceChildren(el("div", { class: "notice bad", role: "alert" }, `The totals could not be loaded. ${error.message}`));
    }
  }

  return { element, refresh };
}

function sums({ currency, sold, gross, refunded, fees, net }) {
  const of = (amount) => money({ amount, currency });
  return el(
    "dl",
    { class: "tiles" },
    tile("Tickets sold", String(sold)),
    tile("Taken", of(gross)),
    tile("Refunded", of(refunded)),
    tile("Stripe’s fees", of(fees)),
    tile("Net", of(net)),
  );
}

function tile(name, value) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, value));
}

function byType(types) {
  const rows = types.map((type) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, type.name),
      ...[`${type.sold} of ${type.capacity}`, type.held, type.left, money({ amount: type.gross, currency: type.currency })].map((value) =>
        el("td", { class: "number" }, String(value)),
      ),
    ),
  );
  return table("Sales by ticket type", ["Type", "Sold", "Held", "Left", "Taken"], rows);
}

// Draws a ticket type that an access code opened, as the page's own template (tickets.html.j2) draws the others. Used by
// discount-codes.ts.
import type { Schemas } from "../api/client.ts";
import { el } from "../ui/elements.ts";
import { money } from "../ui/format.ts";

type TicketType = Schemas["TicketTypeRead"];

/** Returns the row of a ticket type; the ticket form enables what can be used. */
export function typeRow(type: TicketType): HTMLElement {
  const data = { "data-type": type.id, "data-amount": type.price.amount, "data-currency": type.price.currency };
  const limits = {
    "data-min": type.min_per_order,
    "data-max": type.max_per_order,
    "data-opens": type.sales_start,
    "data-closes": type.sales_end,
  };
  const price = type.price.amount ? money(type.price) : "Free";
  const text = el(
    "div",
    { class: "type-text" },
    el("h3", { id: `type-${type.id}` }, type.name),
    el("p", { class: "price" }, price),
  );
  const state = el("p", { class: "state", "data-state": true });
  return el("li", { class: "type", ...data, ...limits }, text, el("div", { class: "buy" }, stepper(type), state));
}

function stepper(type: TicketType): HTMLElement {
  const quantity = el("input", {
    name: `quantity-${type.id}`,
    inputmode: "numeric",
    pattern: "[0-9]*",
    maxlength: 3,
    value: "0",
    autocomplete: "off",
    "aria-label": `Quantity: ${type.name}`,
    disabled: true,
  });
  return el(
    "div",
    { class: "stepper", role: "group", "aria-labelledby": `type-${type.id}` },
    stepButton("-1", `One fewer: ${type.name}`, "M6 12h12"),
    quantity,
    stepButton("1", `One more: ${type.name}`, "M6 12h12M12 6v12"),
  );
}

function stepButton(by: string, label: string, path: string): HTMLButtonElement {
  return el("button", { type: "button", "data-step": by, "aria-label": label, disabled: true }, drawn(path));
}

function drawn(path: string): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const line = document.createElementNS(space, "path");
  setAll(svg, { viewBox: "0 0 24 24", width: "20", height: "20", "aria-hidden": "true" });
  setAll(line, { d: path, stroke: "currentColor", "stroke-width": "2", "stroke-linecap": "round" });
  svg.append(line);
  return svg;
}

function setAll(element: SVGElement, attributes: Record<string, string>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

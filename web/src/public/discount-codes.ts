// Codes of the ticket form: a discount goes with the order; an access code opens tickets that are not for everybody.
import { asProblem, at, type Schemas, send } from "../api/client.ts";
import { el, find, inputOf } from "../ui/elements.ts";
import { money } from "../ui/format.ts";

/** What the ticket form does for the codes: knows its types, adds some, says what is wrong at a field. */
interface TicketForm {
  isKnown: (id: string) => boolean;
  add: (rows: HTMLElement[], available: number[]) => void;
  complain: (input: HTMLInputElement, text: string) => void;
}

/** The part of the ticket form about codes. */
interface Codes {
  show: () => void;
  /** Returns what goes with the order. */
  typed: () => { discount_code?: string; access_code?: string };
  /** Opens again what had been opened before a reload. */
  restore: () => Promise<void>;
}

/** Lets the codes of a form of an event's tickets be used. */
export function opening(form: HTMLFormElement, event: string, { isKnown, add, complain }: TicketForm): Codes {
  const box = find(form, "[data-codes]", HTMLDetailsElement);
  const [discount, access] = [inputOf(form, "discount_code"), inputOf(form, "access_code")];
  const button = find(box, "[data-open]", HTMLButtonElement);
  const told = find(box, "[data-opened]", HTMLElement);

  /** Shows what the code opens; a code that opens nothing says so at its field. */
  async function open(): Promise<void> {
    complain(access, "");
    told.textContent = "";
    const code = access.value.trim();
    if (!code) {
      complain(access, "Type the code that you were given.");
      access.focus();
      return;
    }
    try {
      const { ticket_types: found } = await send("POST", at("/events/{event}/access-codes/check", { event }), { code });
      const fresh = found.filter((type) => !isKnown(type.id));
      const rows = fresh.map(row);
      find(form, ".types", HTMLElement).append(...rows);
      add(
        rows,
        fresh.map((type) => type.available),
      );
      told.textContent = `Open for you: ${found.map((type) => type.name).join(", ")}.`;
    } catch (error) {
      const refusal = asProblem(error);
      const [first] = refusal.errors;
      complain(access, first ? `This ${first.detail}.` : refusal.message);
      access.focus();
    }
  }

  button.addEventListener("click", open);
  access.addEventListener("keydown", (happening) => {
    if (happening.key !== "Enter") return;
    happening.preventDefault();
    open();
  });

  return {
    show() {
      box.open = true;
    },
    typed() {
      const given = { discount_code: discount.value.trim(), access_code: access.value.trim() };
      return Object.fromEntries(Object.entries(given).filter(([, code]) => code));
    },
    async restore() {
      box.open ||= Boolean(discount.value || access.value);
      if (access.value.trim()) await open();
    },
  };
}

/** Returns a ticket type as the page's own template draws it. */
function row(type: Schemas["TicketTypeRead"]): HTMLElement {
  const data = { "data-type": type.id, "data-amount": type.price.amount, "data-currency": type.price.currency };
  const limits = {
    "data-min": type.min_per_order,
    "data-max": type.max_per_order,
    "data-opens": type.sales_start,
    "data-closes": type.sales_end,
  };
  const step = (by: string, label: string, path: string) => {
    const button = el("button", {
      type: "button",
      "data-step": by,
      "aria-label": `${label}: ${type.name}`,
      disabled: true,
    });
    button.append(drawn(path));
    return button;
  };
  const input = {
    name: `quantity-${type.id}`,
    inputmode: "numeric",
    pattern: "[0-9]*",
    maxlength: 3,
    value: "0",
    autocomplete: "off",
  };
  return el(
    "li",
    { class: "type", ...data, ...limits },
    el(
      "div",
      { class: "type-text" },
      el("h3", { id: `type-${type.id}` }, type.name),
      el("p", { class: "price" }, type.price.amount ? money(type.price) : "Free"),
    ),
    el(
      "div",
      { class: "buy" },
      el(
        "div",
        { class: "stepper", role: "group", "aria-labelledby": `type-${type.id}` },
        step("-1", "One fewer", "M6 12h12"),
        el("input", { ...input, "aria-label": `Quantity: ${type.name}`, disabled: true }),
        step("1", "One more", "M6 12h12M12 6v12"),
      ),
      el("p", { class: "state", "data-state": true }),
    ),
  );
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

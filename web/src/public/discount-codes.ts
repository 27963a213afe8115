// Codes of the ticket form: a discount goes with the order; an access code opens tickets that are not for everybody.
import { Problem, send } from "../api/client.ts";
import { el } from "../ui/elements.ts";
import { money } from "../ui/format.ts";

/**
 * @param {HTMLFormElement} form
 * @param {string} event
 * @param {{isKnown: (id: string) => boolean, add: (rows: HTMLElement[], available: number[]) => void, complain: (input: HTMLInputElement, text: string) => void}} page
 */
export function opening(form, event, { isKnown, add, complain }) {
  const box = form.querySelector("[data-codes]");
  const { discount_code: discount, access_code: access } = form.elements;
  const button = box.querySelector("[data-open]");
  const told = box.querySelector("[data-opened]");

  /** Show what the code opens; a code that opens nothing says so at its field. */
  async function open() {
    complain(access, "");
    told.textContent = "";
    const code = access.value.trim();
    if (!code) {
      complain(access, "Type the code that you were given.");
      access.focus();
      return;
    }
    try {
      const { ticket_types: found } = await send("POST", `/events/${event}/access-codes/check`, { code });
      const fresh = found.filter((type) => !isKnown(type.id));
      const rows = fresh.map(row);
      form.querySelector(".types").append(...rows);
      add(
        rows,
        fresh.map((type) => type.available),
      );
      told.textContent = `Open for you: ${found.map((type) => type.name).join(", ")}.`;
    } catch (error) {
      const [first] = error instanceof Problem ? error.errors : [];
      complain(access, first ? `This ${first.detail}.` : error.message);
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
    show: () => (box.open = true),
    /** What goes with the order. */
    typed() {
      const given = { discount_code: discount.value.trim(), access_code: access.value.trim() };
      return Object.fromEntries(Object.entries(given).filter(([, code]) => code));
    },
    /** After a reload, what had been opened is open again. */
    async restore() {
      box.open ||= Boolean(discount.value || access.value);
      if (access.value.trim()) await open();
    },
  };
}

/** A ticket type as the page's own template has it. */
function row(type) {
  const data = { "data-type": type.id, "data-amount": type.price.amount, "data-currency": type.price.currency };
  const limits = {
    "data-min": type.min_per_order,
    "data-max": type.max_per_order,
    "data-opens": type.sales_start,
    "data-closes": type.sales_end,
  };
  const step = (by, label, path) => {
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

function drawn(path) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  for (const [name, value] of [
    ["viewBox", "0 0 24 24"],
    ["width", "20"],
    ["height", "20"],
    ["aria-hidden", "true"],
  ])
    svg.setAttribute(name, value);
  const line = document.createElementNS(space, "path");
  for (const [name, value] of [
    ["d", path],
    ["stroke", "currentColor"],
    ["stroke-width", "2"],
    ["stroke-linecap", "round"],
  ])
    line.setAttribute(name, value);
  svg.append(line);
  return svg;
}

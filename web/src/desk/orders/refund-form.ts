// Asks for a refund: all that is left or a part, asked back once, and sent once however often the button is pressed.
import { asProblem, at, type Schemas, send } from "../../api/client.ts";
import { isUnsettled, sendOnce } from "../../api/send-once.ts";
import { decimals, step } from "../../ui/currencies.ts";
import { el } from "../../ui/elements.ts";
import { type Amount, money } from "../../ui/format.ts";

/** The form: `show` takes the order and what may still be refunded. */
export interface RefundForm {
  element: HTMLElement;
  hide: () => void;
  show: (order: Schemas["OrderRead"], left: Amount) => void;
}

/** Returns the form for an order (its id). `onAsked` runs after a refund was asked for. */
export function refundForm(id: string, onAsked: () => Promise<void>): RefundForm {
  const all = el("input", { type: "radio", name: "how", value: "all", id: "refund-all", checked: true });
  const part = el("input", { type: "radio", name: "how", value: "part", id: "refund-part" });
  const allLabel = el("label", { for: "refund-all" }, "");
  const amount = el("input", {
    id: "refund-amount",
    name: "amount",
    inputmode: "decimal",
    autocomplete: "off",
    maxlength: 14,
    "aria-describedby": "refund-amount-error",
  });
  const amountLabel = el("label", { for: "refund-amount" }, "Amount");
  const amountError = el("p", { class: "error", id: "refund-amount-error" });
  const amountField = el("div", { class: "field", hidden: true }, amountLabel, amount, amountError);
  const reason = el("input", { id: "refund-reason", name: "reason", maxlength: 200, autocomplete: "off" });
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const ask = el("button", { class: "button" }, "Refund…");
  const sure = el("p", { tabindex: "-1" });
  const yes = el("button", { class: "button", type: "button" }, "");
  const no = el("button", { class: "button quiet", type: "button" }, "No, leave it");
  const question = el(
    "div",
    { class: "notice warn question", role: "group", "aria-label": "Please confirm", hidden: true },
    sure,
    el("div", { class: "ways" }, yes, no),
  );
  const form = el(
    "form",
    { class: "refund", novalidate: true },
    el(
      "fieldset",
      {},
      el("legend", {}, "How much"),
      el("p", {}, all, allLabel),
      el("p", {}, part, el("label", { for: "refund-part" }, "A part")),
    ),
    amountField,
    el(
      "div",
      { class: "field" },
      el("label", { for: "refund-reason" }, "Reason ", el("span", { class: "muted" }, "for your books, optional")),
      reason,
    ),
    problem,
    ask,
    question,
  );
  const spoken = el("p", { role: "status", class: "muted" });
  const element = el(
    "section",
    { "aria-labelledby": "refund-title", hidden: true },
    el("h3", { id: "refund-title" }, "Refund"),
    form,
    spoken,
  );
  const now = { left: { amount: 0, currency: "EUR" }, buyer: "", key: "", busy: false };

  /** Returns the minor units that are asked for; 0 after having said what is wrong. */
  function wanted(): number {
    amountError.textContent = "";
    amount.removeAttribute("aria-invalid");
    if (all.checked) return now.left.amount;
    const units = minorUnits(amount.value, now.left.currency);
    const wrong = whatIsWrong(units, now.left);
    if (!wrong) return units ?? 0;
    amountError.textContent = wrong;
    amount.setAttribute("aria-invalid", "true");
    amount.focus();
    return 0;
  }

  function settle(open: boolean): void {
    question.hidden = !open;
    ask.hidden = open;
    for (const input of [all, part, amount, reason]) input.disabled = open;
  }

  function confirm(units: number): void {
    const worth = money({ amount: units, currency: now.left.currency });
    sure.textContent = `${worth} goes back to ${now.buyer}. This cannot be undone.`;
    yes.textContent = `Refund ${worth}`;
    now.key = crypto.randomUUID();
    settle(true);
    yes.focus();
  }

  async function carryOut(): Promise<void> {
    if (now.busy) return;
    now.busy = true;
    yes.setAttribute("aria-disabled", "true");
    problem.hidden = true;
    const units = part.checked ? minorUnits(amount.value, now.left.currency) : null;
    const body = { reason: reason.value.trim() || null, ...(units === null ? {} : { amount: units }) };
    try {
      const address = at("/orders/{id}/refunds", { id });
      const wish = await sendOnce(() => send("POST", address, body, { key: now.key }));
      spoken.textContent = `A refund of ${money(wish)} is asked for.`;
      form.reset();
      settle(false);
      amountField.hidden = true;
      await onAsked();
      spoken.setAttribute("tabindex", "-1");
      spoken.focus();
    } catch (error) {
      problem.textContent = explain(error);
      problem.hidden = false;
      // Where the refund may have been made, the question stays open: pressed again, it is sent under the same key.
      if (!isUnsettled(asProblem(error))) {
        settle(false);
        ask.focus();
      }
    }
    yes.removeAttribute("aria-disabled");
    now.busy = false;
  }

  for (const choice of [all, part]) {
    choice.addEventListener("change", () => {
      amountField.hidden = all.checked;
    });
  }
  form.addEventListener("submit", (happening) => {
    happening.preventDefault();
    problem.hidden = true;
    const units = question.hidden ? wanted() : 0;
    if (units) confirm(units);
  });
  yes.addEventListener("click", carryOut);
  no.addEventListener("click", () => {
    settle(false);
    ask.focus();
  });

  return {
    element,
    hide() {
      element.hidden = true;
    },
    show(order, left) {
      Object.assign(now, { left, buyer: order.buyer.name });
      allLabel.textContent = `All that is left: ${money(left)}`;
      amountLabel.textContent = `Amount in ${left.currency}`;
      form.hidden = left.amount === 0;
      element.hidden = left.amount === 0 && !spoken.textContent;
    },
  };
}

function explain(thrown: unknown): string {
  const error = asProblem(thrown);
  const [first] = error.errors;
  return first ? `The amount ${first.detail.replace(/(\d+), which is what is left/, "what is left")}.` : error.message;
}

/** Returns why so much cannot be refunded, in words; null stands for what is no amount. */
function whatIsWrong(units: number | null, left: Amount): string {
  const { currency } = left;
  if (units === null) return `Type an amount like ${example(currency)}.`;
  if (units > left.amount) return `At most ${money(left)} can go back.`;
  return units % step(currency)
    ? `Amounts in ${currency} go in steps of ${money({ amount: step(currency), currency })}.`
    : "";
}

/** Returns `12.50` or `12,5` in minor units; null for what is no such amount. */
function minorUnits(typed: string, currency: string): number | null {
  const digits = decimals(currency);
  const found = /^(\d{1,10})(?:[.,](\d{1,3}))?$/.exec(typed.trim().replace(/[\s'’]/g, ""));
  if (!found || (found[2] ?? "").length > digits) return null;
  const units = Number(found[1]) * 10 ** digits + Number((found[2] ?? "").padEnd(digits, "0") || 0);
  return units > 0 ? units : null;
}

function example(currency: string): string {
  return (25).toFixed(decimals(currency));
}

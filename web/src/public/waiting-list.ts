// The waiting list of a type that is sold out: joined and left beside the ticket. Loaded only where something is.
import { Problem, send } from "../api/client.ts";
import { el } from "../ui/elements.ts";
import { recall, remember } from "../ui/storage.ts";

/**
 * What stands below a sold-out type: the way onto its waiting list, or off it again.
 * @param {{id: string, name: string, min: number, max: number}} type
 * @param {HTMLFormElement} form of the tickets: who buys may have typed there who it is
 * @returns {HTMLElement}
 */
export function waitingList(type, form) {
  const event = form.dataset.event;
  const kept = `marquee.waiting.${event}`;
  const place = el("div", { class: "waiting" });
  const told = el("p", { class: "state", role: "status" });
  const button = el("button", { class: "button plain", type: "button" });
  place.append(told, button);
  button.addEventListener("click", () => (mine() ? leave() : ask().showModal()));

  function mine() {
    return recall("localStorage", kept)?.[type.id];
  }

  function keep(entry) {
    remember("localStorage", kept, { ...recall("localStorage", kept), [type.id]: entry });
    show();
  }

  function show() {
    told.textContent = mine() ? "You are on the waiting list." : "";
    button.textContent = mine() ? "Wait no longer" : "Tell me when tickets come free";
    button.setAttribute("aria-label", `${button.textContent}: ${type.name}`);
  }

  async function leave() {
    const { id, access } = mine();
    const query = access ? `?access=${encodeURIComponent(access)}` : "";
    try {
      await send("DELETE", `/events/${event}/waiting-list/${id}${query}`);
      keep(undefined);
      told.textContent = "You wait no longer.";
    } catch (error) {
      if (error.code === "not_waiting" || error.status === 404) keep(undefined);
      told.textContent =
        error.code === "not_waiting" ? "Your turn has come already; look into your mail." : error.message;
    }
  }

  /** The question who waits for how many, in a dialog; focus goes back to the button by itself. */
  function ask() {
    const key = crypto.randomUUID();
    const field = (name, label, attributes) => {
      const id = `waiting-${name}`;
      const input = el("input", { id, name, required: true, "aria-describedby": `${id}-error`, ...attributes });
      return el(
        "div",
        { class: "field" },
        el("label", { for: id }, label),
        input,
        el("p", { class: "error", id: `${id}-error` }),
      );
    };
    const most = type.max;
    const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
    const asked = el(
      "form",
      { novalidate: true },
      el("h2", { id: "waiting-title" }, `Wait for ${type.name}`),
      el("p", {}, "Whoever waits longest gets an offer by mail when tickets come free, and some time to take it."),
      field("quantity", "How many", {
        type: "number",
        min: type.min,
        max: most,
        value: type.min,
        inputmode: "numeric",
      }),
      field("name", "Your name", { autocomplete: "name", maxlength: 200, value: form.elements.name.value }),
      field("email", "E-mail", {
        type: "email",
        autocomplete: "email",
        maxlength: 254,
        value: form.elements.email.value,
      }),
      problem,
      el(
        "div",
        { class: "ways" },
        el("button", { class: "button" }, "Join the waiting list"),
        el("button", { class: "button quiet", type: "button", onclick: () => dialog.close() }, "Cancel"),
      ),
    );
    const dialog = el(
      "dialog",
      { class: "asking", "aria-labelledby": "waiting-title", onclose: () => dialog.remove() },
      asked,
    );
    const complain = (input, text) => {
      document.getElementById(`${input.id}-error`).textContent = text;
      input.toggleAttribute("aria-invalid", Boolean(text));
      if (text) input.setAttribute("aria-invalid", "true");
    };
    const { quantity, name, email } = asked.elements;

    function isComplete() {
      const count = Number(quantity.value);
      complain(
        quantity,
        Number.isInteger(count) && count >= type.min && count <= most
          ? ""
          : `Type a number from ${type.min} to ${most}.`,
      );
      complain(name, name.value.trim() ? "" : "Type your name.");
      complain(
        email,
        email.validity.valid && email.value.includes("@") ? "" : "Type your e-mail address, like name@example.org.",
      );
      asked.querySelector('[aria-invalid="true"]')?.focus();
      return !asked.querySelector('[aria-invalid="true"]');
    }

    asked.addEventListener("submit", async (happening) => {
      happening.preventDefault();
      problem.hidden = true;
      if (!isComplete()) return;
      const body = {
        ticket_type_id: type.id,
        quantity: Number(quantity.value),
        name: name.value.trim(),
        email: email.value.trim(),
      };
      try {
        const { id, access } = await send("POST", `/events/${event}/waiting-list`, body, { key });
        keep({ id, access: access ?? null });
        dialog.close();
      } catch (error) {
        explain(error instanceof Problem ? error : new Problem(0));
      }
    });

    function explain(error) {
      for (const { pointer, detail } of error.errors) {
        const input = asked.elements[pointer.slice(1)];
        if (input) complain(input, `This ${detail}.`);
      }
      problem.textContent = error.message;
      problem.hidden = error.errors.length > 0;
      asked.querySelector('[aria-invalid="true"]')?.focus();
    }

    document.body.append(dialog);
    return dialog;
  }

  show();
  return place;
}

// The waiting list of a ticket type that is sold out: joined and left beside the ticket. Loaded only where something is.
import { asProblem, at, send } from "../api/client.ts";
import { el, inputOf } from "../ui/elements.ts";
import { isRecord, recallFields, remember } from "../ui/storage.ts";

/** What is asked about a type: its name, and how many one may wait for. */
export interface WaitedType {
  id: string;
  name: string;
  min: number;
  max: number;
}

/** Where this browser is on a list; `access` proves that without an account. */
interface Place {
  id: string;
  access: string | null;
}

/**
 * Returns what is shown below a sold-out type: the way onto its waiting list, or off it again. `form` is the form of the
 * tickets: who buys may have typed there who it is.
 */
export function waitingList(type: WaitedType, form: HTMLFormElement): HTMLElement {
  const event = form.dataset.event ?? "";
  const kept = `marquee.waiting.${event}`;
  const status = el("p", { class: "state", role: "status" });
  const button = el("button", { class: "button plain", type: "button" });

  function keep(entry: Place | undefined): void {
    remember("localStorage", kept, { ...recallFields("localStorage", kept), [type.id]: entry });
    show();
  }

  function show(): void {
    const waits = placeOn(kept, type.id) !== null;
    status.textContent = waits ? "You are on the waiting list." : "";
    button.textContent = waits ? "Wait no longer" : "Tell me when tickets come free";
    button.setAttribute("aria-label", `${button.textContent}: ${type.name}`);
  }

  async function leaveList({ id, access }: Place): Promise<void> {
    try {
      await send("DELETE", at("/events/{event}/waiting-list/{id}", { event, id }, { access }));
      keep(undefined);
      status.textContent = "You wait no longer.";
    } catch (error) {
      const problem = asProblem(error);
      const isOver = problem.code === "not_waiting";
      if (isOver || problem.status === 404) keep(undefined);
      status.textContent = isOver ? "Your turn has come already; look into your mail." : problem.message;
    }
  }

  button.addEventListener("click", () => {
    const entry = placeOn(kept, type.id);
    if (entry) leaveList(entry);
    else ask(type, event, form, keep).showModal();
  });
  show();
  return el("div", { class: "waiting" }, status, button);
}

function placeOn(kept: string, type: string): Place | null {
  const entry = recallFields("localStorage", kept)[type];
  if (!isRecord(entry) || typeof entry.id !== "string") return null;
  return { id: entry.id, access: typeof entry.access === "string" ? entry.access : null };
}

/** Returns the dialog that asks who waits for how many. Focus goes back to the button by itself. */
function ask(type: WaitedType, event: string, form: HTMLFormElement, keep: (entry: Place) => void): HTMLDialogElement {
  const key = crypto.randomUUID();
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const count = { type: "number", min: type.min, max: type.max, value: type.min, inputmode: "numeric" };
  const name = { autocomplete: "name", maxlength: 200, value: inputOf(form, "name").value };
  const email = { type: "email", autocomplete: "email", maxlength: 254, value: inputOf(form, "email").value };
  const close = el("button", { class: "button quiet", type: "button" }, "Cancel");
  const asked = el(
    "form",
    { novalidate: true },
    el("h2", { id: "waiting-title" }, `Wait for ${type.name}`),
    el("p", {}, "Whoever waits longest gets an offer by mail when tickets come free, and some time to take it."),
    field("quantity", "How many", count),
    field("name", "Your name", name),
    field("email", "E-mail", email),
    problem,
    el("div", { class: "ways" }, el("button", { class: "button" }, "Join the waiting list"), close),
  );
  const dialog = el("dialog", { class: "asking", "aria-labelledby": "waiting-title" }, asked);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  asked.addEventListener("submit", async (happening) => {
    happening.preventDefault();
    problem.hidden = true;
    if (!isComplete(asked, type)) return;
    const [who, address] = [inputOf(asked, "name").value.trim(), inputOf(asked, "email").value.trim()];
    const quantity = Number(inputOf(asked, "quantity").value);
    const body = { ticket_type_id: type.id, quantity, name: who, email: address };
    try {
      const { id, access } = await send("POST", at("/events/{event}/waiting-list", { event }), body, { key });
      keep({ id, access: access ?? null });
      dialog.close();
    } catch (error) {
      explain(asked, problem, error);
    }
  });
  document.body.append(dialog);
  return dialog;
}

function field(name: string, label: string, attributes: Record<string, unknown>): HTMLElement {
  const id = `waiting-${name}`;
  const input = el("input", { id, name, required: true, "aria-describedby": `${id}-error`, ...attributes });
  const error = el("p", { class: "error", id: `${id}-error` });
  return el("div", { class: "field" }, el("label", { for: id }, label), input, error);
}

function complain(input: HTMLInputElement, text: string): void {
  const place = document.getElementById(`${input.id}-error`);
  if (place) place.textContent = text;
  if (text) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

/** Returns whether the dialog can be sent. Says what is missing and goes there. */
function isComplete(asked: HTMLFormElement, { min, max }: WaitedType): boolean {
  const [quantity, name, email] = [inputOf(asked, "quantity"), inputOf(asked, "name"), inputOf(asked, "email")];
  const count = Number(quantity.value);
  const isAllowed = Number.isInteger(count) && count >= min && count <= max;
  complain(quantity, isAllowed ? "" : `Type a number from ${min} to ${max}.`);
  complain(name, name.value.trim() ? "" : "Type your name.");
  const isAddress = email.validity.valid && email.value.includes("@");
  complain(email, isAddress ? "" : "Type your e-mail address, like name@example.org.");
  const wrong = asked.querySelector<HTMLElement>('[aria-invalid="true"]');
  wrong?.focus();
  return !wrong;
}

function explain(asked: HTMLFormElement, place: HTMLElement, error: unknown): void {
  const problem = asProblem(error);
  for (const { pointer, detail } of problem.errors) {
    const input = asked.elements.namedItem(pointer.slice(1));
    if (input instanceof HTMLInputElement) complain(input, `This ${detail}.`);
  }
  place.textContent = problem.message;
  place.hidden = problem.errors.length > 0;
  asked.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

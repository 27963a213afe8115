// Codes of the ticket form: a discount goes with the order; an access code opens tickets that are not for everybody.
import { asProblem, at, send } from "../api/client.ts";
import { find, inputOf } from "../ui/elements.ts";
import { typeRow } from "./type-row.ts";

/** What the ticket form does for the codes: knows its types, unlocks and adds some, says what is wrong at a field. */
interface TicketForm {
  isKnown: (id: string) => boolean;
  unlock: (ids: string[]) => void;
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
export function wireCodes(form: HTMLFormElement, event: string, { isKnown, unlock, add, complain }: TicketForm): Codes {
  const box = find(form, "[data-codes]", HTMLDetailsElement);
  const [discount, access] = [inputOf(form, "discount_code"), inputOf(form, "access_code")];
  const button = find(box, "[data-open]", HTMLButtonElement);
  const status = find(box, "[data-opened]", HTMLElement);

  /** Shows what the code opens; a code that opens nothing says so at its field. */
  async function open(): Promise<void> {
    const refuse = (text: string) => {
      complain(access, text);
      access.focus();
    };
    complain(access, "");
    status.textContent = "";
    const code = access.value.trim();
    if (!code) return refuse("Type the code that you were given.");
    try {
      const found = await openedBy(event, code);
      unlock(found.map((type) => type.id));
      const fresh = found.filter((type) => !isKnown(type.id));
      const rows = fresh.map(typeRow);
      find(form, ".types", HTMLElement).append(...rows);
      const available = fresh.map((type) => type.available);
      add(rows, available);
      status.textContent = `Open for you: ${found.map((type) => type.name).join(", ")}.`;
    } catch (error) {
      refuse(refusalOf(error));
    }
  }

  button.addEventListener("click", open);
  access.addEventListener("keydown", (happening) => {
    if (happening.key !== "Enter") return;
    happening.preventDefault();
    open();
  });

  const show = () => {
    box.open = true;
  };
  const restore = async () => {
    box.open ||= Boolean(discount.value || access.value);
    if (access.value.trim()) await open();
  };
  return { show, typed: () => codesIn(discount, access), restore };
}

/** Returns the codes that are filled in, as an order has them. */
function codesIn(discount: HTMLInputElement, access: HTMLInputElement): ReturnType<Codes["typed"]> {
  const given = { discount_code: discount.value.trim(), access_code: access.value.trim() };
  return Object.fromEntries(Object.entries(given).filter(([, code]) => code));
}

/** Returns the ticket types that an access code opens. Raises Problem. */
async function openedBy(event: string, code: string) {
  return (await send("POST", at("/events/{event}/access-codes/check", { event }), { code })).ticket_types;
}

function refusalOf(error: unknown): string {
  const { errors, message } = asProblem(error);
  return errors[0] ? `This ${errors[0].detail}.` : message;
}

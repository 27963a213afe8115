// The tickets of a paid order: who comes with which, the QR codes that the gate scans, and all of them as a PDF.
import { asProblem, at, file, get, type Schemas } from "../api/client.ts";
import { saveButton } from "../api/save-file.ts";
import { el, icon } from "../ui/elements.ts";
import { exact } from "../ui/format.ts";
import { access, type OrderedEvent, orderId } from "./order-access.ts";

const OPEN_AT_ONCE = 4;
const WORDS = { valid: "Valid", suspended: "Not valid now: the payment is disputed", void: "Not valid any more" };

/** Returns the tickets; null while there are none. Raises Problem. */
export async function ticketList(event: OrderedEvent): Promise<HTMLElement | null> {
  const { items } = await get(at("/orders/{id}/tickets", { id: orderId }, access()));
  if (!items.length) return null;
  const valid = items.filter((ticket) => ticket.links.qr);
  const few = valid.length <= OPEN_AT_ONCE;
  const pdf = {
    address: () => at("/orders/{id}/tickets.pdf", { id: orderId }, access()),
    accept: "application/pdf",
    name: "tickets.pdf",
  };
  return el(
    "section",
    { class: "passes", "aria-labelledby": "passes-title" },
    el(
      "h2",
      { id: "passes-title", class: "section-title" },
      "Tickets ",
      el("span", { class: "count" }, String(items.length)),
    ),
    el("ul", {}, ...items.map((ticket) => pass(ticket, event, few))),
    valid.length > 0 && el("div", { class: "actions" }, saveButton("Save all as PDF", pdf)),
  );
}

function pass(ticket: Schemas["TicketRead"], event: OrderedEvent, open: boolean): HTMLElement {
  const used = ticket.checked_in_at && `Used ${exact(ticket.checked_in_at, event.timezone)}`;
  return el(
    "li",
    { class: "pass" },
    el(
      "div",
      { class: "pass-text" },
      el("p", { class: "eyebrow" }, `Ticket ${ticket.number}`),
      el("h3", {}, ticket.ticket_type),
      el("p", {}, ticket.attendee.name),
      el(
        "p",
        { class: "muted pass-state" },
        icon(ticket.state === "valid" ? "check" : "cross", 16),
        used || WORDS[ticket.state],
      ),
    ),
    ticket.links.qr && qrCode(ticket, open),
  );
}

/** Returns the code, which is fetched when it is shown: an image's own request could not carry credentials. */
function qrCode(ticket: Schemas["TicketRead"], open: boolean): HTMLElement {
  const holder = el("div", { class: "pass-code" });
  const box = el(
    "details",
    {},
    el("summary", {}, "QR code", el("span", { class: "hidden" }, ` of ticket ${ticket.number}`)),
    holder,
  );
  box.addEventListener("toggle", async () => {
    if (!box.open || holder.firstChild) return;
    try {
      const { blob } = await file(
        at("/orders/{id}/tickets/{number}/qr.svg", { id: orderId, number: ticket.number }, access()),
        "image/svg+xml",
      );
      const picture = { src: `data:image/svg+xml,${encodeURIComponent(await blob.text())}`, width: 200, height: 200 };
      holder.replaceChildren(
        el("img", { ...picture, alt: `QR code of ticket ${ticket.number}, ${ticket.ticket_type}` }),
      );
    } catch (error) {
      holder.replaceChildren(el("p", { class: "error", role: "alert" }, asProblem(error).message));
    }
  });
  box.open = open;
  return box;
}

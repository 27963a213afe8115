// One order as staff see it: its state and why, what was bought by whom for whom, payments, refunds.
import { asProblem, at, get, Problem, type Schemas } from "../../api/client.ts";
import { type Child, el } from "../../ui/elements.ts";
import { REASONS, stateLabel } from "../../ui/order-state.ts";
import { type Fact, factList, panel } from "../../ui/panels.ts";
import { bill, when } from "../../ui/receipt.ts";
import { type Charge, payments, refundable, type Wish, wishes } from "./payments.ts";
import { refundForm } from "./refund-form.ts";

type Event = Schemas["Event"];
type Order = Schemas["OrderRead"];
type Ticket = Schemas["TicketRead"];

const TICKETS: Record<Ticket["state"], string> = { valid: "Valid", suspended: "Not valid now", void: "Not valid" };

/** The order on the page. `moving`: money is on its way. */
export interface OrderDetail {
  id: string;
  element: HTMLElement;
  moving: boolean;
  refresh: () => Promise<void>;
}

/** Whether the reader may refund, and what follows when a refund was asked for. */
interface Rights {
  refunds: boolean;
  onAsked: () => Promise<void>;
}

/** Returns an order of an event. */
export function orderDetail(id: string, event: Event, { refunds, onAsked }: Rights): OrderDetail {
  const head = el("h2", { tabindex: "-1", class: "order-title" }, "Order");
  const body = el("div", { "aria-busy": "true" });
  const spoken = el("p", { class: "hidden", role: "status" });
  const form = refunds ? refundForm(id, onAsked) : null;
  const element = el(
    "article",
    { class: "order", "aria-label": "Order" },
    el("p", {}, el("a", { href: "#", class: "button plain" }, "All orders")),
    head,
    spoken,
    body,
    form?.element,
  );
  let stamp = "";
  let state = "";

  async function refresh(): Promise<void> {
    try {
      const [order, charges, wanted, tickets] = await Promise.all([
        get(at("/orders/{id}", { id })),
        get(at("/orders/{id}/charges", { id })),
        get(at("/orders/{id}/refunds", { id })),
        get(at("/orders/{id}/tickets", { id })),
      ]);
      made.moving = wanted.items.some((wish) => wish.standing === "wanted") || order.state === "pending";
      const fresh = JSON.stringify([order, charges, wanted, tickets]);
      if (fresh !== stamp) show(order, charges.items, wanted.items, tickets.items);
      stamp = fresh;
    } catch (error) {
      const problem = asProblem(error);
      if (!stamp || problem.status === 404) fail(problem);
    }
    body.removeAttribute("aria-busy");
  }

  function show(order: Order, charges: Charge[], wanted: Wish[], tickets: Ticket[]): void {
    if (order.event_id !== event.id) {
      fail(new Problem(404));
      return;
    }
    head.textContent = `Order of ${order.buyer.name}`;
    body.replaceChildren(
      ...about(order, event),
      bought(order),
      people(tickets, event),
      payments(charges, event),
      wishes(wanted, event),
    );
    form?.show(order, refundable(order, charges, wanted));
    if (state && state !== order.state)
      spoken.textContent = `The order is now: ${body.querySelector(".label")?.textContent}`;
    if (!state) head.focus();
    state = order.state;
  }

  function fail(error: Problem): void {
    const text =
      error.status === 404 ? "This event has no such order." : `The order could not be loaded. ${error.message}`;
    body.replaceChildren(el("div", { class: "notice bad", role: "alert" }, text));
    form?.hide();
  }

  const made: OrderDetail = { id, element, moving: false, refresh };
  return made;
}

function about(order: Order, event: Event): Node[] {
  const facts: Fact[] = [
    ["State", stateLabel(order.state)],
    order.reason && ["Why", REASONS[order.reason] ?? order.reason],
    [
      "Buyer",
      el("span", {}, order.buyer.name, el("br"), el("a", { href: `mailto:${order.buyer.email}` }, order.buyer.email)),
    ],
    ["Ordered", when(order.created_at, event.timezone)],
    order.expires_at && ["Held until", when(order.expires_at, event.timezone)],
    order.paid_at && [order.total.amount ? "Paid" : "Taken", when(order.paid_at, event.timezone)],
    ["Number", el("code", {}, order.id)],
  ];
  const look =
    order.review_reason && el("div", { class: "notice warn" }, el("strong", {}, "Needs a look. "), order.review_reason);
  const lost =
    order.mail_undelivered && el("div", { class: "notice warn" }, "The mail with its tickets did not reach its buyer.");
  const notices: Child[] = [look, lost];
  return [...notices.filter((one) => one instanceof Node), factList(facts)];
}

function bought(order: Order): HTMLElement {
  return el("section", { class: "receipt", "aria-label": "Bought" }, bill(order));
}

function people(tickets: Ticket[], event: Event): HTMLElement {
  if (!tickets.length) return el("p", { class: "muted" }, "There are no tickets: the order is not paid.");
  const rows = tickets.map((ticket) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, `${ticket.number}`),
      el(
        "td",
        {},
        ticket.attendee.name,
        ticket.attendee.email && el("span", { class: "muted" }, ticket.attendee.email),
      ),
      el("td", {}, ticket.ticket_type),
      el(
        "td",
        {},
        ticket.checked_in_at
          ? el("span", {}, "In since ", when(ticket.checked_in_at, event.timezone))
          : TICKETS[ticket.state],
      ),
    ),
  );
  return panel("Attendees", ["Ticket", "Name", "Type", "State"], rows);
}

// All orders of an event, newest first: narrowed by state and by words, each a link to the order.
import { asProblem, at, get, type Schemas } from "../../api/client.ts";
import { el } from "../../ui/elements.ts";
import { money } from "../../ui/format.ts";
import { STATES, stateLabel } from "../../ui/order-state.ts";
import { when } from "../../ui/receipt.ts";
import type { Section } from "./sales-totals.ts";

const PAGE = 50;
const TYPING_MS = 300;

type Order = Schemas["OrderRead"];
/** What of an order was drawn, by its element. */
const stamps = new WeakMap<Element, string>();

/** The list; `focus` goes to the link of an order. */
export interface OrderList extends Section {
  focus: (id: string) => void;
}

/** Returns the list of an event's orders. */
export function orderList(event: Schemas["Event"]): OrderList {
  const state = el(
    "select",
    { id: "order-state", name: "state" },
    el("option", { value: "" }, "All"),
    ...Object.entries(STATES).map(([value, [name]]) => el("option", { value }, name)),
  );
  const words = {
    id: "order-words",
    name: "q",
    type: "search",
    autocomplete: "off",
    maxlength: 100,
    "aria-describedby": "order-words-hint",
  };
  const search = el("input", words);
  const status = el("p", { class: "muted", role: "status" });
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const list = el("ul", { class: "order-list" });
  const more = el("button", { class: "button quiet", type: "button", hidden: true }, "Show more");
  const filter = el(
    "form",
    { class: "filter", role: "search", "aria-label": "Orders" },
    el("div", { class: "field" }, el("label", { for: "order-state" }, "State"), state),
    el(
      "div",
      { class: "field wide" },
      el("label", { for: "order-words" }, "Search"),
      search,
      el("p", { class: "hint", id: "order-words-hint" }, "Name, e-mail or the beginning of an order’s number"),
    ),
  );
  const known = { pages: 1, asked: 0 };
  const element = el(
    "section",
    { "aria-labelledby": "orders" },
    el("h2", { id: "orders", class: "section-title" }, "Orders"),
    filter,
    status,
    problem,
    list,
    el("div", { class: "actions" }, more),
  );

  /** Reads as many pages as are shown; what is unchanged costs a 304. Older answers are dropped. */
  async function refresh(): Promise<void> {
    const asked = ++known.asked;
    const chosen = { state: state.value, q: search.value.trim() };
    try {
      const { items, cursor } = await readPages(event.id, chosen, known.pages);
      if (asked !== known.asked) return;
      problem.hidden = true;
      draw(list, items, event);
      more.hidden = !cursor;
      status.textContent = countOf(items.length, Boolean(cursor), Boolean(chosen.state || chosen.q));
    } catch (error) {
      if (asked !== known.asked) return;
      problem.textContent = `The orders could not be loaded. ${asProblem(error).message}`;
      problem.hidden = false;
    }
  }

  function narrow(): void {
    known.pages = 1;
    refresh();
  }

  let typing: ReturnType<typeof setTimeout> | undefined;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(narrow, TYPING_MS);
  });
  state.addEventListener("change", narrow);
  filter.addEventListener("submit", (happening) => {
    happening.preventDefault();
    clearTimeout(typing);
    narrow();
  });
  more.addEventListener("click", async () => {
    const last = list.children.length;
    known.pages += 1;
    await refresh();
    list.children[last]?.querySelector("a")?.focus();
  });
  return { element, refresh, focus: (id) => linkTo(list, id)?.focus() };
}

async function readPages(event: string, chosen: { state: string; q: string }, pages: number) {
  const items: Order[] = [];
  let cursor: string | null = "";
  for (let page = 0; page < pages && cursor !== null; page++) {
    const address = at("/events/{event}/orders", { event }, { limit: PAGE, ...chosen, cursor });
    const answer: { items: Order[]; next_cursor: string | null } = await get(address);
    items.push(...answer.items);
    cursor = answer.next_cursor;
  }
  return { items, cursor };
}

function linkTo(list: HTMLElement, id: string): HTMLElement | null {
  return list.querySelector(`[data-order="${id}"] a`);
}

function countOf(count: number, hasMore: boolean, narrowed: boolean): string {
  if (count === 0) return narrowed ? "No order is like that." : "No orders yet.";
  return `${count}${hasMore ? " newest" : ""} ${count === 1 ? "order" : "orders"}`;
}

/** Draws orders. Those that did not change keep their elements, and with them the focus. */
function draw(list: HTMLElement, orders: Order[], event: Schemas["Event"]): void {
  const before = new Map([...list.children].map((element) => [element.getAttribute("data-order"), element]));
  const rows = orders.map((order) => {
    const stamp = JSON.stringify(order);
    const old = before.get(order.id);
    if (old && stamps.get(old) === stamp) return old;
    const made = row(order, event);
    stamps.set(made, stamp);
    return made;
  });
  if (rows.length === list.children.length && rows.every((one, place) => one === list.children[place])) return;
  const focused = document.activeElement?.closest("[data-order]")?.getAttribute("data-order");
  list.replaceChildren(...rows);
  if (focused) linkTo(list, focused)?.focus();
}

function row(order: Order, event: Schemas["Event"]): HTMLElement {
  const refunded = order.refunded?.amount ? `${money(order.refunded)} refunded` : "";
  return el(
    "li",
    { class: "order-row", "data-order": order.id },
    el(
      "div",
      { class: "order-who" },
      el("a", { href: `#${order.id}` }, order.buyer.name),
      el("p", { class: "muted" }, order.buyer.email),
    ),
    el("p", {}, stateLabel(order.state)),
    el("p", { class: "order-total" }, money(order.total), refunded && el("span", { class: "muted" }, refunded)),
    el("p", { class: "muted order-when" }, when(order.created_at, event.timezone)),
  );
}

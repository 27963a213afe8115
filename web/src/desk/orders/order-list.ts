// All orders of an event, newest first: narrowed by state and by words, each a link to the order.
import { get } from "../../api/client.ts";
import { el } from "../../ui/elements.ts";
import { money } from "../../ui/format.ts";
import { STATES, stateLabel } from "../../ui/order-state.ts";
import { when } from "../../ui/receipt.ts";

const PAGE = 50;
const TYPING_MS = 300;

/** @returns {{element: HTMLElement, refresh: () => Promise<void>, focus: (id: string) => void}} */
export function orderList(event) {
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
  const known = { pages: 1, asked: 0, filter: "" };
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

  /** As many pages as are shown, asked for anew; what is unchanged costs a 304. Older answers are dropped. */
  async function refresh() {
    const asked = ++known.asked;
    const chosen = new URLSearchParams({ limit: String(PAGE) });
    if (state.value) chosen.set("state", state.value);
    if (search.value.trim()) chosen.set("q", search.value.trim());
    const items = [];
    try {
      let cursor = "";
      for (let page = 0; page < known.pages; page++) {
        if (cursor) chosen.set("cursor", cursor);
        const answer = await get(`/events/${event.id}/orders?${chosen}`);
        items.push(...answer.items);
        cursor = answer.next_cursor;
        if (!cursor) break;
      }
      if (asked !== known.asked) return;
      problem.hidden = true;
      draw(list, items, event);
      more.hidden = !cursor;
      status.textContent = told(items.length, Boolean(cursor), Boolean(state.value || search.value.trim()));
    } catch (error) {
      if (asked !== known.asked) return;
      problem.textContent = `The orders could not be loaded. ${error.message}`;
      problem.hidden = false;
    }
  }

  function narrow() {
    known.pages = 1;
    refresh();
  }

  let typing = 0;
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
    list.children[last]?.querySelector("a").focus();
  });
  return { element, refresh, focus: (id) => list.querySelector(`[data-order="${id}"] a`)?.focus() };
}

function told(count, hasMore, narrowed) {
  if (count === 0) return narrowed ? "No order is like that." : "No orders yet.";
  return `${count}${hasMore ? " newest" : ""} ${count === 1 ? "order" : "orders"}`;
}

/** Orders that did not change keep their elements, and with them the focus. */
function draw(list, orders, event) {
  const before = new Map([...list.children].map((element) => [element.dataset.order, element]));
  const rows = orders.map((order) => {
    const stamp = JSON.stringify(order);
    const old = before.get(order.id);
    return old?.stamp === stamp ? old : Object.assign(row(order, event), { stamp });
  });
  if (rows.length === list.children.length && rows.every((one, place) => one === list.children[place])) return;
  const focused = document.activeElement?.closest?.("[data-order]")?.dataset.order;
  list.replaceChildren(...rows);
  if (focused) list.querySelector(`[data-order="${focused}"] a`)?.focus();
}

function row(order, event) {
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

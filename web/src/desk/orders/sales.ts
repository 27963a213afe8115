// The sales of an event, for its staff: totals, who is paid, exports and orders; one order where the address names it
// behind `#`, as links of notifications do.
import { type Address, asProblem, at, get, Problem, type Schemas } from "../../api/client.ts";
import { MAY, ownRoles, type Role } from "../../api/roles.ts";
import { user } from "../../api/session.ts";
import { follow } from "../../live/follow.ts";
import { el, find } from "../../ui/elements.ts";
import type { OrderDetail } from "./order-detail.ts";
import { orderList } from "./order-list.ts";
import { salesTotals } from "./sales-totals.ts";

type Event = Schemas["Event"];

const root = find(document, "[data-sales]", HTMLElement);
const eventId = location.pathname.split("/")[2] ?? "";
const EXPORTS = [
  ["orders", "Orders"],
  ["attendees", "Attendees"],
  ["charges", "Payments"],
  ["ledger", "Ledger"],
] as const;
type ExportName = (typeof EXPORTS)[number][0];
const LOOK_MS = 10_000;
const QUICK_MS = 1_000;

/** Returns the order that the address names, or an empty text. */
function named(): string {
  return /^#([0-9A-HJKMNP-TV-Z]{26})$/i.exec(location.hash)?.[1]?.toUpperCase() ?? "";
}

/** Returns the reader's role. Raises Problem (404) when it may not read orders. */
async function roleIn(event: Event): Promise<Role> {
  const role = (await ownRoles()).get(event.id);
  if (role && MAY.read.has(role)) return role;
  throw new Problem(404);
}

async function start(): Promise<void> {
  try {
    const event = await get(at("/events/{event}", { event: eventId }, { view: "all" }));
    await build(event, await roleIn(event));
  } catch (error) {
    fail(error);
  }
  root.removeAttribute("aria-busy");
}

async function build(event: Event, role: Role): Promise<void> {
  find(document, "[data-title]", HTMLElement).textContent = `Sales of ${event.name}`;
  const totals = salesTotals(event);
  const list = orderList(event);
  const account = MAY.payOut.has(role) ? (await import("./stripe-account.ts")).stripeAccount(event) : null;
  const overview = el("div", {}, totals.element, list.element, exports(event), account?.element);
  const single = el("div", { class: "order-place", hidden: true });
  root.replaceChildren(overview, single);
  let detail: OrderDetail | null = null;
  let look = () => Promise.resolve();

  /** Shows the named order or all. Coming back, the focus is on the order that was open. */
  async function turn(): Promise<void> {
    const id = named();
    const orderDetail = id ? (await import("./order-detail.ts")).orderDetail : null;
    const before = detail?.id ?? "";
    if (before === id || id !== named()) return;
    detail = orderDetail ? orderDetail(id, event, { refunds: MAY.refund.has(role), onAsked: () => look() }) : null;
    overview.hidden = Boolean(detail);
    single.hidden = !detail;
    single.replaceChildren(...(detail ? [detail.element] : []));
    document.title = `${detail ? "Order" : "Sales"} · ${event.name}`;
    if (detail) scrollTo(0, 0);
    look().then(() => before && !id && list.focus(before));
  }

  window.addEventListener("hashchange", turn);
  await turn();
  look = follow(
    async () => {
      await (detail ? detail.refresh() : Promise.all([totals.refresh(), list.refresh(), account?.refresh()]));
    },
    () => (detail?.moving ? QUICK_MS : LOOK_MS),
  );
}

/** Returns the buttons that save files. They are loaded after what people read first. */
function exports(event: Event): HTMLElement {
  const ways = el("div", { class: "ways" });
  const file = (name: ExportName) => ({
    address: () => csvOf(name, event.id),
    accept: "text/csv",
    name: `${name}.csv`,
  });
  import("../../api/save-file.ts").then(({ saveButton }) =>
    ways.append(...EXPORTS.map(([name, label]) => saveButton(label, file(name)))),
  );
  return el(
    "section",
    { "aria-labelledby": "exports" },
    el("h2", { id: "exports", class: "section-title" }, "Save as CSV"),
    el(
      "p",
      { class: "muted" },
      "For spreadsheets and bookkeeping. The files hold names and addresses: keep them as safe as this page.",
    ),
    ways,
  );
}

/** Returns the address of an export. */
function csvOf(name: ExportName, event: string): Address {
  const templates = {
    orders: "/events/{event}/orders.csv",
    attendees: "/events/{event}/attendees.csv",
    charges: "/events/{event}/charges.csv",
    ledger: "/events/{event}/ledger.csv",
  } as const;
  return at(templates[name], { event });
}

function fail(thrown: unknown): void {
  const error = asProblem(thrown);
  const strange = error.status === 404 || error.status === 403;
  const text = strange
    ? "There is no such event, or you are not on the part of its staff that sees sales."
    : error.message;
  const way = strange
    ? el("a", { class: "button quiet", href: "/organise" }, "To your events")
    : el("button", { class: "button quiet", type: "button", onclick: start }, "Try again");
  root.replaceChildren(el("div", { class: "notice bad", role: "alert" }, text), el("div", { class: "actions" }, way));
}

if (user()) start();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.hash)}`);

// The sales of an event, for its staff: totals, who is paid, exports and orders; one order where the address names it
// behind `#`, as links of notifications do.
import { get, Problem } from "../../api/client.ts";
import { MAY, ownRoles } from "../../api/roles.ts";
import { user } from "../../api/session.ts";
import { follow } from "../../live/follow.ts";
import { el } from "../../ui/elements.ts";
import { orderList } from "./order-list.ts";
import { salesTotals } from "./sales-totals.ts";

const root = document.querySelector("[data-sales]");
const eventId = location.pathname.split("/")[2];
const EXPORTS = [
  ["orders", "Orders"],
  ["attendees", "Attendees"],
  ["charges", "Payments"],
  ["ledger", "Ledger"],
];
const LOOK_MS = 10_000;
const QUICK_MS = 1_000;
let event = null;

/** The order that the address names. */
function named() {
  return /^#([0-9A-HJKMNP-TV-Z]{26})$/i.exec(location.hash)?.[1].toUpperCase() ?? "";
}

async function roleHere() {
  const role = (await ownRoles()).get(event.id);
  if (MAY.read.has(role)) return role;
  throw new Problem(404);
}

async function start() {
  try {
    event = await get(`/events/${eventId}?view=all`);
    await build(await roleHere());
  } catch (error) {
    fail(error);
  }
  root.removeAttribute("aria-busy");
}

async function build(role) {
  document.querySelector("[data-title]").textContent = `Sales of ${event.name}`;
  const totals = salesTotals(event);
  const list = orderList(event);
  const { stripeAccount } = MAY.payOut.has(role) ? await import("./stripe-account.ts") : {};
  const account = stripeAccount?.(event);
  const overview = el("div", {}, totals.element, list.element, exports(), account?.element);
  const single = el("div", { class: "order-place", hidden: true });
  root.replaceChildren(overview, single);
  let detail = null;
  let look = () => Promise.resolve();

  /** Show the named order or all; whoever comes back finds the focus on the order that was open. */
  async function turn() {
    const id = named();
    const { orderDetail } = id ? await import("./order-detail.ts") : {};
    const before = detail?.id ?? "";
    if (before === id || id !== named()) return;
    detail = id ? orderDetail(id, event, { refunds: MAY.refund.has(role), onAsked: () => look() }) : null;
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

/** The buttons come a little later than what people read first. */
function exports() {
  const ways = el("div", { class: "ways" });
  const file = (name) => ({ path: () => `/events/${event.id}/${name}.csv`, accept: "text/csv", name: `${name}.csv` });
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

function fail(error) {
  const strange = error.status === 404 || error.status === 403;
  const text = strange
    ? "There is no such event, or you are not on the part of its staff that sees sales."
    : error.message;
  const way = strange
    ? el("a", { class: "button quiet", href: "/events" }, "To the events you run")
    : el("button", { class: "button quiet", type: "button", onclick: start }, "Try again");
  root.replaceChildren(el("div", { class: "notice bad", role: "alert" }, text), el("div", { class: "actions" }, way));
}

if (user()) start();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.hash)}`);

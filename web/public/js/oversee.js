// What people were told and what became of it, for administrators: by action, person, state and time, as a table or CSV.
import { get } from "./api.js";
import { el, exact } from "./format.js";
import { table } from "./panels.js";
import { saveButton } from "./saving.js";
import { user } from "./session.js";

const root = document.querySelector("[data-oversee]");
const PAGE = 50;
const ACTIONS = {
  announcement: "Announcement", order_expired: "Order ended", order_paid: "Order paid", order_refunded: "Refund",
  payment_disputed: "Dispute", payment_in_review: "Payment to review", session_schedule_changed: "Session moved",
  tickets_offered: "Tickets offered",
};
const STATES = { all: "Read or not", unread: "Not read", read: "Read" };
const FIELDS = ["action", "user", "state", "from", "to"];
const HEADS = ["When", "About", "To", "Title", "Read", "Sockets", "Mail", "Web push"];

/** The filters that the address holds, as a query of the API. */
function query() {
  const asked = new URLSearchParams(location.search);
  const kept = new URLSearchParams();
  for (const name of FIELDS) if (asked.get(name) && asked.get(name) !== "all") kept.set(name, asked.get(name));
  return kept;
}

function path(name, more = {}) {
  const asked = query();
  for (const [key, value] of Object.entries(more)) asked.set(key, value);
  return `/admin/${name}${asked.size ? `?${asked}` : ""}`;
}

function filters() {
  const asked = query();
  const select = (name, label, options) =>
    el(
      "div",
      { class: "field" },
      el("label", { for: name }, label),
      el("select", { id: name, name }, ...Object.entries(options).map(([value, text]) => el("option", { value, selected: value === (asked.get(name) ?? Object.keys(options)[0]) }, text))),
    );
  const input = (name, label, attributes) =>
    el("div", { class: "field" }, el("label", { for: name }, label), el("input", { id: name, name, value: asked.get(name) ?? "", ...attributes }));
  return el(
    "form",
    { class: "oversee-filter", method: "get", role: "search", "aria-label": "What to show" },
    select("action", "About", { "": "Anything", ...ACTIONS }),
    select("state", "State", STATES),
    input("from", "From", { type: "date" }),
    input("to", "Until", { type: "date" }),
    input("user", "Account (id)", { pattern: "[0-9A-Za-z]{26}", maxlength: 26, autocomplete: "off", spellcheck: "false" }),
    el("div", { class: "ways" }, el("button", { class: "button" }, "Show"), el("a", { class: "button quiet", href: location.pathname }, "Everything")),
  );
}

function row(one) {
  const { pushed, mailed, web_pushed: webPushed } = one.delivery;
  return el(
    "tr",
    {},
    el("td", {}, el("time", { datetime: one.received_at }, exact(one.received_at))),
    el("td", {}, ACTIONS[one.action] ?? one.action),
    el("td", {}, one.user.email ?? "an account that is gone", el("a", { class: "muted", href: `?user=${one.user.id}` }, "all of this account")),
    el("td", {}, one.title),
    el("td", {}, one.has_read ? (one.read_at ? exact(one.read_at) : "yes") : "no"),
    el("td", { class: "number" }, String(pushed)),
    el("td", {}, mailed ?? "none"),
    el("td", { class: "number" }, String(webPushed)),
  );
}

async function start() {
  const rows = [];
  const place = el("div");
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const more = el("button", { class: "button quiet", type: "button", hidden: true }, "Show more");
  const told = el("p", { role: "status", class: "muted" });
  let cursor = "";

  async function load() {
    const page = await get(path("notifications", { limit: PAGE, ...(cursor ? { cursor } : {}) }));
    rows.push(...page.items.map(row));
    cursor = page.next_cursor ?? "";
    more.hidden = !cursor;
    told.textContent = rows.length ? `${rows.length} shown${cursor ? ", there are more" : ""}` : "Nothing was told that fits.";
    place.replaceChildren(...(rows.length ? [table("What people were told", HEADS, rows)] : []));
  }

  more.addEventListener("click", async () => {
    problem.hidden = true;
    try {
      await load();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  });
  try {
    await load();
    const save = saveButton("Save as CSV", { path: () => path("notifications.csv"), accept: "text/csv", name: "notifications.csv" });
    root.replaceChildren(filters(), told, place, problem, el("div", { class: "ways" }, more, save));
  } catch (error) {
    const strange = error.status === 404;
    const text = strange ? "There is no such page." : error.message;
    root.replaceChildren(...(error.status === 400 ? [filters()] : []), el("div", { class: "notice bad", role: "alert" }, text));
  }
  root.removeAttribute("aria-busy");
}

if (user()) start();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);

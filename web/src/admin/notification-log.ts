// What people were told and what became of it, for administrators: by action, person, state and time, as a table or CSV.

import { get } from "../api/client.ts";
import { saveButton } from "../api/save-file.ts";
import { user } from "../api/session.ts";
import { el } from "../ui/elements.ts";
import { exact } from "../ui/format.ts";
import { table } from "../ui/panels.ts";
import { ACTIONS } from "./notification-actions.ts";

const root = document.querySelector("[data-oversee]");
const PAGE = 50;
/** Said by name, because a table that is drawn as blocks (desk.css) would be none any more. */
const ROLES = [
  ["table", "table"],
  ["thead, tbody", "rowgroup"],
  ["tr", "row"],
  ["th", "columnheader"],
];
const STATES = { all: "Read or not", unread: "Not read", read: "Read" };
const FIELDS = ["action", "user", "state", "from", "to"];
const HEADS = ["When", "About", "To", "Title", "Read", "Open tabs", "Mail", "Web push"];

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
      el(
        "select",
        { id: name, name },
        ...Object.entries(options).map(([value, text]) =>
          el("option", { value, selected: value === (asked.get(name) ?? Object.keys(options)[0]) }, text),
        ),
      ),
    );
  const input = (name, label, attributes) =>
    el(
      "div",
      { class: "field" },
      el("label", { for: name }, label),
      el("input", { id: name, name, value: asked.get(name) ?? "", ...attributes }),
    );
  return el(
    "form",
    { class: "oversee-filter", method: "get", role: "search", "aria-label": "What to show" },
    select("action", "About", { "": "Anything", ...ACTIONS }),
    select("state", "State", STATES),
    input("from", "From", { type: "date" }),
    input("to", "Until", { type: "date" }),
    input("user", "Account (id)", {
      pattern: "[0-9A-Za-z]{26}",
      maxlength: 26,
      autocomplete: "off",
      spellcheck: "false",
    }),
    el(
      "div",
      { class: "ways" },
      el("button", { class: "button" }, "Show"),
      el("a", { class: "button quiet", href: location.pathname }, "Everything"),
    ),
  );
}

function row(one) {
  const { pushed, mailed, web_pushed: webPushed } = one.delivery;
  const cells = [
    [moment(one.received_at)],
    [ACTIONS[one.action] ?? one.action],
    [
      one.user.email ?? "an account that is gone",
      el("a", { class: "muted", href: `?user=${one.user.id}` }, "all of this account"),
    ],
    [one.title],
    [one.has_read ? (one.read_at ? moment(one.read_at) : "yes") : "no"],
    [String(pushed)],
    [mailed ?? "none"],
    [String(webPushed)],
  ];
  return el(
    "tr",
    { role: "row" },
    ...cells.map((content, number) =>
      el("td", { role: "cell", "data-head": HEADS[number] }, el("span", {}, ...content)),
    ),
  );
}

/** To everybody but administrators this page is one that is not there. */
function missing() {
  document.title = "Nothing here · Marquee";
  const place = root.parentElement;
  place.className = "wrap narrow lost";
  place.replaceChildren(
    el("p", { class: "lost-number", "aria-hidden": "true" }, "4", el("span"), "4"),
    el("h1", {}, "Nothing is playing here"),
    el(
      "p",
      { class: "lead-text", role: "alert" },
      "The address may have a typing mistake, or the event is not published any more.",
    ),
    el("p", {}, el("a", { class: "button", href: "/" }, "See what’s on")),
  );
}

/** The rows, a page after the other. @returns {{elements: HTMLElement[], load: () => Promise<void>}} */
function results() {
  const place = table("What people were told", HEADS, []);
  place.firstChild.classList.add("told");
  const rows = place.querySelector("tbody");
  for (const [name, role] of ROLES) for (const part of place.querySelectorAll(name)) part.setAttribute("role", role);
  const told = el("p", { role: "status", class: "muted", tabindex: "-1" });
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const more = el("button", { class: "button quiet", type: "button" }, "Show more");
  let cursor = "";
  let busy = false;

  async function load() {
    const page = await get(path("notifications", { limit: PAGE, ...(cursor ? { cursor } : {}) }));
    rows.append(...page.items.map(row));
    cursor = page.next_cursor ?? "";
    const shown = rows.childElementCount;
    more.hidden = !cursor;
    place.hidden = shown === 0;
    told.textContent = said(shown, Boolean(cursor));
  }

  more.addEventListener("click", async () => {
    if (busy) return;
    busy = true;
    problem.hidden = true;
    try {
      await load();
      if (more.hidden) told.focus();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
    busy = false;
  });
  return { elements: [told, place, problem], more, load };
}

/** A page looks through a few months at most: it may be empty although there is more behind it. */
function said(shown, isMore) {
  if (shown) return `${shown} shown${isMore ? ", there are more" : ""}`;
  return isMore ? "Nothing that fits in the newest months; there may be more before." : "Nothing was told that fits.";
}

/** Short, since there are two in each row; the whole is in its title. */
function moment(at) {
  const text = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
  return el("time", { datetime: at, title: exact(at) }, text);
}

async function start() {
  const found = results();
  try {
    await found.load();
    const save = saveButton("Save as CSV", {
      path: () => path("notifications.csv"),
      accept: "text/csv",
      name: "notifications.csv",
    });
    root.replaceChildren(filters(), ...found.elements, el("div", { class: "ways" }, found.more, save));
  } catch (error) {
    if (error.status === 404) missing();
    else root.replaceChildren(filters(), el("div", { class: "notice bad", role: "alert" }, error.message));
  }
  root.removeAttribute("aria-busy");
}

if (user()) start();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);

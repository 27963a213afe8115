// The notifications that people got and how each was delivered, for administrators: by action, person, state and time, as
// a table or CSV.

import { asProblem, at, get, type Schemas } from "../api/client.ts";
import { saveButton } from "../api/save-file.ts";
import { user } from "../api/session.ts";
import { type Attributes, type Child, el, find } from "../ui/elements.ts";
import { exact } from "../ui/format.ts";
import { table } from "../ui/panels.ts";
import { ACTIONS } from "./notification-actions.ts";

const root = find(document, "[data-oversee]", HTMLElement);
const PAGE = 50;
/** ARIA roles by selector: a table that is drawn as blocks (desk.css) is none for screen readers without them. */
const ROLES: [string, string][] = [
  ["table", "table"],
  ["thead, tbody", "rowgroup"],
  ["tr", "row"],
  ["th", "columnheader"],
];
const STATES = { all: "Read or not", unread: "Not read", read: "Read" };
const FIELDS = ["action", "user", "state", "from", "to"];
const HEADS = ["When", "About", "To", "Title", "Read", "Open tabs", "Mail", "Web push"];

/** Returns the filters that the address holds, as a query of the API. */
function query(): Record<string, string> {
  const asked = new URLSearchParams(location.search);
  const given = FIELDS.map((name) => [name, asked.get(name) ?? ""]);
  return Object.fromEntries(given.filter(([, value]) => value && value !== "all"));
}

function select(name: string, label: string, value: string | undefined, options: Record<string, string>): HTMLElement {
  const chosen = value ?? Object.keys(options)[0];
  const choices = Object.entries(options).map(([key, text]) =>
    el("option", { value: key, selected: key === chosen }, text),
  );
  return el("div", { class: "field" }, el("label", { for: name }, label), el("select", { id: name, name }, ...choices));
}

function input(name: string, label: string, value = "", attributes: Attributes = {}): HTMLElement {
  const made = el("input", { id: name, name, value, ...attributes });
  return el("div", { class: "field" }, el("label", { for: name }, label), made);
}

function filters(): HTMLFormElement {
  const asked = query();
  const id = { pattern: "[0-9A-Za-z]{26}", maxlength: 26, autocomplete: "off", spellcheck: "false" };
  return el(
    "form",
    { class: "oversee-filter", method: "get", role: "search", "aria-label": "What to show" },
    select("action", "About", asked.action, { "": "Anything", ...ACTIONS }),
    select("state", "State", asked.state, STATES),
    input("from", "From", asked.from, { type: "date" }),
    input("to", "Until", asked.to, { type: "date" }),
    input("user", "Account (id)", asked.user, id),
    el(
      "div",
      { class: "ways" },
      el("button", { class: "button" }, "Show"),
      el("a", { class: "button quiet", href: location.pathname }, "Everything"),
    ),
  );
}

function row(one: Schemas["NotificationOverseen"]): HTMLElement {
  const { pushed, mailed, web_pushed: webPushed } = one.delivery;
  const cells: Child[][] = [
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

/** Shows that there is no such page, to everybody but administrators. */
function missing(): void {
  document.title = "Nothing here · Marquee";
  const place = root.parentElement ?? root;
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

/** The rows, and the button that shows more of them. `load` raises Problem. */
interface Results {
  elements: HTMLElement[];
  more: HTMLButtonElement;
  load: () => Promise<void>;
}

function results(): Results {
  const place = table("What people were told", HEADS, []);
  find(place, "table", HTMLTableElement).classList.add("told");
  const rows = find(place, "tbody", HTMLTableSectionElement);
  for (const [name, role] of ROLES) for (const part of place.querySelectorAll(name)) part.setAttribute("role", role);
  const count = el("p", { role: "status", class: "muted", tabindex: "-1" });
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const more = el("button", { class: "button quiet", type: "button" }, "Show more");
  let cursor = "";
  let busy = false;

  async function load(): Promise<void> {
    const page = await get(at("/admin/notifications", {}, { ...query(), limit: PAGE, cursor }));
    rows.append(...page.items.map(row));
    cursor = page.next_cursor ?? "";
    const shown = rows.childElementCount;
    more.hidden = !cursor;
    place.hidden = shown === 0;
    count.textContent = countOf(shown, Boolean(cursor));
  }

  more.addEventListener("click", async () => {
    if (busy) return;
    busy = true;
    problem.hidden = true;
    try {
      await load();
      if (more.hidden) count.focus();
    } catch (error) {
      problem.textContent = asProblem(error).message;
      problem.hidden = false;
    }
    busy = false;
  });
  return { elements: [count, place, problem], more, load };
}

/** A page looks through a few months at most: it may be empty although there is more behind it. */
function countOf(shown: number, isMore: boolean): string {
  if (shown) return `${shown} shown${isMore ? ", there are more" : ""}`;
  return isMore ? "Nothing that fits in the newest months; there may be more before." : "Nothing was told that fits.";
}

/** Returns a time in short, since there are two in each row; its title has the whole. */
function moment(received: string): HTMLElement {
  const text = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(received),
  );
  return el("time", { datetime: received, title: exact(received) }, text);
}

async function start(): Promise<void> {
  const found = results();
  try {
    await found.load();
    const save = saveButton("Save as CSV", {
      address: () => at("/admin/notifications.csv", {}, query()),
      accept: "text/csv",
      name: "notifications.csv",
    });
    root.replaceChildren(filters(), ...found.elements, el("div", { class: "ways" }, found.more, save));
  } catch (error) {
    const problem = asProblem(error);
    if (problem.status === 404) missing();
    else root.replaceChildren(filters(), el("div", { class: "notice bad", role: "alert" }, problem.message));
  }
  root.removeAttribute("aria-busy");
}

if (user()) start();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);

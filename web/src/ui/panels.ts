// The two forms in which staff pages show facts: a list of names and values, and a titled table.
import { el } from "./elements.ts";

/** @param {([string, Node | string] | null | false)[]} facts those that are false are left out */
export function factList(facts) {
  const rows = facts.filter(Boolean).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)));
  return el("dl", { class: "order-facts" }, ...rows);
}

/** @returns {HTMLElement} a table with its title, which scrolls by itself where it is too wide */
export function panel(title, heads, rows) {
  return el("section", {}, el("h3", {}, title), table(title, heads, rows));
}

/** @param {string} label what a reader of the page hears it called */
export function table(label, heads, rows) {
  return el(
    "div",
    { class: "scroller", tabindex: "0", role: "region", "aria-label": label },
    el(
      "table",
      { class: "grid" },
      el("thead", {}, el("tr", {}, ...heads.map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, ...rows),
    ),
  );
}

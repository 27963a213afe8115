// The two forms in which staff pages show facts: a list of names and values, and a titled table.
import { type Child, el } from "./elements.ts";

/** A name and its value; empty ones are left out. */
export type Fact = [string, Child] | null | undefined | false | "";

/** Returns a list of names and values. */
export function factList(facts: Fact[]): HTMLElement {
  const shown = facts.filter((fact) => fact !== null && fact !== undefined && fact !== false && fact !== "");
  const rows = shown.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)));
  return el("dl", { class: "order-facts" }, ...rows);
}

/** Returns a table with its title, which scrolls by itself where it is too wide. */
export function panel(title: string, heads: Child[], rows: HTMLElement[]): HTMLElement {
  return el("section", {}, el("h3", {}, title), table(title, heads, rows));
}

/** Returns a table; `label` is its name for screen readers. */
export function table(label: string, heads: Child[], rows: HTMLElement[]): HTMLElement {
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

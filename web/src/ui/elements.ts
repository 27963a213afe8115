// Builds elements and icons for pages that Preact does not draw, and finds elements that a page's template promises.

type Listeners = { [K in keyof HTMLElementEventMap as `on${K}`]?: (event: HTMLElementEventMap[K]) => unknown };
/** Attributes of an element: listeners are `on…`; false, null and undefined are left out, true is an empty value. */
export type Attributes = Listeners & { [name: string]: unknown };
export type Child = Node | string | number | null | undefined | false | "";

/** Builds an element. Strings become text, never markup, so nothing that a person typed can run. */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value as EventListener);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.filter(isShown).map((child) => (typeof child === "number" ? String(child) : child)));
  return made;
}

function isShown(child: Child): child is Node | string | number {
  return child !== null && child !== undefined && child !== false && child !== "";
}

/** Returns the text field of a form with this name. Raises TypeError when there is none. */
export function inputOf(form: HTMLFormElement, name: string): HTMLInputElement {
  const found = form.elements.namedItem(name);
  if (found instanceof HTMLInputElement) return found;
  throw new TypeError(`the form has no input ${name}`);
}

/** Returns the first match. Raises TypeError when there is none, or it is of another kind than `kind`. */
export function find<E extends Element>(root: ParentNode, selector: string, kind: new () => E): E {
  const found = root.querySelector(selector);
  if (found instanceof kind) return found;
  throw new TypeError(`the page has no ${kind.name} ${selector}`);
}

const DRAWINGS = {
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.6 2H4.4zM10 21.2h4",
  check: "M4.5 12.8l5 5L19.5 7",
  cross: "M6 6l12 12M18 6L6 18",
  clock: "M12 3.3a8.7 8.7 0 1 0 0 17.4 8.7 8.7 0 0 0 0-17.4zM12 7v5l3.4 2",
  mail: "M3 5.5h18v13H3zM3.6 7l8.4 6 8.4-6",
  ticket: "M3.5 6.5h17v3.6a2 2 0 0 0 0 3.8v3.6h-17v-3.6a2 2 0 0 0 0-3.8zM14.5 6.8v2M14.5 11v2M14.5 15.2v2",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6",
  stage: "M4 4.5h16v10.5H4zM12 15v5M8.5 20h7",
  megaphone: "M4 10v4h3l8 4.5V5.5L7 10zM18.5 9.5a4 4 0 0 1 0 5",
  dot: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
};

export type Drawing = keyof typeof DRAWINGS;

/** Returns a decorative drawing, `size` pixels wide and high. */
export function icon(name: Drawing, size = 20): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const fixed = { viewBox: "0 0 24 24", width: size, height: size, fill: "none", stroke: "currentColor" };
  const drawn = { "stroke-width": 1.8, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": true };
  for (const [key, value] of Object.entries({ ...fixed, ...drawn })) svg.setAttribute(key, String(value));
  svg.classList.add("icon");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", DRAWINGS[name]);
  svg.append(path);
  return svg;
}

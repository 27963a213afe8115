// HTML from the server onto a page, and what people type into HTML.
import { el } from "./elements.ts";
import { ownUrl } from "./own-url.ts";

const ALLOWED = new Set("A ABBR B BLOCKQUOTE BR CODE EM H3 H4 HR I LI OL P PRE S STRONG SUB SUP U UL".split(" "));
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g;

const DROPPED = new Set(["SCRIPT", "STYLE", "TEMPLATE"]);

/**
 * Returns HTML that the server sanitised, copied element by element: only known elements, no attributes but where links
 * lead. A parsed document runs nothing and loads nothing.
 */
export function safe(html: string): DocumentFragment {
  const made = document.createDocumentFragment();
  copyInto(made, new DOMParser().parseFromString(html, "text/html").body);
  return made;
}

function copyInto(to: Node, from: Node): void {
  for (const child of from.childNodes) {
    if (child instanceof Text) to.appendChild(document.createTextNode(child.data));
    else if (child instanceof Element && ALLOWED.has(child.tagName)) to.appendChild(copyOf(child));
    else if (child instanceof Element && !DROPPED.has(child.tagName)) copyInto(to, child);
  }
}

function copyOf(element: Element): Element {
  const made = document.createElement(element.tagName);
  const href = element.tagName === "A" && linkOf(element.getAttribute("href") ?? "");
  if (href) {
    made.setAttribute("href", href);
    made.setAttribute("rel", "noopener noreferrer");
  }
  copyInto(made, element);
  return made;
}

/** Returns where a link may lead: another site with its scheme, a mailbox, a page of ours; null for anything else. */
function linkOf(href: string): string | null {
  return /^(https?:|mailto:)/i.test(href) ? href : ownUrl(href);
}

/** Returns typed text as paragraphs: at blank lines, web addresses become links. Nothing typed becomes markup. */
export function paragraphs(text: string): HTMLParagraphElement[] {
  const parts = text.trim().split(/\n\s*\n/);
  return parts.filter(Boolean).map((part) => {
    const lines = part.trim().split("\n");
    return el("p", {}, ...lines.flatMap((line, number) => [...(number ? [el("br")] : []), ...withLinks(line)]));
  });
}

function withLinks(line: string): (Node | string)[] {
  const made: (Node | string)[] = [];
  let from = 0;
  for (const found of line.matchAll(LINK)) {
    made.push(line.slice(from, found.index), el("a", { href: found[0] }, found[0]));
    from = found.index + found[0].length;
  }
  return [...made, line.slice(from)];
}

/** Returns typed text as HTML, for the server. */
export function htmlOf(text: string): string {
  return paragraphs(text)
    .map((part) => part.outerHTML)
    .join("");
}

/** Returns the words of sanitised HTML, with a blank line between paragraphs. */
export function textOf(html: string): string {
  const parted = html.replace(/<br\s*\/?>/g, "\n").replace(/<\/(?:p|li|h3|h4|blockquote|pre)>/g, (end) => `${end}\n\n`);
  const text = new DOMParser().parseFromString(parted, "text/html").body.textContent ?? "";
  return text.replace(/\n{3,}/g, "\n\n").trim();
}

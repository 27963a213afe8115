// HTML from the server onto a page, and what people type into HTML.
import { el } from "./elements.ts";
import { ownUrl } from "./own-url.ts";

const ALLOWED = new Set("A ABBR B BLOCKQUOTE BR CODE EM H3 H4 HR I LI OL P PRE S STRONG SUB SUP U UL".split(" "));
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g;

/**
 * HTML that the server sanitised, copied element by element: only known elements, of attributes only where links lead.
 * A parsed document runs nothing and loads nothing.
 */
export function safe(html) {
  const copy = (from, to) => {
    for (const child of from.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) to.append(child.data);
      if (child.nodeType !== Node.ELEMENT_NODE) continue;
      const known = ALLOWED.has(child.tagName);
      const made = known ? document.createElement(child.tagName) : to;
      const href = child.tagName === "A" && linkOf(child.getAttribute("href") ?? "");
      if (href) {
        made.href = href;
        made.rel = "noopener noreferrer";
      }
      if (!["SCRIPT", "STYLE", "TEMPLATE"].includes(child.tagName)) copy(child, made);
      if (known) to.append(made);
    }
    return to;
  };
  return copy(new DOMParser().parseFromString(html, "text/html").body, document.createDocumentFragment());
}

/** @returns {string | null} where a link may lead: another site with its scheme, a mailbox, a page of ours */
function linkOf(href) {
  return /^(https?:|mailto:)/i.test(href) ? href : ownUrl(href);
}

/** Typed text as paragraphs: blank lines part them, web addresses become links. Nothing typed becomes markup. */
export function paragraphs(text) {
  return text
    .trim()
    .split(/\n\s*\n/)
    .filter(Boolean)
    .map((part) => {
      const made = el("p");
      part
        .trim()
        .split("\n")
        .forEach((line, number) => {
          if (number) made.append(el("br"));
          let from = 0;
          for (const found of line.matchAll(LINK)) {
            made.append(line.slice(from, found.index), el("a", { href: found[0] }, found[0]));
            from = found.index + found[0].length;
          }
          made.append(line.slice(from));
        });
      return made;
    });
}

/** @returns {string} the same as HTML, for the server */
export function htmlOf(text) {
  return paragraphs(text)
    .map((part) => part.outerHTML)
    .join("");
}

/** @returns {string} the words of sanitised HTML, with a blank line between paragraphs */
export function textOf(html) {
  const parted = html.replace(/<br\s*\/?>/g, "\n").replace(/<\/(?:p|li|h3|h4|blockquote|pre)>/g, (end) => `${end}\n\n`);
  return new DOMParser()
    .parseFromString(parted, "text/html")
    .body.textContent.replace(/\n{3,}/g, "\n\n")
    .trim();
}

// The elements of the check-in page, made once. Drawn and wired by check-in.ts.
import { el } from "../../ui/elements.ts";

export const field = el("input", {
  id: "code",
  name: "code",
  autocomplete: "off",
  autocapitalize: "characters",
  spellcheck: "false",
  enterkeyhint: "go",
  maxlength: 200,
  required: true,
});
export const form = el(
  "form",
  { class: "gate-form" },
  el("div", { class: "field" }, el("label", { for: "code" }, "Ticket code"), field),
  el("button", { class: "button" }, "Check in"),
);
export const verdict = el(
  "div",
  { class: "verdict", role: "alert", "data-verdict": true },
  el("p", { class: "muted" }, "Scan a ticket or type its code."),
);
export const video = el("video", {
  muted: true,
  playsinline: true,
  hidden: true,
  "aria-label": "What the camera sees",
});
export const scan = el("button", { class: "button quiet", type: "button" }, "Scan with the camera");
export const noCamera = el("p", { class: "notice warn", role: "status", "data-camera": true, hidden: true });
export const counts = el("section", { class: "gate-counts", "aria-label": "How many are in", "data-counts": true });
export const newest = el("ul", { class: "gate-latest", "data-latest": true });
export const network = el("p", { class: "muted", role: "status", "data-network": true });
export const outcomes = el("div", { class: "gate-told", role: "status" });
export const about = el("div");

/** Returns everything on the page in its order; `about` is replaced by the part about the device when that is loaded. */
export function pageParts(): HTMLElement[] {
  return [
    el("div", { class: "gate-camera" }, scan, video, noCamera),
    verdict,
    form,
    outcomes,
    counts,
    el("h2", { class: "section-title" }, "The latest"),
    newest,
    network,
    about,
  ];
}

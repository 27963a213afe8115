// Saves files that need credentials: they are fetched, then handed to the browser as a download.

import { el } from "../ui/elements.ts";
import { file, Problem } from "./client.ts";

/**
 * A button that saves a file, and the place where it says what went wrong.
 * @param {string} label
 * @param {{path: () => string, accept: string, name: string, kind?: string}} what `name` when the server gives none
 */
export function saveButton(label, { path, accept, name, kind = "quiet" }) {
  const problem = el("p", { class: "error", role: "alert", hidden: true });
  const button = el("button", { class: `button ${kind}`, type: "button" }, label);
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    problem.hidden = true;
    try {
      await save(path(), accept, name);
    } catch (error) {
      problem.textContent = error instanceof Problem ? error.message : "The file could not be saved. Try again.";
      problem.hidden = false;
    }
    button.removeAttribute("aria-disabled");
  });
  return el("span", { class: "saver" }, button, problem);
}

/** All parts of a file, one download each where the server cuts it. */
async function save(path, accept, name) {
  const part = await file(path, accept);
  const url = URL.createObjectURL(part.blob);
  const link = el("a", { href: url, download: part.name || name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  if (part.next) await save(part.next, accept, name);
}

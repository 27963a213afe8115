// Saves files that need credentials: they are fetched, then handed to the browser as a download.

import { el } from "../ui/elements.ts";
import { type Address, file, link as linkTo, Problem } from "./client.ts";

/** What a button saves: `name` is for when the server gives none, `kind` the button's class. */
export interface SavedFile {
  address: () => Address;
  accept: string;
  name: string;
  kind?: string;
}

/** Returns a button that saves a file, and the place where it says what went wrong. */
export function saveButton(label: string, { address, accept, name, kind = "quiet" }: SavedFile): HTMLElement {
  const problem = el("p", { class: "error", role: "alert", hidden: true });
  const button = el("button", { class: `button ${kind}`, type: "button" }, label);
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    problem.hidden = true;
    try {
      await save(address(), accept, name);
    } catch (error) {
      problem.textContent = error instanceof Problem ? error.message : "The file could not be saved. Try again.";
      problem.hidden = false;
    }
    button.removeAttribute("aria-disabled");
  });
  return el("span", { class: "saver" }, button, problem);
}

/** Saves all parts of a file, one download each where the server cuts it. */
async function save(address: Address, accept: string, name: string): Promise<void> {
  const part = await file(address, accept);
  const url = URL.createObjectURL(part.blob);
  const link = el("a", { href: url, download: part.name || name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  if (part.next) await save(linkTo(part.next), accept, name);
}

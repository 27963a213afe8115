// The message of a field in forms that a page's template draws: `.field` holds label, input and hint. Used by the ticket
// form and the forms of accounts.

/** Shows what is wrong with a field below it, or removes that (empty). Says it to screen readers too. */
export function showFieldError(input: HTMLInputElement, text: string): void {
  const field = input.closest(".field");
  if (!field) return;
  field.querySelector(".error")?.remove();
  input.removeAttribute("aria-invalid");
  const hint = field.querySelector(".hint")?.id ?? "";
  const described = text ? `${input.id}-error ${hint}`.trim() : hint;
  if (described) input.setAttribute("aria-describedby", described);
  else input.removeAttribute("aria-describedby");
  if (!text) return;
  const error = document.createElement("p");
  field.append(Object.assign(error, { className: "error", id: `${input.id}-error`, textContent: text }));
  input.setAttribute("aria-invalid", "true");
}

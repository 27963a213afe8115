// The forms of accounts: sign in, sign up, confirm an address, ask for a new password and set it.
import { Problem, send } from "../api/client.ts";
import { keep, user } from "../api/session.ts";
import { ownUrl } from "../ui/own-url.ts";

const status = document.querySelector("[data-status]");
const token = location.hash.slice(1);

/** Where to go afterwards: a page of ours, never another site. */
function next() {
  return ownUrl(new URLSearchParams(location.search).get("next") ?? "/") ?? "/";
}

const WORK = {
  "sign-in": async (form) => {
    keep(await send("POST", "/auth/sign-in", form));
    location.assign(next());
  },
  "sign-up": async (form, key) => {
    keep(await send("POST", "/auth/sign-up", form, { key }));
    location.assign(next());
  },
  forgot: async (form, _key, element) => {
    await send("POST", "/auth/password/forgot", form);
    element.hidden = true;
    status.textContent = `If ${form.email} has an account, a link is on its way. It is good for an hour.`;
  },
  reset: async (form, _key, element) => {
    await send("POST", "/auth/password/reset", { token, ...form });
    element.hidden = true;
    status.textContent = "Your new password is set. Sign in with it.";
  },
};

const MISSING = {
  name: "Type your name.",
  email: "Type your e-mail address, like name@example.org.",
  password: "Type a password of at least 10 characters.",
};

function complainAbout(input, text) {
  const field = input.closest(".field");
  field.querySelector(".error")?.remove();
  input.removeAttribute("aria-invalid");
  const hint = field.querySelector(".hint")?.id ?? "";
  input.setAttribute("aria-describedby", text ? `${input.id}-error ${hint}`.trim() : hint);
  if (!text) return;
  const error = Object.assign(document.createElement("p"), {
    className: "error",
    id: `${input.id}-error`,
    textContent: text,
  });
  field.append(error);
  input.setAttribute("aria-invalid", "true");
}

function complain(form, text) {
  const problem = form.querySelector("[data-problem]");
  problem.textContent = text;
  problem.hidden = !text;
}

function checked(form) {
  const signingIn = form.dataset.accountForm === "sign-in";
  for (const input of form.querySelectorAll("input")) {
    const missing = signingIn && input.name === "password" ? "Type your password." : MISSING[input.name];
    complainAbout(input, input.value.trim() && input.checkValidity() ? "" : missing);
  }
  const wrong = form.querySelector('[aria-invalid="true"]');
  wrong?.focus();
  return !wrong;
}

function explain(form, error) {
  complain(form, error.code === "wrong_credentials" ? "The address or the password is wrong." : error.message);
  for (const { pointer, detail } of error.errors) {
    const input = form.elements[pointer.slice(1)];
    if (input) complainAbout(input, `This ${detail}.`);
  }
  if (form.querySelector('[aria-invalid="true"]')) complain(form, "");
  (form.querySelector('[aria-invalid="true"]') ?? form.querySelector("input")).focus();
}

function serve(form) {
  const button = form.querySelector("button");
  const key = crypto.randomUUID();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    complain(form, "");
    if (button.disabled || !checked(form)) return;
    const values = Object.fromEntries(new FormData(form));
    button.disabled = true;
    try {
      await WORK[form.dataset.accountForm](values, `${key}-${values.email ?? ""}`, form);
    } catch (error) {
      explain(form, error instanceof Problem ? error : new Problem(0));
    }
    button.disabled = false;
  });
}

async function verify(panel) {
  if (!token) {
    status.textContent = "Open the link from our mail to confirm your address.";
    return;
  }
  history.replaceState(null, "", location.pathname);
  try {
    await send("POST", "/auth/verify", { token });
    panel.querySelector("h1").textContent = "Your address is confirmed";
    status.textContent = user()
      ? "Thank you. You can publish events and sell tickets now."
      : "Thank you. Sign in to go on.";
  } catch (error) {
    status.textContent = error.code === "token_not_valid" ? "This link was used already or is too old." : error.message;
  }
}

for (const link of document.querySelectorAll("[data-keep-next]")) link.search = location.search;
for (const form of document.querySelectorAll("form[data-account-form]")) serve(form);
const [forgot, reset] = ["forgot", "reset"].map((name) => document.querySelector(`[data-account-form="${name}"]`));
if (forgot) (token ? reset : forgot).hidden = false;
const panel = document.querySelector('[data-account-form="verify"]');
if (panel) verify(panel);

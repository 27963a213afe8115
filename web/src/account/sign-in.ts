// The forms of accounts: sign in, sign up, confirm an address, ask for a new password and set it.
import { asProblem, at, type Problem, send } from "../api/client.ts";
import { ownRoles } from "../api/roles.ts";
import { keep, user } from "../api/session.ts";
import { find } from "../ui/elements.ts";
import { showFieldError } from "../ui/field-error.ts";
import { ownUrl } from "../ui/own-url.ts";

/** What was typed in a form, by the name of the field. */
type Values = Record<string, string>;
type Work = (values: Values, key: string, form: HTMLFormElement) => Promise<void>;

const status = document.querySelector("[data-status]");
const token = location.hash.slice(1);

/** Returns where to go afterwards: where one was going, a page of ours, never another site; else `usual`. */
function next(usual: string): string {
  const wanted = new URLSearchParams(location.search).get("next");
  return (wanted && ownUrl(wanted)) || usual;
}

/** Returns where somebody begins who was going nowhere: at the desk who helps to run an event, else at the events. */
async function usualPage(): Promise<string> {
  const roles = await ownRoles().catch(() => null);
  return roles?.size ? "/organise" : "/";
}

function say(text: string): void {
  if (status) status.textContent = text;
}

const WORK: Record<string, Work> = {
  "sign-in": async ({ email = "", password = "" }) => {
    keep(await send("POST", at("/auth/sign-in"), { email, password }));
    location.assign(next(await usualPage()));
  },
  "sign-up": async ({ name = "", email = "", password = "" }, key) => {
    keep(await send("POST", at("/auth/sign-up"), { name, email, password }, { key }));
    location.assign(next("/organise"));
  },
  forgot: async ({ email = "" }, _key, form) => {
    await send("POST", at("/auth/password/forgot"), { email });
    form.hidden = true;
    say(`If ${email} has an account, a link is on its way. It is good for an hour.`);
  },
  reset: async ({ password = "" }, _key, form) => {
    await send("POST", at("/auth/password/reset"), { token, password });
    form.hidden = true;
    say("Your new password is set. Sign in with it.");
  },
};

const MISSING: Record<string, string> = {
  name: "Type your name.",
  email: "Type your e-mail address, like name@example.org.",
  password: "Type a password of at least 10 characters.",
};

function complain(form: HTMLFormElement, text: string): void {
  const problem = find(form, "[data-problem]", HTMLElement);
  problem.textContent = text;
  problem.hidden = !text;
}

/** Returns whether the form can be sent. Says what is missing and goes there. */
function isComplete(form: HTMLFormElement): boolean {
  const signingIn = form.dataset.accountForm === "sign-in";
  for (const input of form.querySelectorAll("input")) {
    const missing = signingIn && input.name === "password" ? "Type your password." : (MISSING[input.name] ?? "");
    showFieldError(input, input.value.trim() && input.checkValidity() ? "" : missing);
  }
  const wrong = form.querySelector<HTMLElement>('[aria-invalid="true"]');
  wrong?.focus();
  return !wrong;
}

function explain(form: HTMLFormElement, error: Problem): void {
  complain(form, error.code === "wrong_credentials" ? "The address or the password is wrong." : error.message);
  for (const { pointer, detail } of error.errors) {
    const input = form.elements.namedItem(pointer.slice(1));
    if (input instanceof HTMLInputElement) showFieldError(input, `This ${detail}.`);
  }
  const wrong = form.querySelector<HTMLElement>('[aria-invalid="true"]');
  if (wrong) complain(form, "");
  (wrong ?? form.querySelector("input"))?.focus();
}

/** Sends a form with the work of its name. The key stays until the page is left: a second press is the same request. */
function serve(form: HTMLFormElement): void {
  const button = find(form, "button", HTMLButtonElement);
  const work = WORK[form.dataset.accountForm ?? ""];
  const key = crypto.randomUUID();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    complain(form, "");
    if (!work || button.disabled || !isComplete(form)) return;
    const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    button.disabled = true;
    try {
      await work(values, `${key}-${values.email ?? ""}`, form);
    } catch (error) {
      explain(form, asProblem(error));
    }
    button.disabled = false;
  });
}

async function verify(panel: HTMLElement): Promise<void> {
  if (!token) {
    say("Open the link from our mail to confirm your address.");
    return;
  }
  history.replaceState(null, "", location.pathname);
  try {
    await send("POST", at("/auth/verify"), { token });
    find(panel, "h1", HTMLElement).textContent = "Your address is confirmed";
    say(user() ? "Thank you. You can publish events and sell tickets now." : "Thank you. Sign in to go on.");
  } catch (error) {
    const problem = asProblem(error);
    say(problem.code === "token_not_valid" ? "This link was used already or is too old." : problem.message);
  }
}

for (const link of document.querySelectorAll<HTMLAnchorElement>("[data-keep-next]")) link.search = location.search;
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-account-form]")) serve(form);
const [forgot, reset] = ["forgot", "reset"].map((name) =>
  document.querySelector<HTMLElement>(`[data-account-form="${name}"]`),
);
if (forgot && reset) (token ? reset : forgot).hidden = false;
const panel = document.querySelector<HTMLElement>('[data-account-form="verify"]');
if (panel) verify(panel);

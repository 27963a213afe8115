// The page of notification preferences: the table, quiet hours, the digest's hour, and whether mails arrive at all. Saved
// with If-Match: when another device was faster, what was chosen here stays and is saved over it only when asked again.
import { asProblem, at, get, type Schemas, send, tagOf } from "../api/client.ts";
import { user } from "../api/session.ts";
import { type Child, el, find } from "../ui/elements.ts";
import { isRecord } from "../ui/storage.ts";
import { browserPanel } from "./browsers.ts";
import { preferenceTable } from "./preference-table.ts";

const ADDRESS = at("/me/notification-preferences");
const STATES: Partial<Record<Schemas["AddressRead"]["state"], string>> & { bounced: string } = {
  bounced: "Mails to your address came back, so we send none there.",
  complained: "A mail to your address was marked as spam, so we send none there.",
};
const root = find(document, "[data-preferences]", HTMLElement);
let tag: string | undefined;

type Input = HTMLInputElement | HTMLSelectElement;

/** The form and what saving it needs: the input of a pointer, and what was chosen. */
interface PreferenceForm {
  form: HTMLFormElement;
  save: HTMLButtonElement;
  problem: HTMLElement;
  spoken: HTMLElement;
  inputAt: (pointer: string) => HTMLElement | null;
  wanted: () => Schemas["PreferencesFormPatch"];
}

function field(id: string, label: string, input: Input, hint?: Child): HTMLElement {
  input.id = id;
  const error = el("p", { class: "error", id: `${id}-error` });
  input.setAttribute("aria-describedby", hint ? `${id}-hint ${error.id}` : error.id);
  return el(
    "div",
    { class: "field" },
    el("label", { for: id }, label),
    input,
    hint && el("p", { class: "hint", id: `${id}-hint` }, hint),
    error,
  );
}

function zones(current: string): HTMLSelectElement {
  const all = new Set([...(Intl.supportedValuesOf?.("timeZone") ?? []), "UTC", current]);
  return el(
    "select",
    {},
    ...[...all]
      .sort()
      .map((name) => el("option", { value: name, selected: name === current }, name.replaceAll("_", " "))),
  );
}

function hours(current: number): HTMLSelectElement {
  const clock = (hour: number) => `${String(hour).padStart(2, "0")}:00`;
  return el(
    "select",
    {},
    ...[...Array(24).keys()].map((hour) => el("option", { value: hour, selected: hour === current }, clock(hour))),
  );
}

/** The inputs below the table. `hush` says whether there are quiet hours. */
interface TimeInputs {
  hush: HTMLInputElement;
  from: HTMLInputElement;
  to: HTMLInputElement;
  hour: HTMLSelectElement;
  zone: HTMLSelectElement;
}

function timeInputs(preferences: Schemas["PreferencesRead"]): TimeInputs {
  const quiet = preferences.quiet_hours;
  return {
    hush: el("input", { type: "checkbox", id: "quiet", checked: Boolean(quiet) }),
    from: el("input", { type: "time", value: quiet?.from ?? "22:00", required: true }),
    to: el("input", { type: "time", value: quiet?.to ?? "07:00", required: true }),
    hour: hours(preferences.digest_hour),
    zone: zones(preferences.timezone),
  };
}

function build(preferences: Schemas["PreferencesRead"]): HTMLFormElement {
  const table = preferenceTable(preferences.actions);
  const inputs = timeInputs(preferences);
  const { hush, from, to, hour, zone } = inputs;
  const problem = el("div", { class: "notice bad", role: "alert", tabindex: "-1", hidden: true });
  const spoken = el("p", { role: "status", class: "muted" });
  const save = el("button", { class: "button" }, "Save");
  const actions = el("div", { class: "actions" }, save, spoken);
  const attributes = { class: "preferences", novalidate: true };
  const form = el("form", attributes, problem, table.element, quietHours(inputs), otherTimes(inputs), actions);
  const places: Record<string, Input> = {
    "/quiet_hours/from": from,
    "/quiet_hours/to": to,
    "/digest_hour": hour,
    "/timezone": zone,
  };
  const inputAt = (pointer: string) => places[pointer] ?? table.find(pointer);
  const wanted = () => ({
    actions: table.values(),
    quiet_hours: hush.checked ? { from: from.value, to: to.value } : null,
    digest_hour: Number(hour.value),
    timezone: zone.value,
  });
  form.addEventListener("submit", (happening) => {
    happening.preventDefault();
    if (save.getAttribute("aria-disabled") !== "true") store({ form, save, problem, spoken, inputAt, wanted });
  });
  return form;
}

/** Returns the fields of the quiet hours; their times are hidden while there are none. */
function quietHours({ hush, from, to }: TimeInputs): HTMLElement {
  const times = el("div", { class: "times" }, field("quiet-from", "From", from), field("quiet-to", "To", to));
  const settle = () => {
    times.hidden = !hush.checked;
  };
  hush.addEventListener("change", settle);
  settle();
  return el(
    "fieldset",
    {},
    el("legend", {}, "Quiet hours"),
    el("p", { class: "tick" }, hush, el("label", { for: "quiet" }, "Mails and pushes wait; the inbox does not")),
    times,
  );
}

function otherTimes({ hour, zone }: TimeInputs): HTMLElement {
  const digest = field("digest-hour", "Daily mail at", hour, "What is mailed once a day");
  return el("div", { class: "times" }, digest, field("zone", "Time zone", zone));
}

async function store({ form, save, problem, spoken, inputAt, wanted }: PreferenceForm): Promise<void> {
  save.setAttribute("aria-disabled", "true");
  problem.hidden = true;
  spoken.textContent = "";
  for (const input of form.querySelectorAll("[aria-invalid]")) unmark(input);
  try {
    await send("PATCH", ADDRESS, wanted(), { match: tag });
    spoken.textContent = "Saved.";
    await get(ADDRESS).then(
      () => {
        tag = tagOf(ADDRESS);
      },
      () => {},
    );
  } catch (error) {
    problem.textContent = explain(error);
    problem.hidden = false;
    const { errors } = asProblem(error);
    const wrong = errors.map(({ pointer, detail }) => mark(inputAt(pointer), detail)).filter((one) => one !== null);
    (wrong[0] ?? problem).focus();
  }
  save.removeAttribute("aria-disabled");
}

function explain(thrown: unknown): string {
  const error = asProblem(thrown);
  if (error.status === 412) {
    const { current } = error.body;
    if (isRecord(current) && typeof current.etag === "string") tag = current.etag;
    return "You changed this elsewhere meanwhile. What you chose here is kept: save again to let it stand.";
  }
  return error.errors.length ? "Not saved: see what is marked." : error.message;
}

function mark(input: HTMLElement | null, detail: string): HTMLElement | null {
  if (!input) return null;
  input.setAttribute("aria-invalid", "true");
  const id = input.id ? `${input.id}-error` : "";
  const made = el("p", { class: "error" });
  const place = (id && document.getElementById(id)) || made;
  if (place === made) input.after(made);
  place.id ||= `wrong-${crypto.randomUUID()}`;
  place.textContent = `This ${detail}.`;
  if (!id) input.setAttribute("aria-describedby", place.id);
  return input;
}

function unmark(input: Element): void {
  input.removeAttribute("aria-invalid");
  for (const id of (input.getAttribute("aria-describedby") ?? "").split(" ")) {
    const place = document.getElementById(id);
    if (place?.classList.contains("error")) place.textContent = "";
  }
}

function arrival(address: Schemas["AddressRead"]): HTMLElement | null {
  if (address.state === "works") return null;
  const spoken = el("p", { role: "status" });
  const ask = el("button", { class: "button quiet", type: "button" }, "Mail me a link to prove the address");
  ask.addEventListener("click", async () => {
    if (ask.getAttribute("aria-disabled") === "true") return;
    ask.setAttribute("aria-disabled", "true");
    try {
      await send("POST", at("/me/notification-preferences/address-proof"));
      spoken.textContent = "Sent. Follow the link in that mail, and mails go to you again.";
    } catch (error) {
      spoken.textContent = asProblem(error).message;
      ask.removeAttribute("aria-disabled");
    }
  });
  return el(
    "div",
    { class: "notice warn" },
    el("p", {}, STATES[address.state] ?? STATES.bounced),
    el("p", {}, ask),
    spoken,
  );
}

async function start(): Promise<void> {
  try {
    const preferences = await get(ADDRESS);
    tag = tagOf(ADDRESS);
    const warning = arrival(preferences.address);
    root.replaceChildren(...(warning ? [warning] : []), build(preferences));
    browserPanel().then((panel) => panel && root.append(panel));
  } catch (error) {
    root.replaceChildren(el("div", { class: "notice bad", role: "alert" }, asProblem(error).message));
  }
  root.removeAttribute("aria-busy");
}

if (user()) start();
else location.replace("/sign-in?next=%2Fnotifications%2Fpreferences");

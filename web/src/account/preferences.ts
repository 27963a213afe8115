// The page of what one is told: the table, quiet hours, the digest's hour, and whether mails arrive at all. Saved with
// If-Match: when another device was faster, what was typed here stays and is saved over it only when asked again.
import { get, Problem, send, tagOf } from "../api/client.ts";
import { user } from "../api/session.ts";
import { el } from "../ui/elements.ts";
import { browserPanel } from "./browsers.ts";
import { preferenceTable } from "./preference-table.ts";

const PATH = "/me/notification-preferences";
const STATES = {
  bounced: "Mails to your address came back, so we send none there.",
  complained: "A mail to your address was marked as spam, so we send none there.",
};
const root = document.querySelector("[data-preferences]");
let tag;

function field(id, label, input, hint) {
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

function zones(current) {
  const all = new Set([...(Intl.supportedValuesOf?.("timeZone") ?? []), "UTC", current]);
  return el(
    "select",
    {},
    ...[...all]
      .sort()
      .map((name) => el("option", { value: name, selected: name === current }, name.replaceAll("_", " "))),
  );
}

function hours(current) {
  const clock = (hour) => `${String(hour).padStart(2, "0")}:00`;
  return el(
    "select",
    {},
    ...[...Array(24).keys()].map((hour) => el("option", { value: hour, selected: hour === current }, clock(hour))),
  );
}

function build(preferences) {
  const table = preferenceTable(preferences.actions);
  const quiet = preferences.quiet_hours;
  const hush = el("input", { type: "checkbox", id: "quiet", checked: Boolean(quiet) });
  const from = el("input", { type: "time", value: quiet?.from ?? "22:00", required: true });
  const to = el("input", { type: "time", value: quiet?.to ?? "07:00", required: true });
  const hour = hours(preferences.digest_hour);
  const zone = zones(preferences.timezone);
  const times = el("div", { class: "times" }, field("quiet-from", "From", from), field("quiet-to", "To", to));
  const problem = el("div", { class: "notice bad", role: "alert", tabindex: "-1", hidden: true });
  const spoken = el("p", { role: "status", class: "muted" });
  const save = el("button", { class: "button" }, "Save");
  const form = el(
    "form",
    { class: "preferences", novalidate: true },
    problem,
    table.element,
    el(
      "fieldset",
      {},
      el("legend", {}, "Quiet hours"),
      el("p", { class: "tick" }, hush, el("label", { for: "quiet" }, "Mails and pushes wait; the inbox does not")),
      times,
    ),
    el(
      "div",
      { class: "times" },
      field("digest-hour", "Daily mail at", hour, "What is mailed once a day"),
      field("zone", "Time zone", zone),
    ),
    el("div", { class: "actions" }, save, spoken),
  );
  const places = { "/quiet_hours/from": from, "/quiet_hours/to": to, "/digest_hour": hour, "/timezone": zone };
  const find = (pointer) => places[pointer] ?? table.find(pointer);
  const wanted = () => ({
    actions: table.values(),
    quiet_hours: hush.checked ? { from: from.value, to: to.value } : null,
    digest_hour: Number(hour.value),
    timezone: zone.value,
  });
  const settle = () => (times.hidden = !hush.checked);
  hush.addEventListener("change", settle);
  settle();
  form.addEventListener("submit", (happening) => {
    happening.preventDefault();
    if (save.getAttribute("aria-disabled") !== "true") store({ form, save, problem, spoken, find, wanted });
  });
  return form;
}

async function store({ form, save, problem, spoken, find, wanted }) {
  save.setAttribute("aria-disabled", "true");
  problem.hidden = true;
  spoken.textContent = "";
  for (const input of form.querySelectorAll("[aria-invalid]")) unmark(input);
  try {
    await send("PATCH", PATH, wanted(), { match: tag });
    spoken.textContent = "Saved.";
    await get(PATH).then(
      () => (tag = tagOf(PATH)),
      () => {},
    );
  } catch (error) {
    problem.textContent = explain(error);
    problem.hidden = false;
    const wrong = (error.errors ?? []).map(({ pointer, detail }) => mark(find(pointer), detail)).filter(Boolean);
    (wrong[0] ?? problem).focus();
  }
  save.removeAttribute("aria-disabled");
}

function explain(error) {
  if (!(error instanceof Problem)) return "Something went wrong. Try again.";
  if (error.status === 412) {
    tag = error.body.current?.etag ?? tag;
    return "You changed this elsewhere meanwhile. What you chose here is kept: save again to let it stand.";
  }
  return error.errors.length ? "Not saved: see what is marked." : error.message;
}

function mark(input, detail) {
  if (!input) return null;
  input.setAttribute("aria-invalid", "true");
  const id = input.id ? `${input.id}-error` : "";
  const place = (id && document.getElementById(id)) || input.parentElement.appendChild(el("p", { class: "error" }));
  place.id ||= `wrong-${crypto.randomUUID()}`;
  place.textContent = `This ${detail}.`;
  if (!id) input.setAttribute("aria-describedby", place.id);
  return input;
}

function unmark(input) {
  input.removeAttribute("aria-invalid");
  for (const id of (input.getAttribute("aria-describedby") ?? "").split(" ")) {
    const place = id && document.getElementById(id);
    if (place?.classList.contains("error")) place.textContent = "";
  }
}

function arrival(address) {
  if (address.state === "works") return null;
  const spoken = el("p", { role: "status" });
  const ask = el("button", { class: "button quiet", type: "button" }, "Mail me a link to prove the address");
  ask.addEventListener("click", async () => {
    if (ask.getAttribute("aria-disabled") === "true") return;
    ask.setAttribute("aria-disabled", "true");
    try {
      await send("POST", `${PATH}/address-proof`);
      spoken.textContent = "Sent. Follow the link in that mail, and mails go to you again.";
    } catch (error) {
      spoken.textContent = error instanceof Problem ? error.message : "Something went wrong. Try again.";
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

async function start() {
  try {
    const preferences = await get(PATH);
    tag = tagOf(PATH);
    const warning = arrival(preferences.address);
    root.replaceChildren(...[warning, build(preferences)].filter(Boolean));
    browserPanel().then((panel) => panel && root.append(panel));
  } catch (error) {
    root.replaceChildren(el("div", { class: "notice bad", role: "alert" }, error.message));
  }
  root.removeAttribute("aria-busy");
}

if (user()) start();
else location.replace("/sign-in?next=%2Fnotifications%2Fpreferences");

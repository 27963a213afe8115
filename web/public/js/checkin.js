// The check-in page: a code from a keyboard, a handheld scanner or the camera becomes a large answer in words. Without a
// network it goes by the list that the browser keeps, and tells the server later.
import { get, now, send } from "./api.js";
import { el, hour, icon, recall, remember } from "./format.js";
import { GateList } from "./gatelist.js";
import { live } from "./live.js";
import { user } from "./session.js";
import { readCode } from "./ticketcode.js";

const root = document.querySelector("[data-gate]");
const eventId = location.pathname.split("/")[2];
const PATH = `/events/${eventId}/check-ins`;
const DEVICE = "marquee.gate.device";
const LIST_EVERY_MS = 300_000;
const LOOK_EVERY_MS = 20_000;
const list = new GateList(eventId);
let event = null;
let stopCamera = null;
let catchingUp = false;

const field = el("input", { id: "code", name: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", enterkeyhint: "go", maxlength: 200, required: true });
const form = el("form", { class: "gate-form" }, el("div", { class: "field" }, el("label", { for: "code" }, "Ticket code"), field), el("button", { class: "button" }, "Check in"));
const verdict = el("div", { class: "verdict", role: "alert", "data-verdict": true }, el("p", { class: "muted" }, "Scan a ticket or type its code."));
const video = el("video", { muted: true, playsinline: true, hidden: true, "aria-label": "What the camera sees" });
const scan = el("button", { class: "button quiet", type: "button", hidden: true }, "Scan with the camera");
const counts = el("section", { class: "gate-counts", "aria-label": "How many are in", "data-counts": true });
const latest = el("ul", { class: "gate-latest", "data-latest": true });
const network = el("p", { class: "muted", role: "status", "data-network": true });
const told = el("div", { role: "status" });
const device = el("input", { id: "device", maxlength: 60, value: recall("localStorage", DEVICE) ?? "" });

/** What is said of an answer: tone, sign, words. The words stand alone: colour only helps. */
const SAYS = {
  admitted: ["good", "check", "Let them in"],
  already_checked_in: ["bad", "cross", "Used already"],
  used: ["bad", "cross", "Used already"],
  ticket_void: ["bad", "cross", "Cancelled or refunded"],
  ticket_suspended: ["warn", "clock", "Not now: payment disputed"],
  suspended: ["warn", "clock", "Not now: payment disputed"],
  unknown_ticket: ["bad", "cross", "Not a ticket of this event"],
  unknown: ["bad", "cross", "Not on this device’s list"],
};

function say(what, { who = "", about = "" } = {}) {
  const [tone, sign, words] = SAYS[what] ?? ["warn", "clock", "Try again"];
  verdict.className = `verdict ${tone}`;
  verdict.replaceChildren(icon(sign, 44), el("strong", {}, words), who && el("span", { class: "who" }, who), about && el("span", {}, about));
}

function times(moment) {
  return hour(moment, event?.timezone);
}

async function read(text) {
  const code = readCode(text) ?? text.trim();
  const at = new Date(now()).toISOString();
  if (!code) return;
  try {
    const made = await send("POST", PATH, { code, at, device: deviceName() });
    say("admitted", { who: made.attendee, about: made.ticket_type });
    look();
  } catch (problem) {
    if (problem.status === 0 || problem.status >= 500) await readAlone(code, at);
    else sayRefusal(problem);
  }
}

function sayRefusal(problem) {
  const before = problem.body.check_in;
  if (!(problem.code in SAYS)) {
    say("", { about: problem.message });
    return;
  }
  const first = before && `${times(before.checked_in_at)}${before.by.name ? `, by ${before.by.name}` : ""}${before.device ? `, ${before.device}` : ""}`;
  say(problem.code, { who: before?.attendee ?? problem.body.attendee, about: first ?? problem.message });
}

/** Without the server: by the list. */
async function readAlone(code, at) {
  const judged = await list.admit(code, at);
  const type = judged.verdict === "used" ? times(judged.at) : judged.type;
  const about = judged.verdict === "unknown" ? `The list is of ${list.fetchedAt ? times(new Date(list.fetchedAt).toISOString()) : "no time yet"}.` : `${type} · no network, told to the server later`;
  say(judged.verdict, { who: judged.attendee, about });
  showNetwork();
}

/** Everything that was done alone is told, once at a time; what others did first is said. */
async function catchUp() {
  if (catchingUp) return;
  catchingUp = true;
  try {
    while (list.waiting.length) {
      const results = await list.reconcile(deviceName());
      for (const result of results.filter((one) => one.outcome !== "admitted")) told.append(sorrow(result));
    }
  } catch {
    // Still no network: later.
  }
  catchingUp = false;
  showNetwork();
}

function sorrow(result) {
  const first = result.check_in && ` ${result.check_in.device ?? "Somebody"} was first, ${times(result.check_in.checked_in_at)}.`;
  const words = { duplicate: "was let in here, but the ticket was used already.", void: "was let in here, but the ticket was refunded.", suspended: "was let in here, but the payment is disputed.", unknown: "was let in here with a code that is not good any more." };
  return el("div", { class: "notice warn" }, `${result.attendee ?? "Somebody"} ${words[result.outcome]}`, first);
}

function deviceName() {
  return device.value.trim() || "Browser";
}

function showNetwork() {
  const waits = list.waiting.length;
  const list_ = list.fetchedAt ? `List of ${list.size} tickets from ${times(new Date(list.fetchedAt).toISOString())}.` : "No list for the time without a network yet.";
  network.textContent = `${navigator.onLine ? "Online." : "No network."} ${list_}${waits ? ` ${waits} ${waits === 1 ? "scan waits" : "scans wait"} to be told to the server.` : ""}`;
}

function showCounts(found) {
  const rows = found.types.map((one) => el("p", { class: "muted" }, `${one.name}: ${one.checked_in} of ${one.sold}`));
  counts.replaceChildren(el("p", { class: "total" }, `${found.checked_in} of ${found.sold} are in`), ...rows);
}

function row(one) {
  const undo = el("button", { class: "button plain", type: "button" }, "Undo", el("span", { class: "hidden" }, ` for ${one.attendee}`));
  undo.addEventListener("click", async () => {
    if (!undo.dataset.sure) {
      undo.dataset.sure = "yes";
      undo.firstChild.textContent = "Really undo?";
      return;
    }
    await send("DELETE", `${PATH}/${one.ticket}`, undefined, { match: "*" }).catch(sayRefusal);
    look();
  });
  const about = `${one.ticket_type} · ${times(one.checked_in_at)}${one.device ? ` · ${one.device}` : ""}`;
  return el("li", {}, el("div", {}, el("strong", {}, one.attendee), el("p", { class: "muted" }, about)), undo);
}

async function look() {
  try {
    const found = await get(`${PATH}?limit=20`);
    showCounts(found.counts);
    latest.replaceChildren(...found.items.map(row));
    catchUp();
  } catch (problem) {
    if (problem.status === 404 || problem.status === 403) refuse();
  }
}

async function refreshList() {
  try {
    await list.fetch();
  } catch {
    // The old one serves.
  }
  showNetwork();
}

async function toggleCamera() {
  const { watch } = await import("./camera.js");
  if (stopCamera) {
    stopCamera();
    stopCamera = null;
  } else {
    try {
      stopCamera = await watch(video, read);
    } catch {
      say("", { about: "The camera cannot be used. Type the code, or use a scanner." });
    }
  }
  video.hidden = !stopCamera;
  scan.textContent = stopCamera ? "Stop the camera" : "Scan with the camera";
}

function refuse() {
  root.replaceChildren(el("div", { class: "notice bad", role: "alert" }, "There is no such event, or you do not check people in there."));
}

async function begin() {
  event = await get(`/events/${eventId}`).catch(() => null);
  if (event) {
    document.querySelector("[data-title]").textContent = `Check-in: ${event.name}`;
    document.title = `Check-in · ${event.name}`;
  }
  const forget = el("button", { class: "button plain", type: "button" }, "Forget the list on this device");
  const devices = el("div", { class: "gate-device" }, el("div", { class: "field" }, el("label", { for: "device" }, "This device is called"), device), forget);
  root.replaceChildren(form, verdict, el("div", { class: "gate-camera" }, scan, video), told, counts, el("h2", { class: "section-title" }, "The latest"), latest, network, devices);
  root.removeAttribute("aria-busy");
  forget.addEventListener("click", () => {
    list.forget();
    showNetwork();
  });
  device.addEventListener("change", () => remember("localStorage", DEVICE, device.value.trim() || null));
  form.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    read(field.value);
    field.value = "";
    field.focus();
  });
  scan.addEventListener("click", toggleCamera);
  for (const name of ["online", "offline"]) window.addEventListener(name, name === "online" ? look : showNetwork);
  live.on("check-ins", (frame) => frame.event_id === event?.id && look());
  live.start();
  setInterval(look, LOOK_EVERY_MS);
  setInterval(refreshList, LIST_EVERY_MS);
  field.focus();
  await Promise.all([look(), refreshList()]);
  import("./camera.js").then(async ({ canScan }) => {
    scan.hidden = !(await canScan());
  });
}

if (user()) begin();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);

// The check-in page: a code from a keyboard, a handheld scanner or the camera becomes a large answer in words. Without a
// network it goes by the list that the browser keeps (scan-list.ts), and tells the server later.
import { get, send } from "../../api/client.ts";
import { onChange, user } from "../../api/session.ts";
import { live } from "../../live/socket.ts";
import { el } from "../../ui/elements.ts";
import { hour } from "../../ui/format.ts";
import { recall } from "../../ui/storage.ts";
import { GateList } from "./scan-list.ts";
import { readCode } from "./ticket-code.ts";
import { isKnown, show } from "./words.ts";

const root = document.querySelector("[data-gate]");
const named = location.pathname.split("/")[2];
const LIST_EVERY_MS = 300_000;
const LIST_AT_MOST_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 20_000;
const ANSWER_WITHIN_MS = 6_000;
const person = user();
let event = null;
let list = null;
let path = "";
let camera = null;
let isLeft = false;
let catchingUp = false;
let reading = Promise.resolve();
let opensAlone = false;
let isReached = true;
let shown = { items: [], counts: null };
let [parts, drawn] = [null, ""];
let looking = null;
let differs = false;
const timers = [];

const field = el("input", {
  id: "code",
  name: "code",
  autocomplete: "off",
  autocapitalize: "characters",
  spellcheck: "false",
  enterkeyhint: "go",
  maxlength: 200,
  required: true,
});
const form = el(
  "form",
  { class: "gate-form" },
  el("div", { class: "field" }, el("label", { for: "code" }, "Ticket code"), field),
  el("button", { class: "button" }, "Check in"),
);
const verdict = el(
  "div",
  { class: "verdict", role: "alert", "data-verdict": true },
  el("p", { class: "muted" }, "Scan a ticket or type its code."),
);
const video = el("video", { muted: true, playsinline: true, hidden: true, "aria-label": "What the camera sees" });
const scan = el("button", { class: "button quiet", type: "button" }, "Scan with the camera");
const noCamera = el("p", { class: "notice warn", role: "status", "data-camera": true, hidden: true });
const counts = el("section", { class: "gate-counts", "aria-label": "How many are in", "data-counts": true });
const newest = el("ul", { class: "gate-latest", "data-latest": true });
const network = el("p", { class: "muted", role: "status", "data-network": true });
const told = el("div", { class: "gate-told", role: "status" });
const about = el("div");
let device = recall("localStorage", "marquee.gate.device") ?? "Browser";

function times(moment) {
  return hour(moment, event.timezone);
}

const say = (what, words) => show(verdict, what, words);

/** One scan after the other, so that a second look at a ticket never overtakes the first. */
function read(text) {
  reading = reading
    .then(() => judge(text))
    .catch(() => say("", { about: "Something went wrong here. Scan it again." }));
}

async function judge(text) {
  if (!text.trim()) return;
  const code = readCode(text);
  if (!code) {
    say("no_code", { about: "Check what was typed, or scan the code again." });
    return;
  }
  const at = new Date(list.now()).toISOString();
  let made;
  try {
    made = await within(send("POST", path, { code, at, device }));
  } catch (problem) {
    await (isAway(problem) ? judgeAlone(code, at) : hearRefusal(code, problem));
    return;
  }
  await list.hearAdmitted(code, made);
  say("admitted", { who: made.attendee, about: made.ticket_type });
  look();
}

/** Whether the server could not judge, as opposed to having judged. */
function isAway(problem) {
  return !problem.status || problem.status >= 500 || problem.status === 429;
}

async function hearRefusal(code, problem) {
  const before = problem.body.check_in;
  if (before) await list.hearUsed(code, before);
  else await list.hearRefused(code, problem.code, problem.body);
  sayRefusal(problem);
}

function sayRefusal(problem) {
  const before = problem.body?.check_in;
  const first =
    before &&
    `${times(before.checked_in_at)}${before.by.name ? `, by ${before.by.name}` : ""}${before.device ? `, ${before.device}` : ""}`;
  if (problem.status === 401)
    say("unauthorized", { about: el("a", { href: signIn() }, "Sign in. What this device keeps stays here.") });
  else
    say(isKnown(problem.code) ? problem.code : "", {
      who: before?.attendee ?? problem.body?.attendee,
      about: first ?? problem.message,
    });
}

/** Without the server: by the list. */
async function judgeAlone(code, at) {
  isReached = false;
  const judged = await list.admit(code, at, device);
  const isUsed = judged.verdict === "already_checked_in";
  if (judged.verdict === "unknown_ticket")
    say("unlisted", {
      about: list.fetchedAt
        ? `The list is from ${times(list.fetchedAt)}. Tickets sold since are not on it.`
        : "This device has no list of tickets. Connect to a network, reload this page, and scan again.",
    });
  else
    say(judged.verdict, {
      who: judged.attendee,
      about: `${isUsed ? times(judged.at) : judged.type} · no network${judged.verdict === "admitted" ? ", sent to the server later" : ""}`,
    });
  draw();
}

/** Everything that was done alone is told. */
async function catchUp() {
  if (catchingUp || !list.unsent.length) return;
  catchingUp = true;
  try {
    await (await import("./send-later.ts")).sendAll(list, told, times);
  } catch (problem) {
    if (!isAway(problem))
      told.replaceChildren(
        el(
          "div",
          { class: "notice bad" },
          `The scans that wait could not be sent: ${problem.message} They stay on this device.`,
        ),
      );
  }
  catchingUp = false;
  await look();
}

function draw() {
  if (!parts) return;
  network.textContent = parts.state(list, { isReached, opensAlone, times });
  drawLatest();
  const found = shown.counts ?? (list.fetchedAt && { checked_in: list.usedCount, sold: list.size, types: [] });
  if (found) counts.replaceChildren(...parts.counts(found, list.waiting.length));
}

/** Only when it changed, so that a button keeps the focus. */
function drawLatest() {
  const rows = JSON.stringify([shown.items, list.waiting]);
  if (rows === drawn) return;
  drawn = rows;
  newest.replaceChildren(...parts.latest(shown.items, list.waiting, { times, undo, takeBack }));
}

async function undo(one) {
  try {
    await send("DELETE", `${path}/${one.ticket}`, undefined, { match: "*" });
    list.undo(one);
  } catch (problem) {
    sayRefusal(problem);
  }
  look();
}

function takeBack(one) {
  list.takeBack(one.ticket);
  draw();
}

/** What is new on the server; who asks meanwhile gets one more look. */
function look() {
  looking = (looking ?? Promise.resolve()).then(lookOnce);
  const mine = looking;
  return mine.finally(() => {
    if (looking === mine) looking = null;
  });
}

async function lookOnce() {
  try {
    shown = await get(`${path}?limit=20`);
    if (!event.name && (await find())?.name) location.reload(); // it was opened without a network
    isReached = true;
    list.hear(shown.items);
    await compare();
    catchUp();
  } catch (problem) {
    isReached = !isAway(problem);
    if (problem.status === 404 || problem.status === 403) refuse();
  }
  draw();
}

/** Fetch the list anew when its count is not the server's twice in a row: a push was lost. */
async function compare() {
  const before = differs;
  differs = shown.counts.checked_in !== list.usedCount;
  if (differs && before && Date.now() - list.fetchedAt > LIST_AT_MOST_EVERY_MS) await refreshList();
}

function hear(frame) {
  if (frame.event_id !== event.id) return;
  list.hear(frame.tickets ?? []);
  look();
}

async function refreshList() {
  await list.fetch(event).catch(() => {}); // the old one serves
  draw();
}

async function renew() {
  await refreshList();
  if (!opensAlone) await keep();
}

async function toggleCamera() {
  const module = await import("./camera-button.ts").catch(() => null);
  if (isLeft) return;
  if (module) camera ??= new module.GateCamera({ video, button: scan, note: noCamera, onCode: read });
  else
    [noCamera.textContent, noCamera.hidden] = [
      "The camera could not be loaded. Connect to a network and press again, or type the code.",
      false,
    ];
  await camera?.toggle();
}

function within(work) {
  return Promise.race([work, new Promise((_, fail) => setTimeout(fail, ANSWER_WITHIN_MS, { status: 0 }))]);
}

function signIn() {
  return `/sign-in?next=${encodeURIComponent(location.pathname)}`;
}

function refuse() {
  root.replaceChildren(
    el("div", { class: "notice bad", role: "alert" }, "There is no such event, or you do not check people in there."),
  );
}

/** Somebody signed out, or somebody else in: nothing of before stays in sight. */
function leave() {
  if (user()?.id === person.id) return;
  isLeft = true;
  camera?.stop();
  live.stop();
  timers.forEach(clearInterval);
  root.replaceChildren(
    el(
      "div",
      { class: "notice", role: "alert" },
      "You are signed out. ",
      el("a", { href: signIn() }, "Sign in to go on."),
    ),
  );
}

/** The event, or what this browser kept of it. */
async function find() {
  try {
    return await within(get(`/events/${named}`));
  } catch (problem) {
    if (!isAway(problem)) return null;
    const { keptEvent } = await import("./keep-page.ts");
    return keptEvent(person.id, named) ?? { id: named };
  }
}

async function begin() {
  event = await find();
  root.removeAttribute("aria-busy");
  if (!event) {
    refuse();
    return;
  }
  path = `/events/${event.id}/check-ins`;
  list = new GateList(event.id, person.id);
  list.open();
  if (event.name) {
    document.querySelector("[data-title]").textContent = `Check-in: ${event.name}`;
    document.title = `Check-in · ${event.name}`;
  }
  root.replaceChildren(
    el("div", { class: "gate-camera" }, scan, video, noCamera),
    verdict,
    form,
    told,
    counts,
    el("h2", { class: "section-title" }, "The latest"),
    newest,
    network,
    about,
  );
  listen();
  draw();
  if (matchMedia("(pointer: fine)").matches) field.focus();
  await Promise.all([loadParts(), look(), refreshList()]);
  await keep();
}

async function loadParts() {
  const onName = (name) => (device = name || "Browser");
  try {
    parts = await import("./parts.ts");
    const { devicePart } = await import("./device.ts");
    about.replaceWith(devicePart({ list, onName, onForget: draw }));
  } catch {
    // The network went: what is left serves.
  }
  draw();
}

/** Make sure that the page opens without a network; what fails now is tried again with the next list. */
async function keep() {
  const module = await import("./keep-page.ts").catch(() => null);
  module?.adoptEarlier(list, device);
  module?.forgetOthers(person.id);
  opensAlone = (await module?.keepPage().catch(() => false)) ?? false;
  draw();
}

function listen() {
  form.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    read(field.value);
    field.value = "";
    field.focus();
  });
  scan.addEventListener("click", toggleCamera);
  for (const name of ["online", "offline"]) window.addEventListener(name, name === "online" ? look : draw);
  window.addEventListener("storage", draw);
  live.on("check-ins", hear);
  live.on("open", look);
  live.start();
  onChange(leave);
  timers.push(setInterval(look, LOOK_EVERY_MS), setInterval(renew, LIST_EVERY_MS));
}

if (person) begin();
else location.replace(signIn());

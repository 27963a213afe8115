// The check-in page: a code from a keyboard, a handheld scanner or the camera becomes a large answer in words. Without a
// network it goes by the list that the browser keeps (scan-list.ts), and sends the scans later.
import { asProblem, at, get, type Problem, type Schemas, send } from "../../api/client.ts";
import { onChange, user } from "../../api/session.ts";
import type { CheckInsFrame } from "../../live/frames.ts";
import { live } from "../../live/socket.ts";
import { el, find } from "../../ui/elements.ts";
import { hour } from "../../ui/format.ts";
import { recall } from "../../ui/storage.ts";
import type { GateCamera } from "./camera-button.ts";
import { type FoundEvent, findEvent } from "./find-event.ts";
import { judgeScan, sayRefusal } from "./judge-scan.ts";
import type { Scan } from "./list-types.ts";
import {
  about,
  counts,
  field,
  form,
  network,
  newest,
  noCamera,
  outcomes,
  pageParts,
  scan,
  verdict,
  video,
} from "./page-parts.ts";
import { isAway } from "./refusals.ts";
import { Retry } from "./retry.ts";
import { GateList } from "./scan-list.ts";
import { show } from "./words.ts";

type CheckIn = Schemas["CheckIn"];

/** The page of an event, once that is known. */
interface Gate {
  event: FoundEvent;
  list: GateList;
}

const root = find(document, "[data-gate]", HTMLElement);
const named = location.pathname.split("/")[2] ?? "";
const LIST_EVERY_MS = 300_000;
const LIST_AT_MOST_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 20_000;
const person = user();
let gate: Gate | null = null;
let camera: GateCamera | null = null;
let isLeft = false;
let catchingUp = false;
let reading = Promise.resolve();
let opensAlone = false;
let isReached = true;
let shown: { items: CheckIn[]; counts: Schemas["CheckInCounts"] | null } = { items: [], counts: null };
let parts: typeof import("./parts.ts") | null = null;
let drawn = "";
let looking: Promise<void> | null = null;
let differs = false;
const timers: ReturnType<typeof setInterval>[] = [];
const retry = new Retry(() => {
  if (navigator.onLine) look(); // without a network, `online` is the next look
});

const keptName = recall("localStorage", "marquee.gate.device");
let device = typeof keptName === "string" ? keptName : "Browser";

/** Returns a moment (RFC 3339 or ms) as the clocks at the event show it. */
function times(moment: string | number): string {
  return hour(new Date(moment).toISOString(), gate?.event.timezone);
}

/** Returns the page's event and list. Called only after both are known. */
function here(): Gate {
  if (!gate) throw new TypeError("the page has no event yet");
  return gate;
}

/** One scan after the other, so that a second look at a ticket never overtakes the first. */
function read(text: string): void {
  reading = reading
    .then(() => judge(text))
    .catch(() => show(verdict, "", { about: "Something went wrong here. Scan it again." }));
}

async function judge(text: string): Promise<void> {
  const { event, list } = here();
  const outcome = await judgeScan(text, { event: event.id, list, device, times, signIn });
  if (outcome === "admitted") look();
  if (outcome !== "alone") return;
  isReached = false;
  draw();
}

/** Sends everything that was done without the server. After a failure it waits, longer each time. */
async function catchUp(): Promise<void> {
  const { list } = here();
  if (catchingUp || !list.unsent.length || retry.isWaiting || !navigator.onLine) return;
  catchingUp = true;
  try {
    await (await import("./send-later.ts")).sendAll(list, outcomes, times);
    retry.reset();
    look();
  } catch (error) {
    const problem = asProblem(error);
    retry.fail(problem.retryAfter);
    if (!isAway(problem)) sayUnsent(problem);
  }
  catchingUp = false;
  draw();
}

function sayUnsent({ message }: Problem): void {
  const text = `The scans that wait could not be sent: ${message} They stay on this device.`;
  outcomes.replaceChildren(el("div", { class: "notice bad" }, text));
}

function draw(): void {
  if (!parts || !gate) return;
  const { list } = gate;
  network.textContent = parts.state(list, { isReached, opensAlone, times });
  drawLatest(parts, list);
  const ownCounts = { checked_in: list.usedCount, sold: list.size, types: [] };
  const found = shown.counts ?? (list.fetchedAt ? ownCounts : null);
  if (found) counts.replaceChildren(...parts.counts(found, list.waiting.length));
}

/** Draws the latest only when they changed, so that a button keeps the focus. */
function drawLatest({ latest }: typeof import("./parts.ts"), list: GateList): void {
  const rows = JSON.stringify([shown.items, list.waiting]);
  if (rows === drawn) return;
  drawn = rows;
  newest.replaceChildren(...latest(shown.items, list.waiting, { times, undo, takeBack }));
}

async function undo(one: CheckIn): Promise<void> {
  const { event, list } = here();
  const address = at("/events/{event}/check-ins/{ticket}", { event: event.id, ticket: one.ticket });
  try {
    await send("DELETE", address, undefined, { match: "*" });
    list.undo(one);
  } catch (problem) {
    sayRefusal(asProblem(problem), { times, signIn });
  }
  look();
}

function takeBack(one: Scan): void {
  here().list.takeBack(one.ticket);
  draw();
}

/** Reads what is new on the server; a call meanwhile makes it look once more. */
function look(): Promise<void> {
  looking = (looking ?? Promise.resolve()).then(lookOnce);
  const mine = looking;
  return mine.finally(() => {
    if (looking === mine) looking = null;
  });
}

async function lookOnce(): Promise<void> {
  const { event, list } = here();
  try {
    const latest = await get(at("/events/{event}/check-ins", { event: event.id }, { limit: 20 }));
    shown = latest;
    if (!event.name && (await findEvent(named, person?.id ?? ""))?.name) location.reload(); // it was opened without a network
    isReached = true;
    list.hear(shown.items);
    await compare(latest.counts);
    catchUp();
  } catch (error) {
    const problem = asProblem(error);
    isReached = !isAway(problem);
    if (problem.status === 404 || problem.status === 403) refuse();
  }
  draw();
}

/** Fetches the list anew when its count is not the server's twice in a row: a push was lost. */
async function compare(counted: Schemas["CheckInCounts"]): Promise<void> {
  const { list } = here();
  const before = differs;
  differs = counted.checked_in !== list.usedCount;
  if (differs && before && Date.now() - list.fetchedAt > LIST_AT_MOST_EVERY_MS) await refreshList();
}

function takePush(frame: CheckInsFrame): void {
  if (frame.event_id !== here().event.id) return;
  here().list.hear(frame.tickets ?? []);
  look();
}

async function refreshList(): Promise<void> {
  const { event, list } = here();
  await list.fetch({ ...event, name: event.name ?? "" }).catch(() => {}); // the old one serves
  draw();
}

async function renew(): Promise<void> {
  await refreshList();
  if (!opensAlone) await keep();
}

async function toggleCamera(): Promise<void> {
  const module = await import("./camera-button.ts").catch(() => null);
  if (isLeft) return;
  if (module) camera ??= new module.GateCamera({ video, button: scan, note: noCamera, onCode: read });
  else {
    noCamera.textContent = "The camera could not be loaded. Connect to a network and press again, or type the code.";
    noCamera.hidden = false;
  }
  await camera?.toggle();
}

function signIn(): string {
  return `/sign-in?next=${encodeURIComponent(location.pathname)}`;
}

function refuse(): void {
  const text = "There is no such event, or you do not check people in there.";
  root.replaceChildren(el("div", { class: "notice bad", role: "alert" }, text));
}

/** Clears the page when its person is not signed in any more. */
function clearAfterSignOut(): void {
  if (user()?.id === person?.id) return;
  isLeft = true;
  camera?.stop();
  live.stop();
  for (const timer of timers) clearInterval(timer);
  retry.reset();
  const link = el("a", { href: signIn() }, "Sign in to go on.");
  root.replaceChildren(el("div", { class: "notice", role: "alert" }, "You are signed out. ", link));
}

async function begin(owner: string): Promise<void> {
  const event = await findEvent(named, owner);
  root.removeAttribute("aria-busy");
  if (!event) {
    refuse();
    return;
  }
  gate = { event, list: new GateList(event.id, owner) };
  gate.list.open();
  if (event.name) {
    find(document, "[data-title]", HTMLElement).textContent = `Check-in: ${event.name}`;
    document.title = `Check-in · ${event.name}`;
  }
  root.replaceChildren(...pageParts());
  listen();
  draw();
  if (matchMedia("(pointer: fine)").matches) field.focus();
  await Promise.all([loadParts(), look(), refreshList()]);
  await keep();
}

async function loadParts(): Promise<void> {
  const { list } = here();
  const onName = (name: string) => {
    device = name || "Browser";
  };
  try {
    parts = await import("./parts.ts");
    const { devicePart } = await import("./device.ts");
    about.replaceWith(devicePart({ list, onName, onForget: draw }));
  } catch {
    // The network went: what is left serves.
  }
  draw();
}

/** Keeps the page for the time without a network; what fails now is tried again with the next list. */
async function keep(): Promise<void> {
  const module = await import("./keep-page.ts").catch(() => null);
  module?.adoptEarlier(here().list, device);
  module?.forgetOthers(person?.id ?? "");
  opensAlone = (await module?.keepPage().catch(() => false)) ?? false;
  draw();
}

function listen(): void {
  form.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    read(field.value);
    field.value = "";
    field.focus();
  });
  scan.addEventListener("click", toggleCamera);
  for (const name of ["online", "offline"]) window.addEventListener(name, name === "online" ? look : draw);
  window.addEventListener("storage", draw);
  live.on("check-ins", takePush);
  live.on("open", look);
  live.start();
  onChange(clearAfterSignOut);
  timers.push(setInterval(look, LOOK_EVERY_MS), setInterval(renew, LIST_EVERY_MS));
}

if (person) begin(person.id);
else location.replace(signIn());

// The public pages of an event, for somebody who is signed in and keeps one open: when the programme changes, a quiet bar
// offers the new page. Nothing moves by itself. The page is asked for with its own ETag, so the bar shows only when there
// is something new to be seen: what only the organisers see changes no page, and a cache may hold the old one for a minute.

import { live } from "../live/socket.ts";
import { el } from "../ui/elements.ts";

const ATTEMPTS_MS = [0, 3_000, 10_000, 20_000, 35_000];
const GROUP_MS = 400;
let timer = 0;
let tag = null;
let offered = null;
let bar = null;

/** The tag of this page as the server has it now. */
async function pageTag() {
  const response = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
  return response.ok ? response.headers.get("ETag") : null;
}

async function look(attempt = 0) {
  const found = await pageTag().catch(() => null);
  tag ??= found;
  if (found && found !== tag) show(found);
  else if (attempt + 1 < ATTEMPTS_MS.length) later(attempt + 1);
}

function later(attempt) {
  clearTimeout(timer);
  timer = setTimeout(() => look(attempt), ATTEMPTS_MS[attempt] || GROUP_MS);
}

function show(found) {
  if (bar) return;
  offered = found;
  const close = el("button", { class: "button plain", type: "button", onclick: hide }, "Not now");
  const reload = el("button", { class: "button quiet", type: "button", onclick: () => location.reload() }, "Show");
  bar = el("div", { class: "update-bar", role: "status" }, el("p", {}, "Programme updated"), reload, close);
  document.body.append(bar);
}

/** What comes after the one that was offered is worth saying again. */
function hide() {
  bar.remove();
  bar = null;
  tag = offered;
  document.getElementById("main").focus();
}

/** Watch an event from this page. */
export async function start(eventId) {
  tag = await pageTag().catch(() => null);
  live.on("changed", (frame) => frame.event_id === eventId && !bar && later(0));
  live.watch(eventId);
  live.start();
}

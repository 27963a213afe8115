// The public pages of an event, for somebody who is signed in and keeps one open: when the programme changes, a bar offers
// the new page. Nothing moves by itself. The page is asked for by its ETag, so the bar shows only when the page changed:
// what only the organisers see changes no page, and a cache may hold the old one for a minute.

import { live } from "../live/socket.ts";
import { el } from "../ui/elements.ts";

const ATTEMPTS_MS = [0, 3_000, 10_000, 20_000, 35_000];
const GROUP_MS = 400;
let timer: ReturnType<typeof setTimeout> | undefined;
let tag: string | null = null;
let offered: string | null = null;
let bar: HTMLElement | null = null;

/** Asks for the tag of this page. */
async function pageTag(): Promise<string | null> {
  const response = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
  return response.ok ? response.headers.get("ETag") : null;
}

async function look(attempt = 0): Promise<void> {
  const found = await pageTag().catch(() => null);
  tag ??= found;
  if (found && found !== tag) show(found);
  else if (attempt + 1 < ATTEMPTS_MS.length) later(attempt + 1);
}

function later(attempt: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => look(attempt), ATTEMPTS_MS[attempt] || GROUP_MS);
}

function show(found: string): void {
  if (bar) return;
  offered = found;
  const close = el("button", { class: "button plain", type: "button", onclick: hide }, "Not now");
  const reload = el("button", { class: "button quiet", type: "button", onclick: () => location.reload() }, "Show");
  bar = el("div", { class: "update-bar", role: "status" }, el("p", {}, "Programme updated"), reload, close);
  document.body.append(bar);
}

/** Closes the bar. It shows again for a change after the one that was offered. */
function hide(): void {
  bar?.remove();
  bar = null;
  tag = offered;
  document.getElementById("main")?.focus();
}

/** Watches an event from this page. */
export async function start(eventId: string): Promise<void> {
  tag = await pageTag().catch(() => null);
  live.on("changed", (frame) => frame.event_id === eventId && !bar && later(0));
  live.watch(eventId);
  live.start();
}

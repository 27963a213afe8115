// Runs on every page: the account corner, the bell, prices and times in the reader's own way of writing them.

import { onChange, signOut, type User, user } from "../api/session.ts";
import { el, icon } from "../ui/elements.ts";
import { hour, money } from "../ui/format.ts";

/** Writes prices, countries and times as the reader does. */
function localise(): void {
  for (const price of document.querySelectorAll<HTMLDataElement>("data[data-money]")) {
    price.textContent = money({ amount: Number(price.value), currency: price.dataset.money ?? "" });
  }
  for (const place of document.querySelectorAll<HTMLElement>("[data-country]")) {
    const code = place.dataset.country ?? "";
    place.textContent = new Intl.DisplayNames(undefined, { type: "region" }).of(code) ?? code;
  }
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const line of document.querySelectorAll<HTMLElement>("[data-your-time]")) {
    const { zone, yourTime = "" } = line.dataset;
    const [theirs, yours] = [hour(yourTime, zone), hour(yourTime, here)];
    if (withoutZone(theirs) !== withoutZone(yours)) line.textContent = `${yours} your time`;
  }
}

function withoutZone(time: string): string {
  return time.replace(/\s\S+$/, "");
}

/** Draws the corner at the top: the way to sign in, or who is signed in. */
function corner(): void {
  const place = document.querySelector("[data-account]");
  const person = user();
  if (!place) return;
  if (!person) {
    const next = location.pathname + location.search;
    const way = ["/", "/sign-in", "/sign-up", "/reset", "/verify"].includes(next)
      ? ""
      : `?next=${encodeURIComponent(next)}`;
    place.replaceChildren(el("a", { class: "button quiet", href: `/sign-in${way}` }, "Sign in"));
    return;
  }
  const bell = el("div", { class: "menu", "data-bell": true });
  place.replaceChildren(bell, menu(person));
  import("../account/bell.ts").then((module) => module.start(bell, disclose));
}

function menu(person: User): HTMLElement {
  const out = el("button", { type: "button" }, "Sign out");
  out.addEventListener("click", () => leaveSession(out, person));
  const sheet = el(
    "div",
    { class: "sheet list", id: "account-menu", hidden: true },
    el(
      "p",
      { class: "sheet-who" },
      el("strong", {}, person.name),
      el("br"),
      el("span", { class: "muted" }, person.email),
    ),
    el("a", { href: "/notifications" }, "Notifications"),
    el("a", { href: "/notifications/preferences" }, "What you are told"),
    el("a", { href: "/proposals" }, "Your proposals"),
    el("a", { href: "/organise" }, "Your events"),
    person.administrator && el("a", { href: "/admin/notifications" }, "What people were told"),
    out,
  );
  const label = `Account of ${person.name}`;
  const toggle = {
    class: "round",
    type: "button",
    "aria-label": label,
    "aria-expanded": "false",
    "aria-controls": "account-menu",
  };
  const button = el("button", toggle, icon("person", 24));
  const holder = el("div", { class: "menu" }, button, sheet);
  disclose(button, sheet, holder);
  return holder;
}

/** Signs out. What the check-in page keeps is removed first; without a network all but its scans. */
function leaveSession(button: HTMLButtonElement, person: User): void {
  const kept = Object.keys(localStorage).filter((key) => key.startsWith("marquee.gate."));
  const signOutAlone = () => {
    for (const key of kept) if (!key.includes(".scans.")) delete localStorage[key];
    signOut();
  };
  if (kept.length)
    import("../account/sign-out.ts").then((module) => module.signOutHere(button, person.id), signOutAlone);
  else signOut();
}

/** Lets a button show and hide a sheet. Escape and a click elsewhere close it, and the focus returns. */
function disclose(
  button: HTMLElement,
  sheet: HTMLElement,
  holder: HTMLElement,
  onOpen: () => unknown = () => {},
): void {
  const show = (open: boolean) => {
    sheet.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) onOpen();
  };
  button.addEventListener("click", () => show(sheet.hidden));
  document.addEventListener("click", (event) => {
    if (!sheet.hidden && !event.composedPath().includes(holder)) show(false);
  });
  holder.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || sheet.hidden) return;
    show(false);
    button.focus();
  });
}

/** Pages of an event offer to reload when its programme changes. */
function programme(): void {
  const event = document.querySelector<HTMLElement>("[data-programme]")?.dataset.programme;
  if (event && user()) import("./programme-changes.ts").then((module) => module.start(event));
}

/** Pages of an event's staff lead back to its overview: their own address names it. */
function overview(): void {
  const link = document.querySelector<HTMLAnchorElement>("a[data-overview]");
  const event = /^\/events\/([^/]+)\//.exec(location.pathname)?.[1];
  if (link && event) link.href = `/organise/${event}`;
}

localise();
overview();
corner();
programme();
onChange(corner);

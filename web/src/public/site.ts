// Begins on every page: the account corner, the bell, the reader's own ways of writing.

import { onChange, signOut, user } from "../api/session.ts";
import { el, icon } from "../ui/elements.ts";
import { hour, money } from "../ui/format.ts";

/** Prices, countries and times. */
function localise() {
  for (const price of document.querySelectorAll("[data-money]")) {
    price.textContent = money({ amount: Number(price.value), currency: price.dataset.money });
  }
  for (const place of document.querySelectorAll("[data-country]")) {
    place.textContent = new Intl.DisplayNames(undefined, { type: "region" }).of(place.dataset.country);
  }
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const line of document.querySelectorAll("[data-your-time]")) {
    const [theirs, yours] = [line.dataset.zone, here].map((zone) => hour(line.dataset.yourTime, zone));
    if (theirs.replace(/\s\S+$/, "") !== yours.replace(/\s\S+$/, "")) line.textContent = `${yours} your time`;
  }
}

/** The corner at the top: a way in, or who is in. */
function corner() {
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

function menu(person) {
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
    el("a", { href: "/events" }, "Events you run"),
    person.administrator && el("a", { href: "/admin/notifications" }, "What people were told"),
    el("button", { type: "button", onclick: (event) => leave(event.currentTarget, person) }, "Sign out"),
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

/** Sign out; what the gate keeps goes first, without a network all but its scans. */
function leave(button, person) {
  const kept = Object.keys(localStorage).filter((key) => key.startsWith("marquee.gate."));
  const leaveAlone = () => {
    for (const key of kept) if (!key.includes(".scans.")) delete localStorage[key];
    signOut();
  };
  if (kept.length) import("../account/sign-out.ts").then((module) => module.leave(button, person.id), leaveAlone);
  else signOut();
}

/** Let a button show and hide a sheet: Escape and a click elsewhere close it, and the focus returns. */
function disclose(button, sheet, holder, onOpen = () => {}) {
  const show = (open) => {
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

/** Pages of an event say when its programme changes. */
function programme() {
  const shown = document.querySelector("[data-programme]");
  if (shown && user()) import("./programme-changes.ts").then((module) => module.start(shown.dataset.programme));
}

localise();
corner();
programme();
onChange(corner);

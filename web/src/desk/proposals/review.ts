// The proposals of an event, for its staff: from when until when they are taken, and what becomes of each.
import { get, getAll, Problem, send } from "../../api/client.ts";
import { MAY, ownRoles } from "../../api/roles.ts";
import { user } from "../../api/session.ts";
import { el } from "../../ui/elements.ts";
import { exact } from "../../ui/format.ts";
import { htmlOf, safe } from "../../ui/rich-text.ts";
import { callOf } from "./call-settings.ts";

const root = document.querySelector("[data-review]");
const eventId = location.pathname.split("/")[2];
/** What is shown together; what was decided is folded up. */
const GROUPS = [
  ["To be decided", ["submitted"], "Nothing waits for you."],
  ["Accepted", ["accepted", "confirmed"]],
  ["Not accepted or withdrawn", ["rejected", "withdrawn"]],
];
const STATES = {
  submitted: "Open",
  accepted: "Accepted",
  confirmed: "Confirmed",
  rejected: "Not accepted",
  withdrawn: "Withdrawn",
};
const MOODS = { submitted: "warn", accepted: "good", confirmed: "good" };

async function start() {
  try {
    const event = await get(`/events/${eventId}?view=all`);
    const own = (await ownRoles()).get(event.id);
    if (!MAY.review.has(own)) throw new Problem(404);
    document.querySelector("[data-title]").textContent = `Proposals for ${event.name}`;
    const list = el("div", {});
    root.replaceChildren(await callOf(event, MAY.announce.has(own)), list);
    await refresh(event, list);
    lead(document.getElementById(location.hash.slice(1)));
  } catch (error) {
    const missing =
      error.status === 404 ? "There is no such event, or you do not decide about its proposals." : error.message;
    root.replaceChildren(el("div", { class: "notice bad", role: "alert" }, missing));
  }
  root.removeAttribute("aria-busy");
}

/** Unfold what somebody was led to. */
function lead(found) {
  if (!found) return;
  for (const fold of [found.closest(".decided"), found.querySelector("details")]) fold?.setAttribute("open", "");
  found.scrollIntoView();
}

async function refresh(event, list) {
  const path = `/events/${event.id}`;
  const [sessions, speakers] = await Promise.all([
    getAll(`${path}/sessions?view=all`),
    getAll(`${path}/speakers?view=all`),
  ]);
  const people = new Map(speakers.map((one) => [one.id, one]));
  const spoken = el("p", { role: "status", class: "muted", tabindex: "-1" });
  const again = async (said) => {
    const typed = new Map([...list.querySelectorAll("textarea")].map((one) => [one.id, one.value]));
    const unfolded = [...list.querySelectorAll("li[id]")]
      .filter((one) => one.querySelector("details").open)
      .map((one) => one.id);
    await refresh(event, list);
    for (const one of list.querySelectorAll("textarea")) one.value = typed.get(one.id) ?? "";
    for (const one of list.querySelectorAll("li[id]")) one.querySelector("details").open = unfolded.includes(one.id);
    const told = list.querySelector("[role=status]");
    told.textContent = said;
    told.focus();
  };
  list.replaceChildren(
    spoken,
    ...GROUPS.map(([title, states, empty]) => {
      const rows = sessions.filter((one) => states.includes(one.state)).map((one) => row(event, one, people, again));
      const heading = el(
        "h2",
        { class: "section-title" },
        title,
        rows.length > 0 && el("span", { class: "count" }, ` ${rows.length}`),
      );
      const shown = rows.length ? el("ul", { class: "letters" }, ...rows) : el("p", { class: "empty" }, empty);
      if (empty) return el("section", { "aria-label": title }, heading, shown);
      return (
        rows.length > 0 &&
        el("details", { class: "decided" }, el("summary", {}, heading), el("section", { "aria-label": title }, shown))
      );
    }).filter(Boolean),
  );
}

function row(event, session, people, again) {
  const speakers = session.speaker_ids.map((id) => people.get(id)).filter(Boolean);
  const about = el("div", { class: "letter-text" });
  about.append(safe(session.long_abstract || session.short_abstract));
  for (const one of speakers) {
    if (!one.short_biography) continue;
    about.append(el("h4", {}, `About ${one.name}`), safe(one.short_biography));
  }
  const failed = el("div", { class: "notice bad", role: "alert", hidden: true });
  const words = el("textarea", { id: `words-${session.id}`, rows: 3 });
  const buttons = ["accept", "reject"].map((decision) =>
    el(
      "button",
      { class: `button ${decision === "accept" ? "" : "quiet"}`, type: "button", onclick: () => decide(decision) },
      decision === "accept" ? "Accept" : "Do not accept",
      el("span", { class: "hidden" }, ` “${session.title}”`),
    ),
  );

  async function decide(decision) {
    for (const one of buttons) one.disabled = true;
    failed.hidden = true;
    try {
      await send("POST", `/events/${event.id}/sessions/${session.id}/review`, {
        decision,
        message: htmlOf(words.value),
      });
      await again(
        `“${session.title}” is ${decision === "accept" ? "accepted" : "not accepted"}. Its speakers are told.`,
      );
    } catch (error) {
      failed.textContent = error.message;
      failed.hidden = false;
      for (const one of buttons) one.disabled = false;
    }
  }

  const names = speakers.map((one) => [one.name, one.organisation].filter(Boolean).join(", ")).join("; ");
  return el(
    "li",
    { id: session.id },
    el("h3", {}, session.title),
    el("p", { class: "muted" }, names, names && " · ", time(session.created_at)),
    el("p", {}, el("span", { class: `label ${MOODS[session.state] ?? ""}` }, STATES[session.state])),
    el(
      "details",
      {},
      el(
        "summary",
        {},
        session.state === "submitted" ? "Read and decide" : "Read",
        el("span", { class: "hidden" }, ` “${session.title}”`),
      ),
      about,
      failed,
      session.state === "submitted" &&
        el("div", { class: "field" }, el("label", { for: words.id }, "To its speakers (optional)"), words),
      session.state === "submitted" && el("div", { class: "ways" }, ...buttons),
    ),
  );
}

function time(at) {
  return el("time", { datetime: at }, exact(at));
}

if (user()) start();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.hash)}`);

// The proposals of an event, for its staff: from when until when they are taken, and what becomes of each.
import { Problem, get, send, tagOf } from "./api.js";
import { el, exact } from "./format.js";
import { htmlOf, safe, textOf } from "./rich.js";
import { MAY, ownRoles } from "./roles.js";
import { user } from "./session.js";

const root = document.querySelector("[data-review]");
const eventId = location.pathname.split("/")[2];
/** What is shown together; what was decided is folded up. */
const GROUPS = [
  ["To be decided", ["submitted"], "Nothing waits for you."],
  ["Accepted", ["accepted", "confirmed"]],
  ["Not accepted or withdrawn", ["rejected", "withdrawn"]],
];
const STATES = { submitted: "Open", accepted: "Accepted", confirmed: "Confirmed", rejected: "Not accepted", withdrawn: "Withdrawn" };
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
    const missing = error.status === 404 ? "There is no such event, or you do not decide about its proposals." : error.message;
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

/** From when until when proposals are taken. @param {boolean} edits whether the reader may say so */
async function callOf(event, edits) {
  const path = `/events/${event.id}/call-for-papers`;
  const section = el("section", { "aria-labelledby": "call" });
  const heading = el("h2", { id: "call", class: "section-title" }, "Call for papers");
  const spoken = el("p", { role: "status", class: "muted", tabindex: "-1" });

  async function current() {
    try {
      return await get(`${path}?view=all`);
    } catch (error) {
      if (error.status !== 404) throw error;
      return null;
    }
  }

  function show(call) {
    const way = el("a", { href: `/e/${event.slug ?? event.id}/call` }, "The page where people propose");
    const zone = call?.timezone;
    const said = call
      ? el("p", {}, "Proposals are taken from ", time(call.opens_at, zone), " until ", time(call.closes_at, zone), ". ", event.state === "published" && way)
      : el("p", {}, "No proposals are taken.");
    const ways = el("div", { class: "ways" }, edits && el("button", { class: "button quiet", type: "button", onclick: () => change(call) }, call ? "Change the call" : "Call for papers"));
    section.replaceChildren(heading, said, spoken, ways);
  }

  function change(call) {
    const zone = call?.timezone ?? event.timezone;
    const opens = moment("opens", `Opens (${zone})`, call ? local(call.opens_at, zone) : local(new Date().toISOString(), zone));
    const closes = moment("closes", `Closes (${zone})`, call ? local(call.closes_at, zone) : "");
    const text = el("textarea", { id: "announcement", rows: 6 });
    text.value = call ? textOf(call.announcement) : "";
    const failed = el("div", { class: "notice bad", role: "alert", tabindex: "-1", hidden: true });
    const save = el("button", { class: "button" }, "Save");
    const cancel = el("button", { class: "button quiet", type: "button", onclick: () => show(call) }, "Leave it as it is");
    const form = el("form", { class: "letter", novalidate: true }, failed, opens.field, closes.field, el("div", { class: "field" }, el("label", { for: "announcement" }, "What you are looking for"), text), el("div", { class: "ways" }, save, cancel));
    form.addEventListener("submit", async (happening) => {
      happening.preventDefault();
      if (!opens.input.value || !closes.input.value) return (opens.input.value ? closes : opens).input.focus();
      const typed = text.value === (call ? textOf(call.announcement) : "") && call ? call.announcement : htmlOf(text.value);
      const body = { announcement: typed, opens_at: instant(opens.input.value, zone), closes_at: instant(closes.input.value, zone), timezone: zone };
      save.disabled = true;
      try {
        await send("PUT", path, body, call ? { match: tagOf(`${path}?view=all`) } : {});
        show(await current());
        spoken.textContent = "The call is saved.";
        spoken.focus();
      } catch (error) {
        failed.textContent = error.errors?.[0] ? `This ${error.errors[0].detail}.` : error.message;
        failed.hidden = false;
        failed.focus();
      }
      save.disabled = false;
    });
    section.replaceChildren(heading, form);
    opens.input.focus();
  }

  show(await current());
  return section;
}

async function refresh(event, list) {
  const path = `/events/${event.id}`;
  const [sessions, speakers] = await Promise.all([get(`${path}/sessions?view=all`), get(`${path}/speakers?view=all`)]);
  const people = new Map(speakers.items.map((one) => [one.id, one]));
  const spoken = el("p", { role: "status", class: "muted", tabindex: "-1" });
  const again = async (said) => {
    await refresh(event, list);
    const told = list.querySelector("[role=status]");
    told.textContent = said;
    told.focus();
  };
  list.replaceChildren(
    spoken,
    ...GROUPS.map(([title, states, empty]) => {
      const rows = sessions.items.filter((one) => states.includes(one.state)).map((one) => row(event, one, people, again));
      const heading = el("h2", { class: "section-title" }, title, rows.length > 0 && el("span", { class: "count" }, ` ${rows.length}`));
      const shown = rows.length ? el("ul", { class: "letters" }, ...rows) : el("p", { class: "empty" }, empty);
      if (empty) return el("section", { "aria-label": title }, heading, shown);
      return rows.length > 0 && el("details", { class: "decided" }, el("summary", {}, heading), el("section", { "aria-label": title }, shown));
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
    el("button", { class: `button ${decision === "accept" ? "" : "quiet"}`, type: "button", onclick: () => decide(decision) }, decision === "accept" ? "Accept" : "Do not accept", el("span", { class: "hidden" }, ` “${session.title}”`)),
  );

  async function decide(decision) {
    for (const one of buttons) one.disabled = true;
    failed.hidden = true;
    try {
      await send("POST", `/events/${event.id}/sessions/${session.id}/review`, { decision, message: htmlOf(words.value) });
      await again(`“${session.title}” is ${decision === "accept" ? "accepted" : "not accepted"}. Its speakers are told.`);
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
      el("summary", {}, session.state === "submitted" ? "Read and decide" : "Read", el("span", { class: "hidden" }, ` “${session.title}”`)),
      about,
      failed,
      session.state === "submitted" && el("div", { class: "field" }, el("label", { for: words.id }, "To its speakers (optional)"), words),
      session.state === "submitted" && el("div", { class: "ways" }, ...buttons),
    ),
  );
}

function time(at, zone) {
  return el("time", { datetime: at }, exact(at, zone));
}

function moment(id, label, value) {
  const input = el("input", { id, type: "datetime-local", required: true, value });
  return { input, field: el("div", { class: "field" }, el("label", { for: id }, label), input) };
}

/** A moment as the clocks of a zone show it, for an input. */
function local(at, zone) {
  const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  return new Intl.DateTimeFormat("sv-SE", parts).format(new Date(at)).replace(" ", "T");
}

/** The moment at which the clocks of a zone show this. Where they show it twice, the first. */
function instant(shown, zone) {
  const asUtc = Date.parse(`${shown}:00Z`);
  const early = [14, 0, -14].map((hours) => offset(asUtc - hours * 3_600_000, zone));
  const found = [...new Set(early)].map((ms) => new Date(asUtc - ms)).filter((one) => local(one, zone) === shown);
  return new Date(Math.min(...(found.length ? found : [asUtc - early[1]]).map(Number))).toISOString().replace(".000Z", "Z");
}

/** How far ahead of UTC the clocks of a zone are, in ms. */
function offset(at, zone) {
  return Date.parse(`${local(at, zone)}:00Z`) - Math.floor(at / 60_000) * 60_000;
}

if (user()) start();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);

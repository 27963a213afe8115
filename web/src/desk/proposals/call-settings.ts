// An event's call for papers, for its staff: from when until when proposals are taken, in the call's own time zone.
import { get, send, tagOf } from "../../api/client.ts";
import { el } from "../../ui/elements.ts";
import { exact } from "../../ui/format.ts";
import { htmlOf, textOf } from "../../ui/rich-text.ts";

/** The part of a page that says it. @param {boolean} edits whether the reader may say so */
export async function callOf(event, edits) {
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
      ? el(
          "p",
          {},
          "Proposals are taken from ",
          time(call.opens_at, zone),
          " until ",
          time(call.closes_at, zone),
          ". ",
          event.state === "published" && way,
        )
      : el("p", {}, "No proposals are taken.");
    const ways = el(
      "div",
      { class: "ways" },
      edits &&
        el(
          "button",
          { class: "button quiet", type: "button", onclick: () => change(call) },
          call ? "Change the call" : "Call for papers",
        ),
    );
    section.replaceChildren(heading, said, spoken, ways);
  }

  function change(call) {
    const zone = call?.timezone ?? event.timezone;
    const opens = moment("opens", `Opens (${zone})`, local(call?.opens_at ?? new Date().toISOString(), zone));
    const closes = moment("closes", `Closes (${zone})`, call ? local(call.closes_at, zone) : "");
    const before = call ? textOf(call.announcement) : "";
    const text = el("textarea", { id: "announcement", rows: 6 });
    text.value = before;
    const failed = el("div", { class: "notice bad", role: "alert", tabindex: "-1", hidden: true });
    const save = el("button", { class: "button" }, "Save");
    const cancel = el("button", { class: "button quiet", type: "button", onclick: leave }, "Leave it as it is");
    const form = el(
      "form",
      { class: "letter", novalidate: true },
      failed,
      opens.field,
      closes.field,
      el("div", { class: "field" }, el("label", { for: "announcement" }, "What you are looking for"), text),
      el("div", { class: "ways" }, save, cancel),
    );
    let held = call;

    function complain(words) {
      failed.textContent = words;
      failed.hidden = false;
      failed.focus();
    }

    /** What the input says; what was not touched stays to the second. */
    const said = ({ input }, at) => (at && input.value === local(at, zone) ? at : instant(input.value, zone));

    async function put() {
      const body = {
        announcement: call && text.value === before ? call.announcement : htmlOf(text.value),
        opens_at: said(opens, call?.opens_at),
        closes_at: said(closes, call?.closes_at),
        timezone: zone,
      };
      const saved = await send("PUT", path, body, held ? { match: tagOf(`${path}?view=all`) } : {});
      await current().catch(() => {}); // for its tag; if this fails, the next change says that it is another
      show(saved);
      spoken.textContent = "The call is saved.";
      spoken.focus();
    }

    /** Back to the call as it is, also as somebody else made it meanwhile. */
    async function leave() {
      show(await current().catch(() => held));
      section.querySelector("button")?.focus();
    }

    async function explain(error) {
      if (error.status !== 412 && error.status !== 428)
        return error.errors?.[0] ? `This ${error.errors[0].detail}.` : error.message;
      held = await current();
      return "Somebody else changed the call meanwhile. Save again to put yours in its place, or leave it and look at theirs.";
    }

    form.addEventListener("submit", async (happening) => {
      happening.preventDefault();
      const wrong = [opens, closes].find(({ input }) => !input.checkValidity());
      if (wrong) {
        complain("Type a day and a time for both.");
        return wrong.input.focus();
      }
      save.disabled = true;
      try {
        await put();
      } catch (error) {
        complain(await explain(error).catch((again) => again.message));
      } finally {
        save.disabled = false;
      }
    });
    spoken.textContent = "";
    section.replaceChildren(heading, form);
    opens.input.focus();
  }

  show(await current());
  return section;
}

function time(at, zone) {
  return el("time", { datetime: at }, exact(at, zone));
}

function moment(id, label, value) {
  const input = el("input", { id, type: "datetime-local", max: "9999-12-31T23:59", required: true, value });
  return { input, field: el("div", { class: "field" }, el("label", { for: id }, label), input) };
}

/** A moment as the clocks of a zone show it, for an input. */
function local(at, zone) {
  const parts = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: zone,
  };
  return new Intl.DateTimeFormat("sv-SE", parts).format(new Date(at)).replace(" ", "T");
}

/** The moment at which the clocks of a zone show this. Where they show it twice, the first. */
function instant(shown, zone) {
  const asUtc = Date.parse(`${shown}:00Z`);
  const early = [14, 0, -14].map((hours) => offset(asUtc - hours * 3_600_000, zone));
  const found = [...new Set(early)].map((ms) => new Date(asUtc - ms)).filter((one) => local(one, zone) === shown);
  return new Date(Math.min(...(found.length ? found : [asUtc - early[1]]).map(Number)))
    .toISOString()
    .replace(".000Z", "Z");
}

/** How far ahead of UTC the clocks of a zone are, in ms. */
function offset(at, zone) {
  return Date.parse(`${local(at, zone)}:00Z`) - Math.floor(at / 60_000) * 60_000;
}

// An event's call for papers, for its staff: from when until when proposals are taken, in the call's own time zone.
import { asProblem, at, get, type Schemas, send, tagOf } from "../../api/client.ts";
import { el } from "../../ui/elements.ts";
import { exact } from "../../ui/format.ts";
import { htmlOf, textOf } from "../../ui/rich-text.ts";
import { clockTime, momentOf } from "../../ui/zoned.ts";

type Event = Schemas["Event"];
type Call = Schemas["CallForPapers"];

/** A field for a day and a time. */
interface Moment {
  input: HTMLInputElement;
  field: HTMLElement;
}

/** Returns the part of the page about the call. `edits`: whether the reader may change it. Raises Problem. */
export async function callOf(event: Event, edits: boolean): Promise<HTMLElement> {
  const forStaff = at("/events/{event}/call-for-papers", { event: event.id }, { view: "all" });
  const section = el("section", { "aria-labelledby": "call" });
  const heading = el("h2", { id: "call", class: "section-title" }, "Call for papers");
  const spoken = el("p", { role: "status", class: "muted", tabindex: "-1" });

  async function current(): Promise<Call | null> {
    try {
      return await get(forStaff);
    } catch (error) {
      if (asProblem(error).status !== 404) throw error;
      return null;
    }
  }

  function show(call: Call | null): void {
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

  function change(call: Call | null): void {
    const zone = call?.timezone ?? event.timezone ?? "UTC";
    const opens = moment("opens", `Opens (${zone})`, clockTime(call?.opens_at ?? Date.now(), zone));
    const closes = moment("closes", `Closes (${zone})`, call ? clockTime(call.closes_at, zone) : "");
    const before = call ? textOf(call.announcement ?? "") : "";
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

    function complain(words: string): void {
      failed.textContent = words;
      failed.hidden = false;
      failed.focus();
    }

    /** Returns the moment in the field; one that was not changed keeps its seconds. */
    const chosen = ({ input }: Moment, known?: string) =>
      known && input.value === clockTime(known, zone) ? known : momentOf(input.value, zone);

    async function put(): Promise<void> {
      const body = {
        announcement: call && text.value === before ? (call.announcement ?? "") : htmlOf(text.value),
        opens_at: chosen(opens, call?.opens_at),
        closes_at: chosen(closes, call?.closes_at),
        timezone: zone,
      };
      const saved = await send("PUT", at("/events/{event}/call-for-papers", { event: event.id }), body, {
        match: held ? tagOf(forStaff) : undefined,
      });
      await current().catch(() => {}); // for its tag; if this fails, the next change says that it is another
      show(saved);
      spoken.textContent = "The call is saved.";
      spoken.focus();
    }

    /** Goes back to the call as it is, also as somebody else made it meanwhile. */
    async function leave(): Promise<void> {
      show(await current().catch(() => held));
      section.querySelector("button")?.focus();
    }

    async function explain(thrown: unknown): Promise<string> {
      const error = asProblem(thrown);
      if (error.status !== 412 && error.status !== 428)
        return error.errors[0] ? `This ${error.errors[0].detail}.` : error.message;
      held = await current();
      return "Somebody else changed the call meanwhile. Save again to put yours in its place, or leave it and look at theirs.";
    }

    form.addEventListener("submit", async (happening) => {
      happening.preventDefault();
      const wrong = [opens, closes].find(({ input }) => !input.checkValidity());
      if (wrong) {
        complain("Type a day and a time for both.");
        wrong.input.focus();
        return;
      }
      save.disabled = true;
      try {
        await put();
      } catch (error) {
        complain(await explain(error).catch((again) => asProblem(again).message));
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

function time(moment: string, zone?: string): HTMLElement {
  return el("time", { datetime: moment }, exact(moment, zone));
}

function moment(id: string, label: string, value: string): Moment {
  const input = el("input", { id, type: "datetime-local", max: "9999-12-31T23:59", required: true, value });
  return { input, field: el("div", { class: "field" }, el("label", { for: id }, label), input) };
}

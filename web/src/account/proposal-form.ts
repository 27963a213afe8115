// The form of a proposal: a session and who would give it. Used where one is made and where one is changed.
import { el } from "../ui/elements.ts";
import { htmlOf, textOf } from "../ui/rich-text.ts";

const FIELDS = [
  { name: "title", of: "session", label: "Title", most: 300, needed: "Give the session a title." },
  { name: "track_id", of: "session", label: "Track", kind: "track" },
  {
    name: "long_abstract",
    of: "session",
    label: "What it is about",
    kind: "text",
    needed: "Say what it is about.",
    hint: "A blank line begins a new paragraph; web addresses become links.",
  },
  {
    name: "level",
    of: "session",
    label: "For whom (optional)",
    most: 100,
    hint: "Beginners, say, or those who know Python well.",
  },
  { name: "name", of: "speaker", label: "Your name", most: 200, needed: "Type your name." },
  { name: "organisation", of: "speaker", label: "Organisation (optional)", most: 100 },
  { name: "short_biography", of: "speaker", label: "About you (optional)", kind: "text" },
];
const HEADS = { session: "The session", speaker: "You" };

/** @returns {Record<string, string>} what the form shows of a submission as the API has it */
export function typedOf({ session, speaker }) {
  const value = ({ name, of, kind }) => ({ session, speaker })[of]?.[name] ?? "";
  return Object.fromEntries(
    FIELDS.map((field) => [field.name, field.kind === "text" ? textOf(value(field)) : value(field)]),
  );
}

/** @returns {{session: object, speaker: object}} what was typed, as the API takes it; only what is not as `before` */
export function formOf(typed, before = {}) {
  const form = { session: {}, speaker: {} };
  for (const { name, of, kind } of FIELDS) {
    if (typed[name] === before[name]) continue;
    const text = (typed[name] ?? "").trim();
    form[of][name] = kind === "text" ? htmlOf(text) : text || null;
  }
  return form;
}

/**
 * The form. What is wrong is said at its field and, with a link to it, above them all.
 * @param {{typed: Record<string, string>, tracks: {id: string, name: string}[], label: string, id?: string, onInput?: (typed: Record<string, string>) => void, submit: (typed: Record<string, string>) => Promise<void>}} how
 *   `id` begins the ids of its fields
 */
export function proposalForm({ typed, tracks, label, id = "proposal", onInput = () => {}, submit }) {
  const shown = FIELDS.filter((field) => field.kind !== "track" || tracks.length);
  const inputs = new Map(shown.map((field) => [field.name, input(field)]));
  const summary = el("div", { class: "notice bad", role: "alert", tabindex: "-1", hidden: true });
  const button = el("button", { class: "button" }, label);
  const form = el("form", { class: "letter", novalidate: true }, summary, ...Object.keys(HEADS).map(group), button);

  function input({ name, kind, most, needed, hint }) {
    const described = [hint && `${id}-${name}-hint`, `${id}-${name}-error`].filter(Boolean).join(" ");
    const common = { id: `${id}-${name}`, name, required: Boolean(needed), "aria-describedby": described };
    if (kind === "track") {
      const options = [
        el("option", { value: "" }, "None of them"),
        ...tracks.map((one) => el("option", { value: one.id }, one.name)),
      ];
      const made = el("select", common, ...options);
      made.value = typed[name] ?? "";
      return made;
    }
    const made =
      kind === "text"
        ? el("textarea", { ...common, rows: name === "long_abstract" ? 8 : 4 })
        : el("input", { ...common, maxlength: most });
    made.value = typed[name] ?? "";
    return made;
  }

  function group(of) {
    const fields = shown
      .filter((field) => field.of === of)
      .map(({ name, label: words, hint }) =>
        el(
          "div",
          { class: "field" },
          el("label", { for: `${id}-${name}` }, words),
          inputs.get(name),
          hint && el("p", { class: "hint", id: `${id}-${name}-hint` }, hint),
          el("p", { class: "error", id: `${id}-${name}-error` }),
        ),
      );
    return el("fieldset", {}, el("legend", {}, HEADS[of]), ...fields);
  }

  function current() {
    return Object.fromEntries([...inputs].map(([name, one]) => [name, one.value]));
  }

  /** Say what is wrong: by field, and in one place with links. @param {Record<string, string>} wrong @param {string} [rest] */
  function complain(wrong, rest = "") {
    for (const [name, one] of inputs) {
      one.setAttribute("aria-invalid", String(Boolean(wrong[name])));
      form.querySelector(`#${id}-${name}-error`).textContent = wrong[name] ?? "";
    }
    const links = Object.entries(wrong).map(([name, words]) =>
      el("li", {}, el("a", { href: `#${id}-${name}` }, words)),
    );
    summary.replaceChildren(...[rest && el("p", {}, rest), links.length && el("ul", {}, ...links)].filter(Boolean));
    summary.hidden = !links.length && !rest;
    if (!summary.hidden) summary.focus();
  }

  function missing() {
    return Object.fromEntries(
      shown
        .filter(({ name, needed }) => needed && !inputs.get(name).value.trim())
        .map(({ name, needed }) => [name, needed]),
    );
  }

  function explain(error) {
    const wrong = {};
    for (const { pointer, detail } of error.errors ?? []) {
      const name = pointer.split("/")[2];
      if (inputs.has(name)) wrong[name] = `${shown.find((field) => field.name === name).label}: ${detail}.`;
    }
    complain(wrong, Object.keys(wrong).length ? "" : error.message);
  }

  form.addEventListener("input", () => onInput(current()));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    const wrong = missing();
    complain(wrong);
    if (Object.keys(wrong).length) return;
    button.setAttribute("aria-disabled", "true");
    try {
      await submit(current());
    } catch (error) {
      explain(error);
    }
    button.removeAttribute("aria-disabled");
  });
  return form;
}

// The form of a proposal: a session and who would give it. Used where one is made and where one is changed.
import { asProblem, type Schemas } from "../api/client.ts";
import { el } from "../ui/elements.ts";
import { htmlOf, textOf } from "../ui/rich-text.ts";

type Part = "session" | "speaker";
type Submission = { session: Schemas["ProposedSession"]; speaker: Schemas["SpeakerProfile"] | null };
/** What the form shows, by the name of the field. */
export type Typed = Record<string, string>;

/** A field: `needed` is what is said when it is empty, `most` how many characters it takes. */
interface Field {
  name: string;
  of: Part;
  label: string;
  kind?: "text" | "track";
  most?: number;
  needed?: string;
  hint?: string;
}
type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const FIELDS: Field[] = [
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
const HEADS: Record<Part, string> = { session: "The session", speaker: "You" };

/** Returns what the form shows of a submission. */
export function typedOf({ session, speaker }: Submission): Typed {
  const parts: Record<Part, Record<string, unknown>> = { session: { ...session }, speaker: { ...speaker } };
  return Object.fromEntries(
    FIELDS.map(({ name, of, kind }) => {
      const value = String(parts[of][name] ?? "");
      return [name, kind === "text" ? textOf(value) : value];
    }),
  );
}

/** Returns what was typed as the API takes it; only what is not as `before`. */
export function formOf(typed: Typed, before: Typed = {}): Schemas["SubmissionForm"] {
  const form: Record<Part, Record<string, string | null>> = { session: {}, speaker: {} };
  for (const { name, of, kind } of FIELDS) {
    if (typed[name] === before[name]) continue;
    const text = (typed[name] ?? "").trim();
    form[of][name] = kind === "text" ? htmlOf(text) : text || null;
  }
  return form as unknown as Schemas["SubmissionForm"]; // the fields above are those of the schema
}

/** What a page makes of the form. `id` begins the ids of its fields; `submit` may raise Problem. */
interface ProposalForm {
  typed: Typed;
  tracks: Pick<Schemas["Track"], "id" | "name">[];
  label: string;
  id?: string;
  onInput?: (typed: Typed) => void;
  submit: (typed: Typed) => Promise<unknown>;
}

/** The form with its fields, by their names. `id` begins the ids of the fields. */
interface Shown {
  id: string;
  form: HTMLFormElement;
  summary: HTMLElement;
  fields: Field[];
  inputs: Map<string, Input>;
}

/** Returns the form. What is wrong is said at its field and, with a link to it, above them all. */
export function proposalForm(how: ProposalForm): HTMLFormElement {
  const { label, onInput = () => {}, submit } = how;
  const button = el("button", { class: "button" }, label);
  const shown = build(how, button);
  const { form, inputs } = shown;
  const current = () => Object.fromEntries([...inputs].map(([name, one]) => [name, one.value]));
  form.addEventListener("input", () => onInput(current()));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    const wrong = missing(shown);
    complain(shown, wrong);
    if (Object.keys(wrong).length) return;
    button.setAttribute("aria-disabled", "true");
    try {
      await submit(current());
    } catch (error) {
      explain(shown, error);
    }
    button.removeAttribute("aria-disabled");
  });
  return form;
}

function build({ typed, tracks, id = "proposal" }: ProposalForm, button: HTMLElement): Shown {
  const fields = FIELDS.filter((field) => field.kind !== "track" || tracks.length);
  const inputs = new Map(fields.map((field) => [field.name, inputOf(field, id, typed, tracks)]));
  const summary = el("div", { class: "notice bad", role: "alert", tabindex: "-1", hidden: true });
  const groups = (["session", "speaker"] as const).map((part) => {
    const rows = fields.filter((field) => field.of === part).map((field) => row(field, id, inputs.get(field.name)));
    return el("fieldset", {}, el("legend", {}, HEADS[part]), ...rows);
  });
  const form = el("form", { class: "letter", novalidate: true }, summary, ...groups, button);
  return { id, form, summary, fields, inputs };
}

/** Says what is wrong: by field, and in one place with links. `rest` is about no field. */
function complain({ id, form, summary, inputs }: Shown, wrong: Typed, rest = ""): void {
  for (const [name, one] of inputs) {
    one.setAttribute("aria-invalid", String(Boolean(wrong[name])));
    const place = form.querySelector(`#${id}-${name}-error`);
    if (place) place.textContent = wrong[name] ?? "";
  }
  const links = Object.entries(wrong).map(([name, words]) => el("li", {}, el("a", { href: `#${id}-${name}` }, words)));
  summary.replaceChildren(...(rest ? [el("p", {}, rest)] : []), ...(links.length ? [el("ul", {}, ...links)] : []));
  summary.hidden = !links.length && !rest;
  if (!summary.hidden) summary.focus();
}

/** Returns what is said of the fields that are needed and empty. */
function missing({ fields, inputs }: Shown): Typed {
  const empty = fields.filter(({ name, needed }) => needed && !inputs.get(name)?.value.trim());
  return Object.fromEntries(empty.map(({ name, needed = "" }) => [name, needed]));
}

/** Says why the form was refused. */
function explain(shown: Shown, error: unknown): void {
  const problem = asProblem(error);
  const wrong: Typed = {};
  for (const { pointer, detail } of problem.errors) {
    const field = shown.fields.find(({ name }) => name === pointer.split("/")[2]);
    if (field) wrong[field.name] = `${field.label}: ${detail}.`;
  }
  complain(shown, wrong, Object.keys(wrong).length ? "" : problem.message);
}

function inputOf(field: Field, id: string, typed: Typed, tracks: ProposalForm["tracks"]): Input {
  const { name, kind, most, needed, hint } = field;
  const described = [hint && `${id}-${name}-hint`, `${id}-${name}-error`].filter(Boolean).join(" ");
  const common = { id: `${id}-${name}`, name, required: Boolean(needed), "aria-describedby": described };
  let made: Input;
  if (kind === "track") {
    const options = tracks.map((one) => el("option", { value: one.id }, one.name));
    made = el("select", common, el("option", { value: "" }, "None of them"), ...options);
  } else if (kind === "text") made = el("textarea", { ...common, rows: name === "long_abstract" ? 8 : 4 });
  else made = el("input", { ...common, maxlength: most });
  made.value = typed[name] ?? "";
  return made;
}

function row({ name, label, hint }: Field, id: string, input: Input | undefined): HTMLElement {
  return el(
    "div",
    { class: "field" },
    el("label", { for: `${id}-${name}` }, label),
    input,
    hint && el("p", { class: "hint", id: `${id}-${name}-hint` }, hint),
    el("p", { class: "error", id: `${id}-${name}-error` }),
  );
}

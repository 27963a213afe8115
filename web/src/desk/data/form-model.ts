// A form of the desk, without its elements: what is typed, what is wrong with it, saving it, and what another person saved
// meanwhile. What is typed is kept in this tab until it is saved, so that neither a reload nor a lost answer nor an ended
// sign-in costs it.
import { signal } from "@preact/signals";
import { asProblem, type Problem, type Written } from "../../api/client.ts";
import { isRecord, recall, remember } from "../../ui/storage.ts";
import { type Difference, differences, merged, type Values } from "./merge.ts";

export type Errors = Record<string, string>;
export type Status = "editing" | "saving" | "saved";

/** How a save is sent: with the tag of the version that was changed, and a key that makes a repeat harmless. */
export interface SaveOptions {
  match: string | undefined;
  key: string;
  /** What is saved, as far as the form knows: only the difference needs to be sent. */
  saved: Values;
}

/** What a screen says of its form. */
export interface FormPlan<Saved> {
  /** Names the form in this tab's storage: equal for the same form of the same thing. */
  id: string;
  initial: Values;
  /** The tag of the version that `initial` shows. */
  tag?: string | undefined;
  /** Returns what is wrong, by field; only what can be known without the server. */
  check?: (values: Values) => Errors;
  /** Sends the values. Raises Problem. */
  save: (values: Values, options: SaveOptions) => Promise<Written<Saved>>;
  /** Returns what the form shows of another version, for a save that met one. */
  valuesOf?: (representation: unknown) => Values;
  /** Returns the field that a JSON pointer of a refusal is about. */
  fieldOf?: (pointer: string) => string | undefined;
  onSaved: (saved: Saved) => void;
}

/** A version that somebody else saved meanwhile. */
export interface Clash {
  theirs: Values;
  tag: string;
  found: Difference[];
}

export class FormModel<Saved> {
  readonly values = signal<Values>({});
  readonly errors = signal<Errors>({});
  /** What is wrong with the whole: about no field. */
  readonly problem = signal<Problem | null>(null);
  readonly status = signal<Status>("editing");
  readonly clash = signal<Clash | null>(null);
  /** How often a save was refused; the summary takes the focus each time. */
  readonly refusals = signal(0);
  /** Whether what is shown was typed before and not saved. */
  readonly restored = signal(false);
  #plan: FormPlan<Saved>;
  #base: Values;
  #tag: string | undefined;
  #key: string = crypto.randomUUID();

  constructor(plan: FormPlan<Saved>) {
    this.#plan = plan;
    this.#base = plan.initial;
    this.#tag = plan.tag;
    this.values.value = { ...plan.initial, ...this.#readDraft() };
  }

  get isChanged(): boolean {
    return Object.entries(this.values.value).some(([field, value]) => value !== this.#base[field]);
  }

  set(field: string, value: string | boolean): void {
    this.values.value = { ...this.values.value, [field]: value };
    this.status.value = "editing";
    this.#key = crypto.randomUUID(); // what was changed is another request
    this.#keepDraft();
  }

  /** Forgets what was typed and shows what is saved. */
  discard(): void {
    remember("sessionStorage", this.#draftKey, null);
    this.values.value = this.#base;
    this.restored.value = false;
    this.errors.value = {};
    this.problem.value = null;
  }

  /** Shows a newer version, unless something was typed: then the next save finds out. */
  show(values: Values, tag: string | undefined): void {
    if (this.isChanged || this.status.value === "saving") return;
    this.#base = values;
    this.#tag = tag;
    this.values.value = values;
  }

  /** Saves, once however often this is called. */
  async submit(): Promise<void> {
    if (this.status.value === "saving" || this.clash.value) return;
    this.problem.value = null;
    this.errors.value = this.#plan.check?.(this.values.value) ?? {};
    if (Object.keys(this.errors.value).length) {
      this.refusals.value += 1;
      return;
    }
    this.status.value = "saving";
    const sent = this.values.value;
    try {
      const { body, tag } = await this.#plan.save(sent, { match: this.#tag, key: this.#key, saved: this.#base });
      this.#base = sent;
      this.#tag = tag;
      this.#key = crypto.randomUUID();
      remember("sessionStorage", this.#draftKey, null);
      this.restored.value = false;
      this.status.value = "saved";
      this.#plan.onSaved(body);
    } catch (error) {
      this.status.value = "editing";
      this.#refuse(asProblem(error));
    }
  }

  /** Chooses one side for a field that both changed. */
  choose(field: string, taken: "mine" | "theirs"): void {
    const clash = this.clash.value;
    if (!clash) return;
    const found = clash.found.map((one) => (one.field === field ? { ...one, taken } : one));
    this.clash.value = { ...clash, found };
  }

  /** Goes on with what was chosen: the form shows it, and the next save replaces the other version. */
  settle(): void {
    const clash = this.clash.value;
    if (!clash) return;
    this.#base = clash.theirs;
    this.#tag = clash.tag;
    this.values.value = merged(clash.theirs, clash.found);
    this.clash.value = null;
    this.#key = crypto.randomUUID();
    this.#keepDraft();
  }

  #refuse(problem: Problem): void {
    const clash = problem.status === 412 ? this.#clashIn(problem) : null;
    if (clash) {
      this.clash.value = clash;
      return;
    }
    const errors: Errors = {};
    for (const { pointer, detail } of problem.errors) {
      const field = this.#plan.fieldOf ? this.#plan.fieldOf(pointer) : pointer.slice(1);
      if (field && field in this.values.value) errors[field] = `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
    }
    this.errors.value = errors;
    this.problem.value = Object.keys(errors).length === problem.errors.length && problem.errors.length ? null : problem;
    this.refusals.value += 1;
  }

  #clashIn({ body: { current } }: Problem): Clash | null {
    if (!this.#plan.valuesOf || !isRecord(current) || typeof current.etag !== "string") return null;
    const theirs = this.#plan.valuesOf(current.representation);
    return { theirs, tag: current.etag, found: differences(this.#base, this.values.value, theirs) };
  }

  get #draftKey(): string {
    return `marquee.desk.${this.#plan.id}`;
  }

  #keepDraft(): void {
    const changed = Object.entries(this.values.value).filter(([field, value]) => value !== this.#base[field]);
    remember("sessionStorage", this.#draftKey, changed.length ? Object.fromEntries(changed) : null);
  }

  #readDraft(): Values {
    const kept = recall("sessionStorage", this.#draftKey);
    if (!isRecord(kept)) return {};
    const fits = Object.entries(kept).filter(([field, value]) => typeof value === typeof this.#plan.initial[field]);
    this.restored.value = fits.length > 0;
    return Object.fromEntries(fits) as Values; // of the types of `initial`, as just checked
  }
}

/** A form as its elements use it, whatever it saves. */
export type FormState = Omit<FormModel<never>, "show">;

// A form of the desk, without its elements: what is typed, what is wrong with it, saving it, and what another person saved
// meanwhile. What is typed is kept in this tab until it is saved, so that neither a reload nor a lost answer nor an ended
// sign-in costs it.
import { signal } from "@preact/signals";
import { asProblem, type Problem, type Written } from "../../api/client.ts";
import { sendOnce } from "../../api/send-once.ts";
import { isRecord } from "../../ui/storage.ts";
import { type Draft, forgetDraft, keepDraft, readDraft } from "./draft.ts";
import { type Difference, differences, merged, type Values } from "./merge.ts";
import { type Errors, sortRefusal } from "./refusal.ts";

export type { Errors } from "./refusal.ts";
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
  #key: string;
  /** The newest version that is known to be saved. */
  #saved: { values: Values; tag: string | undefined };

  constructor(plan: FormPlan<Saved>) {
    this.#plan = plan;
    this.#saved = { values: plan.initial, tag: plan.tag };
    const draft: Draft | null = readDraft(plan.id, plan.initial);
    // What was typed over an older version is saved over that one, so that the server tells of the newer one.
    this.#base = draft?.base ?? plan.initial;
    this.#tag = draft ? draft.tag : plan.tag;
    this.#key = draft?.key ?? crypto.randomUUID();
    this.restored.value = draft !== null;
    this.values.value = draft?.values ?? plan.initial;
  }

  get isChanged(): boolean {
    return Object.entries(this.values.value).some(([field, value]) => value !== this.#base[field]);
  }

  set(field: string, value: string | boolean): void {
    this.values.value = { ...this.values.value, [field]: value };
    if (this.status.value !== "saving") this.status.value = "editing";
    this.#key = crypto.randomUUID(); // what was changed is another request
    this.#keepDraft();
  }

  /** Forgets what was typed and shows what is saved. */
  discard(): void {
    forgetDraft(this.#plan.id);
    this.#base = this.#saved.values;
    this.#tag = this.#saved.tag;
    this.values.value = this.#base;
    this.#key = crypto.randomUUID();
    this.restored.value = false;
    this.errors.value = {};
    this.problem.value = null;
  }

  /** Shows a newer version, unless something was typed: then the next save finds out. */
  show(values: Values, tag: string | undefined): void {
    this.#saved = { values, tag };
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
    this.#keepDraft(); // with its key: a reload before the answer comes repeats this request instead of making another
    const written = await this.#send(this.values.value);
    if (written) this.#plan.onSaved(written);
  }

  /** Sends what the form held; returns what was saved, or null when it was refused. */
  async #send(sent: Values): Promise<Saved | null> {
    const options = { match: this.#tag, key: this.#key, saved: this.#base };
    try {
      const { body, tag } = await sendOnce(() => this.#plan.save(sent, options));
      this.#base = sent;
      this.#tag = tag;
      this.#saved = { values: sent, tag };
      this.#key = crypto.randomUUID();
      this.#keepDraft(); // none, unless somebody typed on meanwhile
      this.restored.value = false;
      this.status.value = this.isChanged ? "editing" : "saved";
      return body;
    } catch (error) {
      const problem = asProblem(error);
      const clash = problem.status === 412 ? this.#clashIn(problem) : null;
      if (clash && clash.tag !== this.#tag && !this.#hasNews(clash)) {
        this.#base = clash.theirs; // what the form does not show was changed, such as the state of the event
        this.#tag = clash.tag;
        return this.#send(sent);
      }
      this.status.value = "editing";
      this.#refuse(problem, clash);
      return null;
    }
  }

  /** Whether somebody else changed something that the form shows. */
  #hasNews({ found }: Clash): boolean {
    return found.some(({ field, theirs }) => theirs !== this.#base[field]);
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
    this.#saved = { values: clash.theirs, tag: clash.tag };
    this.values.value = merged(clash.theirs, clash.found);
    this.clash.value = null;
    this.#key = crypto.randomUUID();
    this.#keepDraft();
  }

  #refuse(problem: Problem, clash: Clash | null): void {
    this.clash.value = clash;
    if (clash) return;
    const { errors, isAll } = sortRefusal(problem, Object.keys(this.values.value), this.#plan.fieldOf);
    this.errors.value = errors;
    this.problem.value = isAll ? null : problem;
    this.refusals.value += 1;
  }

  #clashIn({ body: { current } }: Problem): Clash | null {
    if (!this.#plan.valuesOf || !isRecord(current) || typeof current.etag !== "string") return null;
    const theirs = this.#plan.valuesOf(current.representation);
    return { theirs, tag: current.etag, found: differences(this.#base, this.values.value, theirs) };
  }

  #keepDraft(): void {
    if (!this.isChanged) forgetDraft(this.#plan.id);
    else keepDraft(this.#plan.id, { values: this.values.value, base: this.#base, tag: this.#tag, key: this.#key });
  }
}

/** A form as its elements use it, whatever it saves. */
export type FormState = Omit<FormModel<never>, "show">;

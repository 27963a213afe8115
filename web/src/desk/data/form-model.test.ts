// @vitest-environment jsdom
import { i18n } from "@lingui/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem, type Written } from "../../api/client.ts";
import { FormModel, type FormPlan, type SaveOptions } from "./form-model.ts";
import type { Values } from "./merge.ts";

interface Sent extends SaveOptions {
  values: Values;
}

const SAVED = { name: "Tides", slug: "tides", hidden: false };
let sent: Sent[];
let answers: (Problem | string)[];
let told: string[];

/** Returns a form whose saves are answered by `answers`, one after the other: a refusal, or the tag of what was saved. */
function form(plan: Partial<FormPlan<string>> = {}): FormModel<string> {
  const save = async (values: Values, options: SaveOptions): Promise<Written<string>> => {
    sent.push({ values, ...options });
    await Promise.resolve();
    const answer = answers.shift() ?? "B";
    if (answer instanceof Problem) throw answer;
    return { body: String(values.name), tag: answer };
  };
  const valuesOf = (representation: unknown) => representation as Values;
  const onSaved = (name: string) => told.push(name);
  return new FormModel({ id: "event.1", initial: SAVED, tag: "A", save, valuesOf, onSaved, ...plan });
}

function signIn(id: string): void {
  localStorage.setItem("marquee.session", JSON.stringify({ refresh_token: "r", user: { id } }));
}

function newer(etag: string, theirs: Partial<typeof SAVED>): Problem {
  return new Problem(412, { current: { etag, representation: { ...SAVED, ...theirs } } });
}

beforeEach(() => {
  i18n.loadAndActivate({ locale: "en", messages: {} });
  [sent, answers, told] = [[], [], []];
  sessionStorage.clear();
  localStorage.clear();
});
afterEach(() => void vi.useRealTimers());

test("what was typed is there again after a reload, and is said to be unsaved", () => {
  form().set("name", "Moon");
  const again = form();
  expect(again.values.value).toEqual({ ...SAVED, name: "Moon" });
  expect(again.restored.value).toBe(true);
  expect(form({ id: "event.2" }).restored.value).toBe(false);
});

test("what was typed back to what is saved leaves no draft", () => {
  const one = form();
  one.set("name", "Moon");
  one.set("name", "Tides");
  expect(form().restored.value).toBe(false);
});

test("a draft of a form with other fields is left alone", () => {
  form().set("name", "Moon");
  const again = form({ initial: { name: "Tides", colour: "blue" } });
  expect(again.values.value).toEqual({ name: "Tides", colour: "blue" });
});

test("what another person typed in this tab is not shown, what the same person typed is", () => {
  signIn("anna");
  form().set("name", "Moon");
  localStorage.clear(); // the sign-in ended
  expect(form().restored.value).toBe(true);
  signIn("anna");
  expect(form().restored.value).toBe(true);
  signIn("ben");
  expect(form().restored.value).toBe(false);
});

test("a save forgets the draft and tells what was saved", async () => {
  const one = form();
  one.set("name", "Moon");
  await one.submit();
  expect(sent).toMatchObject([{ values: { name: "Moon" }, match: "A", saved: SAVED }]);
  expect([told, one.status.value, one.isChanged]).toEqual([["Moon"], "saved", false]);
  expect(form().restored.value).toBe(false);
  one.set("name", "Sun");
  await one.submit();
  expect(sent[1]).toMatchObject({ match: "B", saved: { name: "Moon" } });
});

test("two presses are one request", async () => {
  const one = form();
  one.set("name", "Moon");
  await Promise.all([one.submit(), one.submit()]);
  expect(sent).toHaveLength(1);
});

test("what is typed while a save is under way is another request, and stays", async () => {
  const one = form();
  one.set("name", "Moon");
  const saving = one.submit();
  one.set("name", "Moon rise");
  await Promise.all([one.submit(), saving]);
  expect(sent).toHaveLength(1);
  expect([one.values.value.name, one.status.value]).toEqual(["Moon rise", "editing"]);
  expect(form({ initial: { ...SAVED, name: "Moon" } }).values.value.name).toBe("Moon rise");
});

test("a lost answer keeps the key, a change makes another", async () => {
  const one = form();
  one.set("name", "Moon");
  answers = [new Problem(0), new Problem(0)];
  await one.submit();
  await one.submit();
  one.set("name", "Sun");
  await one.submit();
  const [first, second, third] = sent.map(({ key }) => key);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test("a reload after a lost answer repeats the request under its key", async () => {
  const one = form();
  one.set("name", "Moon");
  answers = [new Problem(0)];
  await one.submit();
  await form().submit();
  expect(sent[1]?.key).toBe(sent[0]?.key);
});

test("a saved form has another key than the next one", async () => {
  const one = form();
  await one.submit();
  await one.submit();
  expect(sent[1]?.key).not.toBe(sent[0]?.key);
});

test("while an earlier attempt still runs, the form waits and sends the same again", async () => {
  vi.useFakeTimers();
  const one = form();
  answers = [new Problem(409, { code: "still_running" }, 1), "B"];
  const saving = one.submit();
  await vi.advanceTimersByTimeAsync(1000);
  await saving;
  expect(sent.map(({ key }) => key)).toEqual([sent[0]?.key, sent[0]?.key]);
  expect(one.status.value).toBe("saved");
});

test("what can be known without the server is not sent", async () => {
  const one = form({ check: ({ name }) => (name ? {} : { name: "Give a name." }) });
  one.set("name", "");
  await one.submit();
  expect([sent, one.errors.value, one.refusals.value]).toEqual([[], { name: "Give a name." }, 1]);
  one.set("name", "Moon");
  await one.submit();
  expect(one.errors.value).toEqual({});
});

test("a 422 lands at its fields; what belongs to none is told of the whole", async () => {
  const one = form();
  const refusal = new Problem(422, { errors: [{ pointer: "/name", detail: "is too long" }] });
  const half = new Problem(422, { errors: [...refusal.errors, { pointer: "/odd", detail: "is odd" }] });
  answers = [refusal, half];
  await one.submit();
  expect([one.errors.value, one.problem.value, one.refusals.value]).toEqual([{ name: "Is too long." }, null, 1]);
  await one.submit();
  expect([one.errors.value, one.problem.value, one.refusals.value]).toEqual([{ name: "Is too long." }, half, 2]);
});

test("a pointer into a field is the field's own when the form says so", async () => {
  const one = form({ fieldOf: (pointer) => pointer.split("/")[2] });
  answers = [new Problem(422, { errors: [{ pointer: "/venue/name", detail: "is too long" }] })];
  await one.submit();
  expect(one.errors.value).toEqual({ name: "Is too long." });
});

test("a 409 for an address that is taken lands at its field", async () => {
  const one = form();
  answers = [new Problem(409, { code: "slug_taken", detail: "This slug is taken." })];
  await one.submit();
  expect(Object.keys(one.errors.value)).toEqual(["slug"]);
  expect(one.problem.value).toBeNull();
});

test.each([0, 401, 409, 429, 500])(
  "after a refusal with %i what was typed is kept and can be saved",
  async (status) => {
    const one = form();
    one.set("name", "Moon");
    answers = [new Problem(status, {}, 7)];
    await one.submit();
    expect([one.problem.value?.status, one.status.value, one.values.value.name]).toEqual([status, "editing", "Moon"]);
    expect(form().values.value.name).toBe("Moon");
    await one.submit();
    expect([told, one.problem.value]).toEqual([["Moon"], null]);
  },
);

test("a 412 shows both versions; what was chosen is saved over the other one", async () => {
  const one = form();
  one.set("name", "Moon");
  answers = [newer("C", { name: "Sun", slug: "sun" })];
  await one.submit();
  expect(one.clash.value?.found).toEqual([
    { field: "name", mine: "Moon", theirs: "Sun", taken: "mine" },
    { field: "slug", mine: "tides", theirs: "sun", taken: "theirs" },
  ]);
  await one.submit();
  expect(sent).toHaveLength(1); // nothing is sent before something was chosen
  one.choose("name", "theirs");
  one.choose("slug", "mine");
  one.settle();
  expect([one.clash.value, one.values.value]).toEqual([null, { ...SAVED, name: "Sun" }]);
  await one.submit();
  expect(sent[1]).toMatchObject({ match: "C", values: { name: "Sun", slug: "tides" }, saved: { slug: "sun" } });
});

test("a version that differs in nothing the form shows is saved over without a question", async () => {
  const one = form();
  one.set("name", "Moon");
  answers = [newer("C", {}), "D"];
  await one.submit();
  expect(sent.map(({ match }) => match)).toEqual(["A", "C"]);
  expect([one.clash.value, one.status.value]).toEqual([null, "saved"]);
});

test("a 412 without a version is told, not looped over", async () => {
  const one = form();
  answers = [new Problem(412)];
  await one.submit();
  expect([one.problem.value?.status, sent.length]).toEqual([412, 1]);
});

test("what was typed before a reload meets the version that was saved meanwhile", async () => {
  form().set("name", "Moon");
  const again = form({ initial: { ...SAVED, name: "Sun" }, tag: "C" });
  answers = [newer("C", { name: "Sun" })];
  await again.submit();
  expect(sent[0]?.match).toBe("A");
  expect(again.clash.value?.found).toMatchObject([{ field: "name", mine: "Moon", theirs: "Sun" }]);
});

test("showing what is saved leaves out what was typed, and shows the newest version", async () => {
  form().set("name", "Moon");
  const again = form({ initial: { ...SAVED, name: "Sun" }, tag: "C" });
  again.discard();
  expect([again.values.value.name, again.restored.value, again.isChanged]).toEqual(["Sun", false, false]);
  await again.submit();
  expect(sent[0]?.match).toBe("C");
  expect(form().restored.value).toBe(false);
});

test("a newer version is shown, but never over what is typed", async () => {
  const one = form();
  one.show({ ...SAVED, name: "Sun" }, "C");
  expect(one.values.value.name).toBe("Sun");
  one.set("name", "Moon");
  one.show({ ...SAVED, name: "Stars" }, "D");
  expect(one.values.value.name).toBe("Moon");
  await one.submit();
  expect(sent[0]?.match).toBe("C");
});

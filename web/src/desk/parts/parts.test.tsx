// @vitest-environment jsdom
import { i18n } from "@lingui/core";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem } from "../../api/client.ts";
import { FormModel } from "../data/form-model.ts";
import type { Values } from "../data/merge.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { CheckField, LongTextField, ManyField, SelectField, TextField } from "./fields.tsx";
import { FormView } from "./form-view.tsx";

const options = [["a", "First"] as const, ["b", "Second"] as const];
let place: HTMLElement;
let answers: (Problem | string)[];

function model(values: Values): FormModel<string> {
  const save = async () => {
    const answer = answers.shift() ?? "B";
    if (answer instanceof Problem) throw answer;
    return { body: "", tag: answer };
  };
  const valuesOf = (representation: unknown) => representation as Values;
  return new FormModel({ id: "1", initial: values, tag: "A", save, valuesOf, onSaved: () => {} });
}

function find<T extends HTMLElement = HTMLElement>(selector: string): T {
  const found = place.querySelector<T>(selector);
  if (!found) throw new Error(`${selector} is not there`);
  return found;
}

/** Returns the texts that a field's aria-describedby names, in their order. */
function description(element: Element): (string | null | undefined)[] {
  const ids = (element.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
  return ids.map((id) => document.getElementById(id)?.textContent?.trim());
}

async function show(form: FormModel<string>): Promise<void> {
  const labels = { name: "Name", slug: "Address" };
  await act(() =>
    render(
      <FormView form={form} name="Event" action="Save" labels={labels}>
        <TextField form={form} name="name" label="Name" />
        <details>
          <summary>More</summary>
          <TextField form={form} name="slug" label="Address" />
        </details>
      </FormView>,
      place,
    ),
  );
}

async function press(text: string): Promise<void> {
  const found = [...place.querySelectorAll("button")].find((one) => one.textContent?.trim() === text);
  if (!found) throw new Error(`no button ${text}`);
  await act(async () => {
    found.click();
    await new Promise((done) => setTimeout(done));
  });
}

beforeEach(() => {
  i18n.loadAndActivate({ locale: "en", messages: {} });
  sessionStorage.clear();
  answers = [];
  place = document.createElement("main");
  document.body.replaceChildren(place);
});
afterEach(() => render(null, place));

test.each([
  ["text", TextField],
  ["long text", LongTextField],
  ["box", CheckField],
  ["choice", (props: Parameters<typeof TextField>[0]) => <SelectField {...props} options={options} />],
])("label, hint and error are tied to a field of %s", async (_, Field) => {
  const form = model({ one: "" });
  await act(() => render(<Field form={form} name="one" label="One" hint="A hint" />, place));
  const input = find("#field-one");
  expect(find("label").getAttribute("for")).toBe("field-one");
  expect([description(input), input.getAttribute("aria-invalid")]).toEqual([["A hint"], "false"]);
  await act(() => {
    form.errors.value = { one: "It is wrong." };
  });
  expect([description(input), input.getAttribute("aria-invalid")]).toEqual([["It is wrong.", "A hint"], "true"]);
});

test("a group of boxes has its hint and error, and holds what is ticked", async () => {
  const form = model({ one: "b" });
  form.errors.value = { one: "It is wrong." };
  const group = <ManyField form={form} name="one" label="One" hint="A hint" options={options} none="None" />;
  await act(() => render(group, place));
  expect(description(find("fieldset"))).toEqual(["It is wrong.", "A hint"]);
  await act(() => find("#field-one-a").click());
  expect(form.values.value.one).toBe("b,a");
  await act(() => find("#field-one-b").click());
  expect(form.values.value.one).toBe("a");
});

test("the summary of a refusal takes the focus each time, and its links go to the fields, hidden ones too", async () => {
  const refusal = new Problem(422, { errors: [{ pointer: "/slug", detail: "is taken" }] });
  answers = [refusal, refusal];
  await show(model({ name: "", slug: "" }));
  await press("Save");
  const summary = find("[role=alert]");
  expect([document.activeElement, summary.textContent]).toEqual([summary, "Please correct this:Address: Is taken."]);
  find("#field-name").focus();
  await press("Save");
  expect(document.activeElement).toBe(find("[role=alert]"));
  await act(() => find("[role=alert] a").click());
  expect(find<HTMLDetailsElement>("details").open).toBe(true);
  expect(document.activeElement).toBe(find("#field-slug"));
});

test.each([
  [0, "The server cannot be reached. What you typed is kept here."],
  [401, "Your sign-in has ended. What you typed is kept"],
  [429, "Wait 1 second, then save again."],
  [503, "The server could not save this just now."],
])("a refusal with %i says what happened and what to do next", async (status, words) => {
  answers = [new Problem(status, {}, 1)];
  await show(model({ name: "", slug: "" }));
  await press("Save");
  expect(find("[role=alert]").textContent).toContain(words);
  expect(place.querySelector("[role=alert] a[href^='/sign-in']") !== null).toBe(status === 401);
});

test("a conflict takes the focus, and the form has it back afterwards", async () => {
  const form = model({ name: "Tides", slug: "tides" });
  form.set("name", "Mine");
  answers = [new Problem(412, { current: { etag: "C", representation: { name: "Theirs", slug: "tides" } } })];
  await show(form);
  await press("Save");
  expect(document.activeElement?.textContent).toBe("Somebody else changed this meanwhile");
  await act(() => find("#name-theirs").click());
  await press("Back to the form");
  expect(document.activeElement).toBe(find("[type=submit]"));
  expect(find<HTMLInputElement>("#field-name").value).toBe("Theirs");
});

test("a dialog asks for what has to be typed before it carries anything out", async () => {
  const dialogs = HTMLDialogElement.prototype;
  dialogs.showModal = function show(this: HTMLDialogElement) {
    this.open = true;
  };
  dialogs.close = function close(this: HTMLDialogElement) {
    this.open = false;
    this.dispatchEvent(new Event("close"));
  };
  const [confirmed, closed] = [vi.fn(), vi.fn()];
  const words = { title: "Delete?", text: "For ever.", action: "Delete", typed: "Tides" };
  await act(() => render(<ConfirmDialog {...words} onConfirm={confirmed} onClose={closed} />, place));
  expect(find<HTMLDialogElement>("dialog").open).toBe(true);
  await press("Delete");
  expect([confirmed.mock.calls.length, closed.mock.calls.length]).toEqual([0, 0]);
  const input = find<HTMLInputElement>("input");
  await act(() => {
    input.value = " Tides ";
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await press("Delete");
  expect([confirmed.mock.calls.length, closed.mock.calls.length]).toEqual([1, 1]);
});

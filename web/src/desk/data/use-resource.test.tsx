// @vitest-environment jsdom

import { i18n } from "@lingui/core";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { at } from "../../api/client.ts";
import { Loading } from "../parts/loading.tsx";
import { useResource } from "./use-resource.ts";

interface Waiting {
  url: string;
  tag: string | null;
  answer: (status: number, body?: object, etag?: string) => Promise<void>;
}

let asked: Waiting[];
let place: HTMLElement;

function Screen({ id }: { id: string }) {
  const event = useResource(at("/events/{event}", { event: id }));
  return <Loading of={event}>{({ name }) => <p class="name">{name}</p>}</Loading>;
}

async function show(id: string): Promise<void> {
  await act(async () => render(<Screen id={id} />, place));
  await act(async () => void (await Promise.resolve()));
}

function request(number: number): Waiting {
  const found = asked[number];
  if (!found) throw new Error(`request ${number} was not made`);
  return found;
}

beforeEach(() => {
  i18n.loadAndActivate({ locale: "en", messages: {} });
  asked = [];
  place = document.createElement("main");
  document.body.replaceChildren(place);
  vi.stubGlobal("fetch", (url: string, { headers }: { headers: Record<string, string> }) => {
    return new Promise<Response>((resolve) => {
      const answer = async (status: number, body: object = {}, etag = "") => {
        const text = status === 304 ? null : JSON.stringify(body);
        await act(async () => {
          resolve(new Response(text, { status, headers: etag ? { ETag: etag } : {} }));
          await new Promise((done) => setTimeout(done));
        });
      };
      asked.push({ url, tag: headers["If-None-Match"] ?? null, answer });
    });
  });
});
afterEach(() => {
  render(null, place);
  vi.unstubAllGlobals();
});

const name = () => place.querySelector(".name")?.textContent;
const comeBack = () => act(() => void document.dispatchEvent(new Event("visibilitychange")));

test("it is read once, and again by its tag when one comes back to the tab", async () => {
  await show("1");
  expect(place.querySelector("[role=status]")).not.toBeNull();
  await request(0).answer(200, { name: "Tides" }, '"a"');
  expect([name(), asked.length]).toEqual(["Tides", 1]);
  await comeBack();
  expect(request(1).tag).toBe('"a"');
  await request(1).answer(304);
  expect(name()).toBe("Tides");
  await comeBack();
  await request(2).answer(200, { name: "Moon" }, '"b"');
  expect(name()).toBe("Moon");
});

test("an answer that was overtaken is dropped", async () => {
  await show("2");
  await comeBack();
  await request(1).answer(200, { name: "New" }, '"b"');
  await request(0).answer(200, { name: "Old" }, '"a"');
  expect(name()).toBe("New");
});

test("what could not be read again stays", async () => {
  await show("3");
  await request(0).answer(200, { name: "Tides" }, '"a"');
  await comeBack();
  await request(1).answer(500);
  expect(name()).toBe("Tides");
});

test("what could not be read says so, and can be tried again", async () => {
  await show("4");
  await request(0).answer(429, { detail: "no" });
  expect(place.querySelector("[role=alert]")).not.toBeNull();
  await act(() => place.querySelector("button")?.click());
  await request(1).answer(200, { name: "Tides" }, '"a"');
  expect(name()).toBe("Tides");
});

test("another address is another resource, and a screen that is left asks no more", async () => {
  await show("5");
  await request(0).answer(200, { name: "Five" }, '"a"');
  await show("6");
  await request(1).answer(200, { name: "Six" }, '"a"');
  expect(name()).toBe("Six");
  await act(() => render(null, place));
  await comeBack();
  expect(asked).toHaveLength(2);
});

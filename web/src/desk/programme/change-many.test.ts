// @vitest-environment jsdom

import { i18n } from "@lingui/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem, type Schemas } from "../../api/client.ts";
import { changeAll } from "./change-many.ts";
import { explainReferrers } from "./lists.ts";

type Session = Schemas["Session"];

const made = { created_at: "2027-01-01T00:00:00Z", updated_at: "2027-01-01T00:00:00Z" };
const sent: { id: string; match: string | null; body: unknown }[] = [];
let stored: Record<string, Partial<Session>>;

function session(id: string, fields: Partial<Session> = {}): Session {
  return { id, title: `Talk ${id}`, ...made, ...fields };
}

beforeEach(() => {
  i18n.loadAndActivate({ locale: "en", messages: {} });
  sent.length = 0;
  stored = {};
  vi.stubGlobal("fetch", async (url: string, { method, headers, body }: RequestInit) => {
    const id = /sessions\/(\w+)/.exec(url)?.[1] ?? "";
    if (method === "GET") {
      return Response.json(session(id, stored[id]), { headers: { ETag: `"of ${id}"` } });
    }
    sent.push({ id, match: new Headers(headers).get("If-Match"), body: JSON.parse(String(body)) });
    if (id === "late") return Response.json({ detail: "It is over." }, { status: 409 });
    return Response.json(session(id));
  });
});

afterEach(() => vi.unstubAllGlobals());

test("change all sends one field of each with its tag and tells how far it is", async () => {
  const told: number[] = [];
  const left = await changeAll("e", [session("a"), session("b")], "track_id", "water", (done) => told.push(done));
  expect(left).toEqual([]);
  expect(told).toEqual([0, 1]);
  expect(sent).toEqual([
    { id: "a", match: '"of a"', body: { track_id: "water" } },
    { id: "b", match: '"of b"', body: { track_id: "water" } },
  ]);
});

test("change all leaves what somebody else changed, unless to the same, and goes on after a refusal", async () => {
  stored = { theirs: { track_id: "air" }, same: { track_id: "water" } };
  const sessions = [session("theirs"), session("same"), session("late"), session("mine")];
  const left = await changeAll("e", sessions, "track_id", "water", () => undefined);
  expect(left).toHaveLength(2);
  expect(left[1]).toBe("Talk late: It is over.");
  expect(sent.map(({ id }) => id)).toEqual(["late", "mine"]);
});

test("explain referrers names sessions, at most five, and leaves other refusals alone", () => {
  const sessions = [..."abcdefg"].map((id) => session(id));
  const refusal = (ids: string[]) => new Problem(409, { referrers: ids });
  expect(explainReferrers(refusal(["a"]), sessions)).toBeDefined();
  expect(explainReferrers(new Problem(409, { detail: "no" }), sessions)).toBeUndefined();
  expect(explainReferrers(new Problem(412, { referrers: ["a"] }), sessions)).toBeUndefined();
});

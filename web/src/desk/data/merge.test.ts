import { expect, test } from "vitest";
import { differences, merged } from "./merge.ts";

const base = { name: "Tides", venue: "Hall", hidden: false };

test("a field that nobody changed, or both changed alike, is no difference", () => {
  expect(differences(base, { ...base, name: "Moon" }, { ...base, name: "Moon" })).toEqual([]);
});

test("mine is taken where I changed it, theirs where only they did", () => {
  const mine = { ...base, name: "My tides" };
  const theirs = { name: "Their tides", venue: "Pier", hidden: true };
  expect(differences(base, mine, theirs)).toEqual([
    { field: "name", mine: "My tides", theirs: "Their tides", taken: "mine" },
    { field: "venue", mine: "Hall", theirs: "Pier", taken: "theirs" },
    { field: "hidden", mine: false, theirs: true, taken: "theirs" },
  ]);
});

test("what was emptied differs from what was kept", () => {
  expect(differences(base, { ...base, venue: "" }, base)).toEqual([
    { field: "venue", mine: "", theirs: "Hall", taken: "mine" },
  ]);
});

test("what is chosen of mine stands in theirs, and nothing else", () => {
  const theirs = { name: "Their tides", venue: "Pier", hidden: true };
  const found = differences(base, { ...base, name: "My tides", venue: "Quay" }, theirs);
  const chosen = found.map((one) => (one.field === "venue" ? { ...one, taken: "theirs" as const } : one));
  expect(merged(theirs, chosen)).toEqual({ name: "My tides", venue: "Pier", hidden: true });
});

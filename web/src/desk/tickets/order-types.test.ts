import { expect, test } from "vitest";
import { lastPosition, moved, newPositions } from "./order-types.ts";

const types = (...positions: number[]) => positions.map((position, n) => ({ id: "abcdef"[n] ?? "", position }));

/** The ids in the order that positions give after a move; equal positions keep the order of ids, as the server has it. */
function after(positions: number[], from: number, to: number): { order: string; writes: number } {
  const before = types(...positions);
  const found = newPositions(moved(before, from, to), before[from]?.id ?? "");
  const placed = before.map(({ id, position }) => ({ id, position: found.get(id) ?? position }));
  placed.sort((one, other) => one.position - other.position || one.id.localeCompare(other.id));
  return { order: placed.map(({ id }) => id).join(""), writes: found.size };
}

test("an item is put to another place", () => {
  expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
  expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(moved(["a", "b", "c"], 1, 1)).toEqual(["a", "b", "c"]);
});

test("a move between neighbours with room writes one position", () => {
  expect(after([100, 200, 300], 0, 1)).toEqual({ order: "bac", writes: 1 });
  expect(after([100, 200, 300], 2, 0)).toEqual({ order: "cab", writes: 1 });
  expect(after([100, 200, 300], 0, 2)).toEqual({ order: "bca", writes: 1 });
});

test("types that were never ordered are numbered once", () => {
  expect(after([0, 0, 0], 2, 0)).toEqual({ order: "cab", writes: 3 });
  expect(after([0, 0, 0, 0], 1, 2)).toEqual({ order: "acbd", writes: 4 });
  expect(after([0, 1], 1, 0).order).toBe("ba");
  expect(after([99_999, 100_000], 0, 1).order).toBe("ba");
});

test("a new type comes after all others", () => {
  expect(lastPosition(types(100, 300, 200))).toBe(300);
  expect(lastPosition([])).toBe(0);
  expect(lastPosition([{ id: "a" }])).toBe(0);
});

import { expect, test } from "vitest";
import { type Column, findRows, sortRows } from "./rows.ts";

interface Talk {
  title: string;
  room: string;
  minutes: number;
}

const columns: Column<Talk>[] = [
  { id: "title", name: "Title", text: (talk) => talk.title },
  { id: "room", name: "Room", text: (talk) => talk.room },
  { id: "minutes", name: "Minutes", text: (talk) => `${talk.minutes} min`, order: (talk) => talk.minutes },
];
const talks: Talk[] = [
  { title: "Über Gezeiten", room: "Room 10", minutes: 45 },
  { title: "Harbour lights", room: "Room 9", minutes: 5 },
  { title: "tides at night", room: "Room 10", minutes: 90 },
];
const titles = (found: Talk[]) => found.map((talk) => talk.title);

test("find rows takes words in any order, column and case, without marks", () => {
  expect(titles(findRows(talks, columns, "ROOM uber"))).toEqual(["Über Gezeiten"]);
  expect(titles(findRows(talks, columns, "10 night"))).toEqual(["tides at night"]);
  expect(titles(findRows(talks, columns, "nothing"))).toEqual([]);
  expect(findRows(talks, columns, "  ")).toBe(talks);
});

test("sort rows compares numbers as numbers and texts as people do", () => {
  expect(titles(sortRows(talks, columns, { column: "minutes", isDown: false }))).toEqual([
    "Harbour lights",
    "Über Gezeiten",
    "tides at night",
  ]);
  expect(sortRows(talks, columns, { column: "room", isDown: true }).map((talk) => talk.room)).toEqual([
    "Room 10",
    "Room 10",
    "Room 9",
  ]);
  expect(sortRows(talks, columns, null)).toBe(talks);
});

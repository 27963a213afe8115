import { expect, test } from "vitest";
import type { Schemas } from "../../api/client.ts";
import { daysOf } from "./days.ts";

type Session = Schemas["Session"];

function session(
  id: string,
  starts: string | null,
  room: string | null,
  state: Session["state"] = "accepted",
): Session {
  const ends = starts && new Date(Date.parse(starts) + 1_800_000).toISOString();
  const made = "2027-01-01T00:00:00Z";
  return {
    id,
    title: id,
    starts_at: starts,
    ends_at: ends,
    microlocation_id: room,
    state,
    created_at: made,
    updated_at: made,
  };
}

test("days are those of the zone, rows are in order of time, rooms in the order of the event", () => {
  const sessions = [
    session("late", "2027-06-11T22:30:00Z", "b"), // 00:30 of the 12th in Zurich
    session("second", "2027-06-11T10:00:00Z", "a"),
    session("first", "2027-06-11T08:00:00Z", "b"),
    session("beside", "2027-06-11T08:00:00Z", "a"),
    session("nowhere", "2027-06-11T08:00:00Z", null),
    session("open", null, "a"),
    session("gone", "2027-06-11T08:00:00Z", "a", "cancelled"),
  ];
  const rooms = [
    { id: "a", name: "Hall" },
    { id: "b", name: "Attic" },
    { id: "c", name: "Unused" },
  ];
  const { days, unplaced } = daysOf(sessions, rooms, "Europe/Zurich");
  expect(days.map(({ date }) => date)).toEqual(["2027-06-11", "2027-06-12"]);
  expect(days[0]?.rooms.map(({ name }) => name)).toEqual(["Hall", "Attic", ""]);
  const cells = days[0]?.rows.map(({ cells: of }) => [...of].map(([room, at]) => [room, at.map(({ id }) => id)]));
  expect(cells).toEqual([
    [
      ["b", ["first"]],
      ["a", ["beside"]],
      ["", ["nowhere"]],
    ],
    [["a", ["second"]]],
  ]);
  expect(unplaced.map(({ id }) => id)).toEqual(["open"]);
});

test("a session in a room that is gone is shown without a room", () => {
  const { days } = daysOf([session("one", "2027-06-11T08:00:00Z", "gone")], [], "UTC");
  expect(days[0]?.rooms).toEqual([{ id: "", name: "" }]);
  expect(days[0]?.rows[0]?.cells.get("")?.map(({ id }) => id)).toEqual(["one"]);
});

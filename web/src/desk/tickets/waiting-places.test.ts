import { expect, test } from "vitest";
import type { Schemas } from "../../api/client.ts";
import { waitingPlaces } from "./waiting-places.ts";

type Entry = Schemas["Entry"];

function entry(id: string, ticket_type_id: string, state: Entry["state"] = "waiting"): Entry {
  const at = "2027-01-01T00:00:00Z";
  return {
    id,
    ticket_type_id,
    state,
    event_id: "e",
    quantity: 1,
    name: id,
    email: "a@b.c",
    created_at: at,
    updated_at: at,
  };
}

test("places count those who still wait, for each ticket type", () => {
  const entries = [
    entry("a", "x", "left"),
    entry("b", "x"),
    entry("c", "y"),
    entry("d", "x", "offered"),
    entry("e", "x"),
  ];
  expect([...waitingPlaces(entries)]).toEqual([
    ["b", 1],
    ["c", 1],
    ["e", 2],
  ]);
});

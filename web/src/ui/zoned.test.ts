import { expect, test } from "vitest";
import { clockTime, momentOf, momentsOf } from "./zoned.ts";

const iso = (moments: number[]) => moments.map((ms) => new Date(ms).toISOString());

test("a moment is shown as the clocks of the zone show it, midnight as 00", () => {
  expect(clockTime("2027-06-11T07:00:00Z", "Europe/Berlin")).toBe("2027-06-11T09:00");
  expect(clockTime("2027-01-11T23:00:00Z", "Europe/Berlin")).toBe("2027-01-12T00:00");
  expect(clockTime(Date.parse("2027-01-01T00:00:00Z"), "America/St_Johns")).toBe("2026-12-31T20:30");
});

test("an ordinary clock time is one moment, in zones far from UTC too", () => {
  for (const zone of ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago"]) {
    const [moment = Number.NaN, ...others] = momentsOf("2027-06-11T09:00", zone);
    expect(others).toEqual([]);
    expect(clockTime(moment, zone)).toBe("2027-06-11T09:00");
    expect(Date.parse(momentOf("2027-06-11T09:00", zone))).toBe(moment);
  }
});

test("a clock time that is shown twice is two moments, and the first is taken", () => {
  const twice = ["2027-10-31T00:30:00.000Z", "2027-10-31T01:30:00.000Z"];
  expect(iso(momentsOf("2027-10-31T02:30", "Europe/Berlin"))).toEqual(twice);
  expect(momentOf("2027-10-31T02:30", "Europe/Berlin")).toBe("2027-10-31T00:30:00Z");
  expect(momentOf("2027-11-07T01:30", "America/New_York")).toBe("2027-11-07T05:30:00Z");
});

test("a clock time that is skipped is no moment, and is read with the offset before the change", () => {
  expect(momentsOf("2027-03-28T02:30", "Europe/Berlin")).toEqual([]);
  expect(momentOf("2027-03-28T02:30", "Europe/Berlin")).toBe("2027-03-28T01:30:00Z");
  expect(momentsOf("2027-03-14T02:30", "America/New_York")).toEqual([]);
  expect(momentOf("2027-03-14T02:30", "America/New_York")).toBe("2027-03-14T07:30:00Z");
});

test("a change by half an hour shows only that half hour twice", () => {
  expect(momentsOf("2027-04-04T01:45", "Australia/Lord_Howe")).toHaveLength(2);
  expect(momentsOf("2027-04-04T01:15", "Australia/Lord_Howe")).toHaveLength(1);
});

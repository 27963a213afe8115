import { expect, test } from "vitest";
import { at, link } from "./addresses.ts";

test("values and queries are percent-encoded", () => {
  expect(at("/events/{event}/orders", { event: "a/b ?é" })).toBe("/events/a%2Fb%20%3F%C3%A9/orders");
  expect(at("/events/{event}/orders", { event: "1" }, { q: "a&b=c d" })).toBe("/events/1/orders?q=a%26b%3Dc+d");
});

test("a query keeps 0 and false, and leaves out what is empty or absent", () => {
  const query = { limit: 0, all: false, q: "", state: null, cursor: undefined };
  expect(at("/events/{event}/orders", { event: "1" }, query)).toBe("/events/1/orders?limit=0&all=false");
  expect(at("/events/{event}/orders", { event: "1" }, { q: "" })).toBe("/events/1/orders");
});

test("a value that looks like a template or a pattern stays as it is", () => {
  expect(at("/orders/{id}", { id: "{id}" })).toBe("/orders/%7Bid%7D");
  expect(at("/orders/{id}", { id: "$&" })).toBe("/orders/%24%26");
});

test("a link of the API loses its prefix, once", () => {
  expect(link("/api/v1/orders/1?cursor=a%2Fb")).toBe("/orders/1?cursor=a%2Fb");
  expect(link("/orders/1")).toBe("/orders/1");
});

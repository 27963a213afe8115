// @vitest-environment jsdom
import { i18n } from "@lingui/core";
import { beforeAll, expect, test } from "vitest";
import type { Schemas } from "../../api/client.ts";
import { accessCodeBody, accessCodeValues, checkAccessCode } from "./access-code-form.ts";
import { checkDiscount, discountBody, discountPatch, discountValues } from "./discount-form.ts";
import { checkQuota, quotaBody, quotaValues } from "./quota-form.ts";
import { bodyOf, checkTicket, valuesOf } from "./ticket-form.ts";
import { typeChoice } from "./type-choice.ts";

beforeAll(() => i18n.loadAndActivate({ locale: "en", messages: {} }));

const ZONE = "Europe/Zurich";
const AT = "2027-01-01T00:00:00Z";
const MADE = { id: "t", created_at: AT, updated_at: AT };
const TICKET: Schemas["TicketTypeRead"] = {
  ...MADE,
  name: "Standard",
  description: "<p>All <strong>days</strong></p>",
  price: { amount: 4900, currency: "CHF" },
  quantity: 20,
  available: 3,
  sales_start: "2027-02-01T08:00:00Z",
  sales_end: "2027-06-11T21:59:59Z",
  min_per_order: 2,
  max_per_order: 4,
  max_per_buyer: 8,
  hidden: true,
  access_code_required: true,
};

test("what the form of a ticket shows unchanged is sent as it was: seconds and formatting stay", () => {
  const { id, created_at, updated_at, available, ...fields } = TICKET;
  expect(bodyOf(valuesOf(TICKET, "CHF", ZONE), "CHF", ZONE, TICKET)).toEqual(fields);
});

test("what is changed in the form of a ticket is sent", () => {
  const values = {
    ...valuesOf(TICKET, "CHF", ZONE),
    sales_end: "2027-06-12T12:00",
    description: "Days",
    max_per_buyer: "",
  };
  const body = bodyOf(values, "CHF", ZONE, TICKET);
  expect(body).toMatchObject({ sales_end: "2027-06-12T10:00:00Z", max_per_buyer: null });
  expect(body.description).toBe("<p>Days</p>");
});

test("limits of a ticket that do not fit each other are told at their fields", () => {
  const wrong = (changes: Record<string, string>) =>
    Object.keys(checkTicket({ ...valuesOf(TICKET, "CHF", ZONE), ...changes }, "CHF"));
  expect(wrong({})).toEqual([]);
  expect(wrong({ max_per_order: "1" })).toEqual(["max_per_order"]);
  expect(wrong({ max_per_buyer: "1" })).toEqual(["max_per_buyer"]);
  expect(wrong({ sales_end: "2027-01-01T00:00" })).toEqual(["sales_end"]);
  expect(wrong({ quantity: "1.5" })).toEqual(["quantity"]);
  expect(wrong({ quantity: "1e3" })).toEqual(["quantity"]);
  expect(wrong({ min_per_order: "0" })).toEqual(["min_per_order"]);
});

test("a quota is shown and sent whole", () => {
  const quota = { name: "Hall", quantity: 300, ticket_type_ids: ["a", "b"] };
  expect(quotaBody(quotaValues(quota))).toEqual(quota);
  expect(Object.keys(checkQuota(quotaValues(null)))).toEqual(["name", "quantity", "ticket_type_ids"]);
});

const USES = { max_uses: 5, valid_from: "2027-01-01T00:00:00Z", valid_until: "2027-02-01T22:59:00Z" };

test("a discount is shown and sent whole, with the number of its kind alone", () => {
  const amount = { amount: 500, currency: "CHF" };
  const off = { ...USES, code: "TIDE", kind: "amount", amount, percent: null, ticket_type_ids: ["a"] } as const;
  const discount = { ...off, ticket_type_ids: ["a"], active: false };
  const values = discountValues(discount, ZONE);
  expect(discountBody(values, "CHF", ZONE)).toEqual(discount);
  const percent = discountBody({ ...values, kind: "percent", percent: "10", ticket_type_ids: "" }, "CHF", ZONE);
  expect(percent).toMatchObject({ kind: "percent", percent: 10, amount: null, ticket_type_ids: null });
});

test("a discount of another kind loses the number of the old one", () => {
  const values = { ...discountValues(null, ZONE), code: "TIDE", percent: "10" };
  const { percent, ...body } = discountBody({ ...values, kind: "amount", amount: "5" }, "CHF", ZONE);
  expect(percent).toBeNull();
  expect(discountPatch(body)).toMatchObject({
    kind: "amount",
    percent: null,
    amount: { amount: 500, currency: "CHF" },
  });
});

test("what is wrong with a discount is told at its fields", () => {
  const wrong = (changes: Record<string, string>) =>
    Object.keys(checkDiscount({ ...discountValues(null, ZONE), code: "TIDE", percent: "10", ...changes }, "CHF"));
  expect(wrong({})).toEqual([]);
  expect(wrong({ percent: "101" })).toEqual(["percent"]);
  expect(wrong({ kind: "amount", amount: "0" })).toEqual(["amount"]);
  expect(wrong({ code: "ab" })).toEqual(["code"]);
  expect(wrong({ max_uses: "-1" })).toEqual(["max_uses"]);
  expect(wrong({ valid_from: "2027-01-02T00:00", valid_until: "2027-01-01T00:00" })).toEqual(["valid_until"]);
});

test("an access code is shown and sent whole", () => {
  const code = { ...USES, code: "CREW", ticket_type_ids: ["a"], note: "For the crew" };
  expect(accessCodeBody(accessCodeValues(code, ZONE), ZONE)).toEqual(code);
  expect(Object.keys(checkAccessCode(accessCodeValues(null, ZONE)))).toEqual(["code", "ticket_type_ids"]);
});

test("ticket types are named, also in a conflict", () => {
  const choice = typeChoice([
    { id: "a", name: "Day" },
    { id: "b", name: "Night" },
  ]);
  expect(choice.names(["b", "a"])).toBe("Night, Day");
  expect(choice.shown("ticket_type_ids", "a,b")).toBe("Day, Night");
  expect(choice.shown("name", "a,b")).toBeUndefined();
});

// What the forms of an event show, and what they send. Used by the form of a new event and by Details.
import { t } from "@lingui/core/macro";
import type { Schemas } from "../../api/client.ts";
import { htmlOf, textOf } from "../../ui/rich-text.ts";
import { clockTime, momentOf } from "../../ui/zoned.ts";
import type { Errors } from "../data/form-model.ts";
import type { Values } from "../data/merge.ts";
import { checkClocks, text, textOrNull } from "../data/values.ts";

type Event = Schemas["Event"];
type Fields = Schemas["EventFieldsPatch"];

/** The parts of a place, by the names of their fields in the form. */
export const PLACE = ["name", "street", "city", "region", "postcode", "country"] as const;
const TEXTS = [
  "name",
  "slug",
  "timezone",
  "currency",
  "online_url",
  "logo_url",
  "banner_url",
  "website_url",
  "contact_email",
] as const;
const TIMES = ["starts_at", "ends_at"] as const;

/** Returns what the form shows of an event. */
export function valuesOf(event: Event): Values {
  const zone = event.timezone ?? "UTC";
  const place = PLACE.map((part) => [`venue_${part}`, event.venue?.[part] ?? ""]);
  return {
    name: event.name,
    slug: event.slug ?? "",
    description: textOf(event.description ?? ""),
    starts_at: clockTime(event.starts_at, zone),
    ends_at: clockTime(event.ends_at, zone),
    timezone: zone,
    currency: event.currency ?? "EUR",
    online_url: event.online_url ?? "",
    logo_url: event.logo_url ?? "",
    banner_url: event.banner_url ?? "",
    website_url: event.website_url ?? "",
    contact_email: event.contact_email ?? "",
    async_payments_days: String(event.async_payments_days ?? 3),
    ...Object.fromEntries(place),
  };
}

/** Returns what is wrong with dates and a name, by field. */
export function checkEvent(values: Values): Errors {
  const errors: Errors = {};
  const zone = text(values, "timezone");
  if (!text(values, "name")) errors.name = t`Give the event a name.`;
  for (const field of TIMES) {
    if (!text(values, field)) errors[field] = t`Choose a day and a time.`;
  }
  Object.assign(errors, checkClocks(values, TIMES, zone));
  if (errors.starts_at || errors.ends_at) return errors;
  if (momentOf(text(values, "ends_at"), zone) <= momentOf(text(values, "starts_at"), zone)) {
    errors.ends_at = t`The end has to be after the start.`;
  }
  return errors;
}

/** Returns what was changed as the API takes it. Without `before`, everything. */
export function bodyOf(values: Values, before: Values = {}): Fields {
  const isChanged = (...fields: string[]) => fields.some((field) => values[field] !== before[field]);
  const zone = text(values, "timezone");
  const body: Record<string, unknown> = {};
  for (const field of TEXTS) if (isChanged(field)) body[field] = textOrNull(values, field);
  for (const field of TIMES) {
    if (isChanged(field, "timezone")) body[field] = momentOf(text(values, field), zone);
  }
  if (isChanged("description")) body.description = htmlOf(text(values, "description"));
  if (isChanged("async_payments_days")) body.async_payments_days = Number(text(values, "async_payments_days"));
  const parts = PLACE.filter((part) => isChanged(`venue_${part}`));
  if (parts.length) body.venue = Object.fromEntries(parts.map((part) => [part, textOrNull(values, `venue_${part}`)]));
  return body as Fields; // the fields above are those of the schema
}

/** Returns the field that a JSON pointer is about. */
export function fieldOf(pointer: string): string | undefined {
  const [, field, part] = pointer.split("/");
  return field === "venue" ? `venue_${part ?? "name"}` : field;
}

/** Returns the labels of the fields. */
export function eventLabels(): Record<string, string> {
  return {
    name: t`Name`,
    slug: t`Address of the public page`,
    description: t`Description`,
    starts_at: t`Starts`,
    ends_at: t`Ends`,
    timezone: t`Time zone`,
    currency: t`Currency`,
    online_url: t`Online: address to join`,
    logo_url: t`Address of the logo`,
    banner_url: t`Address of the banner`,
    website_url: t`Website`,
    contact_email: t`E-mail for questions`,
    async_payments_days: t`Days before the start without slow payments`,
    venue_name: t`Venue`,
    venue_street: t`Street`,
    venue_city: t`City`,
    venue_region: t`Region`,
    venue_postcode: t`Postcode`,
    venue_country: t`Country`,
  };
}

/** Returns the time zones that this browser knows, as options; the current one is always among them. */
export function zoneOptions(current: string): [value: string, label: string][] {
  const all = new Set([...Intl.supportedValuesOf("timeZone"), "UTC", current]);
  return [...all].sort().map((zone) => [zone, zone.replaceAll("_", " ")]);
}

/** Returns the currencies that this browser knows, as options with their names; the current one is among them. */
export function currencyOptions(current: string): [value: string, label: string][] {
  const names = new Intl.DisplayNames(undefined, { type: "currency" });
  const codes = new Set([...Intl.supportedValuesOf("currency"), current]);
  return [...codes].sort().map((code) => [code, `${code} · ${names.of(code) ?? code}`]);
}

/** Returns the countries as options, by name in the reader's language; the first is none. */
export function countryOptions(codes: readonly string[]): [value: string, label: string][] {
  const names = new Intl.DisplayNames(undefined, { type: "region" });
  const named = codes.map((code): [string, string] => [code, names.of(code) ?? code]);
  return [["", t`None`], ...named.sort(([, one], [, other]) => one.localeCompare(other))];
}

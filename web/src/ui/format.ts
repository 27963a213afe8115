// Money and times in the reader's own way of writing them.
import { decimals } from "./currencies.ts";

/**
 * An amount in the reader's own way of writing it.
 * @param {{amount: number, currency: string}} money amount in minor units, as the API has it
 * @param {string} [locale]
 */
export function money({ amount, currency }, locale) {
  const digits = decimals(currency);
  const style = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(locale, style).format(amount / 10 ** digits);
}

const STEPS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** @param {string} moment RFC 3339 @param {number} now ms @param {string} [locale] e.g. `3 minutes ago` */
export function relative(moment, now, locale) {
  const seconds = (Date.parse(moment) - now) / 1000;
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  }
  return words.format(0, "second");
}

/** @param {string} moment @param {string} [zone] IANA name @returns {string} day and time with the zone's name */
export function exact(moment, zone) {
  const parts = {
    weekday: "short",
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  };
  return new Intl.DateTimeFormat(undefined, { ...parts, timeZone: zone, timeZoneName: "short" }).format(
    new Date(moment),
  );
}

/** @param {string} moment @param {string} zone IANA name @returns {string} weekday and time with the zone's short name */
export function hour(moment, zone) {
  const parts = { weekday: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
  return new Intl.DateTimeFormat(undefined, { ...parts, timeZone: zone }).format(new Date(moment));
}

// Money and times in the reader's own way of writing them. Used by every page.
import { decimals } from "./currencies.ts";

/** An amount in minor units, as the API has it. */
export interface Amount {
  amount: number;
  currency: string;
}

/** Returns an amount with the currency's own number of decimals. `locale` is the browser's by default. */
export function money({ amount, currency }: Amount, locale?: string): string {
  const digits = decimals(currency);
  const style = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(locale, style).format(amount / 10 ** digits);
}

const STEPS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** Returns how long ago a moment (RFC 3339) was, such as `3 minutes ago`. `now` is in ms. */
export function relative(moment: string, now: number, locale?: string): string {
  const seconds = (Date.parse(moment) - now) / 1000;
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  }
  return words.format(0, "second");
}

const DAY = { weekday: "short", day: "numeric", month: "long", year: "numeric" } as const;
const HOUR = { hour: "2-digit", minute: "2-digit", timeZoneName: "short" } as const;

/** Returns day and time with the zone's short name. `zone` is an IANA name, the browser's by default. */
export function exact(moment: string, zone?: string): string {
  return new Intl.DateTimeFormat(undefined, { ...DAY, ...HOUR, ...inZone(zone) }).format(new Date(moment));
}

/** Returns a function like `exact` for one zone, for long lists: making the format is what takes long. */
export function exactIn(zone: string): (moment: string) => string {
  const format = new Intl.DateTimeFormat(undefined, { ...DAY, ...HOUR, ...inZone(zone) });
  return (moment) => format.format(new Date(moment));
}

/** Returns weekday and time with the zone's short name. */
export function hour(moment: string, zone?: string): string {
  return new Intl.DateTimeFormat(undefined, { weekday: "short", ...HOUR, ...inZone(zone) }).format(new Date(moment));
}

function inZone(zone: string | undefined): { timeZone?: string } {
  return zone ? { timeZone: zone } : {};
}

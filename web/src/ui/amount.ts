// Sums of money as people type them.
import { decimals, step } from "./currencies.ts";

/** Returns `12.50`, `12,5` or `1'200` in minor units of a currency; null for what is no such amount. */
export function parseAmount(typed: string, currency: string): number | null {
  const digits = decimals(currency);
  const found = /^(\d{1,10})(?:[.,](\d{1,3}))?$/.exec(typed.trim().replace(/[\s'’]/g, ""));
  if (!found || (found[2] ?? "").length > digits) return null;
  const units = Number(found[1]) * 10 ** digits + Number((found[2] ?? "").padEnd(digits, "0") || 0);
  return units % step(currency) === 0 ? units : null;
}

/** Returns an amount in minor units as one types it: `12.50`. */
export function typedAmount(amount: number, currency: string): string {
  return (amount / 10 ** decimals(currency)).toFixed(decimals(currency));
}

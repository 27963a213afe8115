// Times as the clocks of a time zone show them, for inputs of the type `datetime-local`, and back.

/** Returns a moment as the clocks of a zone show it: `2027-06-11T09:00`. `at` is RFC 3339 or ms. */
export function clockTime(at: string | number, zone: string): string {
  const parts = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: zone,
  } as const;
  return new Intl.DateTimeFormat("sv-SE", parts).format(new Date(at)).replace(" ", "T");
}

/**
 * Returns the moments (ms, earliest first) at which the clocks of a zone show this: one, two when clocks are put back over
 * it, none when they are put forward over it.
 */
export function momentsOf(shown: string, zone: string): number[] {
  const asUtc = Date.parse(`${shown}:00Z`);
  const offsets = [14, 0, -14].map((hours) => offset(asUtc - hours * 3_600_000, zone));
  const found = [...new Set(offsets)].map((ms) => asUtc - ms).filter((one) => clockTime(one, zone) === shown);
  return found.sort((one, other) => one - other);
}

/**
 * Returns the moment (RFC 3339, UTC) at which the clocks of a zone show this: the first where they show it twice; where
 * they never do, the moment that the offset before the change gives.
 */
export function momentOf(shown: string, zone: string): string {
  const asUtc = Date.parse(`${shown}:00Z`);
  const [first = asUtc - offset(asUtc - 14 * 3_600_000, zone)] = momentsOf(shown, zone);
  return new Date(first).toISOString().replace(".000Z", "Z");
}

/** Returns how far ahead of UTC the clocks of a zone are, in ms. */
function offset(at: number, zone: string): number {
  return Date.parse(`${clockTime(at, zone)}:00Z`) - Math.floor(at / 60_000) * 60_000;
}

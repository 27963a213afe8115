// Two versions of one form: what is saved now, and what was typed over an earlier version.

/** What a form holds, by field: text, or whether a box is ticked. */
export type Values = Record<string, string | boolean>;

/** A field that both sides changed, or one of them. */
export interface Difference {
  field: string;
  mine: string | boolean;
  theirs: string | boolean;
  /** Which of the two is taken unless one chooses: mine where I changed it, theirs where only they did. */
  taken: "mine" | "theirs";
}

/** Returns the fields in which `mine` and `theirs` differ, given the version that both began with. */
export function differences(base: Values, mine: Values, theirs: Values): Difference[] {
  return Object.keys(mine).flatMap((field): Difference[] => {
    const [own = "", other = ""] = [mine[field], theirs[field]];
    if (own === other) return [];
    return [{ field, mine: own, theirs: other, taken: own === base[field] ? "theirs" : "mine" }];
  });
}

/** Returns `theirs` with what is taken of mine. */
export function merged(theirs: Values, found: Difference[]): Values {
  const chosen = found.map(({ field, mine, theirs: other, taken }) => [field, taken === "mine" ? mine : other]);
  return { ...theirs, ...Object.fromEntries(chosen) };
}

// Which field each reason of a refusal belongs to.
import { t } from "@lingui/core/macro";
import type { Problem } from "../../api/client.ts";

export type Errors = Record<string, string>;

/** The reasons of a refusal by field, and whether these are all: otherwise the whole form is told something as well. */
export interface SortedRefusal {
  errors: Errors;
  isAll: boolean;
}

/** Returns what is wrong with a value that something else has, by field. */
function takenValues({ code }: Problem): Errors {
  if (code === "slug_taken") return { slug: t`Another event has this address. Choose another one.` };
  return code === "code_taken" ? { code: t`The event has this code already. Choose another one.` } : {};
}

/** Sorts the reasons of a refusal by the fields of a form. */
export function sortRefusal(
  problem: Problem,
  fields: readonly string[],
  fieldOf: (pointer: string) => string | undefined = (pointer) => pointer.slice(1),
): SortedRefusal {
  const errors: Errors = {};
  let placed = 0;
  for (const { pointer, detail } of problem.errors) {
    const field = fieldOf(pointer);
    if (!field || !fields.includes(field)) continue;
    errors[field] = `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
    placed += 1;
  }
  const taken = Object.entries(takenValues(problem)).filter(([field]) => fields.includes(field));
  const isAll = taken.length > 0 || (placed > 0 && placed === problem.errors.length);
  return { errors: { ...errors, ...Object.fromEntries(taken) }, isAll };
}

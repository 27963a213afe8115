// What to do when somebody else saved the same thing meanwhile: both versions, field by field, and a choice.
import { t } from "@lingui/core/macro";
import { useEffect, useRef } from "preact/hooks";
import type { FormState } from "../data/form-model.ts";

/** Returns a field's text as people read it; undefined: as it is. */
export type Shown = (field: string, value: string) => string | undefined;

interface ConflictProps {
  form: FormState;
  /** The labels of the fields, by name. */
  labels: Record<string, string>;
  valueShown?: Shown | undefined;
}

function shown(field: string, value: string | boolean, valueShown: Shown | undefined): string {
  if (typeof value === "boolean") return value ? t`Yes` : t`No`;
  return valueShown?.(field, value) || value || t`(empty)`;
}

export function ConflictView({ form, labels, valueShown }: ConflictProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const clash = form.clash.value;
  useEffect(() => heading.current?.focus(), []);
  if (!clash) return null;
  return (
    <section class="notice warn conflict" aria-labelledby="conflict-title">
      <h2 id="conflict-title" tabIndex={-1} ref={heading}>{t`Somebody else changed this meanwhile`}</h2>
      <p>{t`Nothing is lost. Choose what to keep in each field, then save.`}</p>
      {clash.found.map(({ field, mine, theirs, taken }) => (
        <fieldset key={field}>
          <legend>{labels[field] ?? field}</legend>
          {(["mine", "theirs"] as const).map((side) => (
            <p class="check" key={side}>
              <input
                type="radio"
                id={`${field}-${side}`}
                name={`clash-${field}`}
                checked={taken === side}
                onChange={() => form.choose(field, side)}
              />
              <label for={`${field}-${side}`}>
                <strong>{side === "mine" ? t`Yours` : t`Theirs`}</strong>{" "}
                {shown(field, side === "mine" ? mine : theirs, valueShown)}
              </label>
            </p>
          ))}
        </fieldset>
      ))}
      <div class="ways">
        <button
          type="button"
          class="button"
          onClick={() => {
            form.settle();
            form.submit();
          }}
        >{t`Save what I chose`}</button>
        <button type="button" class="button quiet" onClick={() => form.settle()}>{t`Back to the form`}</button>
      </div>
    </section>
  );
}

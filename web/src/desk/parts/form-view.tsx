// A form: what is wrong in one place with links to the fields, the fields, the buttons, and how far saving is.
import { t } from "@lingui/core/macro";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { now, type Problem } from "../../api/client.ts";
import type { FormState } from "../data/form-model.ts";
import { ConflictView } from "./conflict-view.tsx";
import { fieldId } from "./fields.tsx";

interface FormViewProps {
  form: FormState;
  /** What the form is called, for screen readers. */
  name: string;
  /** The button's text. */
  action: string;
  /** The labels of the fields, by name. */
  labels: Record<string, string>;
  children: ComponentChildren;
  onCancel?: () => void;
}

export function FormView({ form, name, action, labels, children, onCancel }: FormViewProps) {
  const saving = form.status.value === "saving";
  if (form.clash.value) return <ConflictView form={form} labels={labels} />;
  return (
    <form
      class="desk-form"
      aria-label={name}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        form.submit();
      }}
    >
      <Summary form={form} labels={labels} />
      {form.restored.value && (
        <div class="notice">
          <p>{t`What you typed before is still here. It is not saved yet.`}</p>
          <button type="button" class="button plain" onClick={() => form.discard()}>{t`Show what is saved`}</button>
        </div>
      )}
      {children}
      <div class="ways">
        <button type="submit" class="button" aria-disabled={saving}>
          {saving ? t`Saving…` : action}
        </button>
        {onCancel && <button type="button" class="button quiet" onClick={onCancel}>{t`Cancel`}</button>}
        <p class="muted" role="status">
          {form.status.value === "saved" && <Saved />}
        </p>
      </div>
    </form>
  );
}

function Saved() {
  const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" }).format(now());
  return <>{t`Saved at ${time}`}</>;
}

/** What a refusal means and what to do next. */
export function explain(problem: Problem): string {
  if (problem.status === 0)
    return t`The server cannot be reached. What you typed is kept here. Check your connection and save again.`;
  if (problem.status === 401) return t`Your sign-in has ended. What you typed is kept: sign in again, then save.`;
  if (problem.status === 429) {
    const seconds = problem.retryAfter || 10;
    return t`Too many changes in a short time. Wait ${seconds} seconds, then save again.`;
  }
  if (problem.status === 412) return t`Somebody else changed this meanwhile. Load the page again to see their version.`;
  return problem.message;
}

function Summary({ form, labels }: Pick<FormViewProps, "form" | "labels">) {
  const place = useRef<HTMLDivElement>(null);
  const refusals = form.refusals.value;
  useEffect(() => {
    if (refusals) place.current?.focus();
  }, [refusals]);
  const wrong = Object.entries(form.errors.value);
  const problem = form.problem.value;
  if (!wrong.length && !problem) return null;
  return (
    <div class="notice bad" role="alert" tabIndex={-1} ref={place}>
      {problem && <p>{explain(problem)}</p>}
      {problem?.status === 401 && <a href={`/sign-in?next=${encodeURIComponent(location.pathname)}`}>{t`Sign in`}</a>}
      {wrong.length > 0 && (
        <>
          <p>{t`Please correct this:`}</p>
          <ul>
            {wrong.map(([field, text]) => (
              <li key={field}>
                <a
                  href={`#${fieldId(field)}`}
                  onClick={(event) => {
                    event.preventDefault();
                    document.getElementById(fieldId(field))?.focus();
                  }}
                >
                  {labels[field] ?? field}
                </a>
                {`: ${text}`}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

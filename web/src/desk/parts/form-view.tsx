// A form: what is wrong in one place with links to the fields, the fields, the buttons, and how far saving is.
import { t } from "@lingui/core/macro";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { now } from "../../api/client.ts";
import type { FormState } from "../data/form-model.ts";
import { ConflictView, type Shown } from "./conflict-view.tsx";
import { explainSaving } from "./explain.ts";
import { fieldId } from "./fields.tsx";
import { SignInLink } from "./sign-in-link.tsx";

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
  /** Whether its first field takes the focus: for a form that takes the place of the button that opened it. */
  takesFocus?: boolean;
  /** Returns a field's value as a conflict shows it. */
  shown?: Shown | undefined;
}

export function FormView(props: FormViewProps) {
  const { form, name, action, labels, children, onCancel, takesFocus = false, shown } = props;
  const saving = form.status.value === "saving";
  const button = useRef<HTMLButtonElement>(null);
  const place = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (takesFocus) place.current?.querySelector<HTMLElement>("input, select, textarea")?.focus();
  }, [takesFocus]);
  const isClash = form.clash.value !== null;
  const wasClash = useRef(false);
  useEffect(() => {
    if (wasClash.current && !isClash) button.current?.focus(); // the view that had the focus is gone
    wasClash.current = isClash;
  }, [isClash]);
  if (form.clash.value) return <ConflictView form={form} labels={labels} valueShown={shown} />;
  return (
    <form
      class="desk-form"
      ref={place}
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
          <button
            type="button"
            class="button plain"
            onClick={() => {
              form.discard();
              button.current?.focus();
            }}
          >{t`Show what is saved`}</button>
        </div>
      )}
      {children}
      <div class="ways">
        <button type="submit" class="button" aria-disabled={saving} ref={button}>
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

/** Puts the focus on a field, and opens what hides it. */
function goTo(field: string): void {
  const input = document.getElementById(fieldId(field));
  for (let part = input?.closest("details"); part; part = part.parentElement?.closest("details")) part.open = true;
  input?.focus();
}

function Summary({ form, labels }: Pick<FormViewProps, "form" | "labels">) {
  const place = useRef<HTMLDivElement>(null);
  const seen = useRef(form.refusals.value); // one that was seen before a clash is no news
  const refusals = form.refusals.value;
  useEffect(() => {
    if (refusals > seen.current) place.current?.focus();
    seen.current = refusals;
  }, [refusals]);
  const wrong = Object.entries(form.errors.value);
  const problem = form.problem.value;
  if (!wrong.length && !problem) return null;
  return (
    <div class="notice bad" role="alert" tabIndex={-1} ref={place}>
      {problem && <p>{explainSaving(problem)}</p>}
      {problem?.status === 401 && <SignInLink />}
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
                    goTo(field);
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

// Fields of a form: label, input, hint, what is wrong. One component a kind; all take the form's model and a name.
import { t } from "@lingui/core/macro";
import type { ComponentChildren } from "preact";
import type { FormState } from "../data/form-model.ts";

interface FieldProps {
  form: FormState;
  name: string;
  label: string;
  hint?: string | undefined;
}

/** Returns the id of a field's input. Summaries link to it. */
export function fieldId(name: string): string {
  return `field-${name}`;
}

function textOf({ form, name }: FieldProps): string {
  const value = form.values.value[name];
  return typeof value === "string" ? value : "";
}

/** The attributes that tie an input to its label, hint and message. */
function ties(props: FieldProps) {
  const { form, name } = props;
  const id = fieldId(name);
  return { id, name, "aria-invalid": Boolean(form.errors.value[name]), ...describedBy(props) };
}

/** The attribute that names what is wrong with a field, and its hint. */
function describedBy({ form, name, hint }: FieldProps): { "aria-describedby"?: string } {
  const id = fieldId(name);
  const described = [form.errors.value[name] && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return described ? { "aria-describedby": described } : {};
}

/** What is wrong with a field. */
function FieldError({ form, name }: FieldProps) {
  const error = form.errors.value[name];
  if (!error) return null;
  return (
    <p class="error" id={`${fieldId(name)}-error`}>
      {error}
    </p>
  );
}

/** What to know before filling in a field. */
function FieldHint({ name, hint }: FieldProps) {
  if (!hint) return null;
  return (
    <p class="hint" id={`${fieldId(name)}-hint`}>
      {hint}
    </p>
  );
}

function Frame(props: FieldProps & { children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={fieldId(props.name)}>{props.label}</label>
      {props.children}
      <FieldError {...props} />
      <FieldHint {...props} />
    </div>
  );
}

interface TextProps extends FieldProps {
  type?: "text" | "email" | "url" | "datetime-local";
  required?: boolean;
  most?: number;
  inputmode?: "decimal" | "numeric";
  autocomplete?: string;
}

/** A line of text. */
export function TextField(props: TextProps) {
  const { form, name, type = "text", required = false, most, inputmode, autocomplete = "off" } = props;
  return (
    <Frame {...props}>
      <input
        {...ties(props)}
        type={type as "text"} // Preact types each kind of input apart; these share what is used here
        value={textOf(props)}
        required={required}
        {...(type === "datetime-local" ? { max: "9999-12-31T23:59" } : {})} // years have four digits
        autocomplete={autocomplete}
        {...(most ? { maxLength: most } : {})}
        {...(inputmode ? { inputMode: inputmode } : {})}
        onInput={(event) => form.set(name, event.currentTarget.value)}
      />
    </Frame>
  );
}

/** Several lines of text. */
export function LongTextField(props: FieldProps & { rows?: number }) {
  const { form, name, rows = 6 } = props;
  return (
    <Frame {...props}>
      <textarea
        {...ties(props)}
        rows={rows}
        value={textOf(props)}
        onInput={(event) => form.set(name, event.currentTarget.value)}
      />
    </Frame>
  );
}

/** A day and a time, as the clocks of a zone show them. The zone is named in the label. */
export function MomentField(props: FieldProps & { zone: string; required?: boolean }) {
  const { label, zone } = props;
  return (
    <TextField
      {...props}
      label={label}
      hint={props.hint ?? t`Time in ${zone.replaceAll("_", " ")}`}
      type="datetime-local"
    />
  );
}

/** A colour. */
export function ColorField(props: FieldProps) {
  const { form, name } = props;
  return (
    <Frame {...props}>
      <input
        {...ties(props)}
        type="color"
        value={textOf(props)}
        onInput={(event) => form.set(name, event.currentTarget.value)}
      />
    </Frame>
  );
}

interface SelectProps extends FieldProps {
  options: readonly (readonly [value: string, label: string])[];
}

/** One of several values. */
export function SelectField(props: SelectProps) {
  const { form, name, options } = props;
  return (
    <Frame {...props}>
      <select {...ties(props)} value={textOf(props)} onChange={(event) => form.set(name, event.currentTarget.value)}>
        {options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </Frame>
  );
}

/** A box to tick. */
export function CheckField(props: FieldProps) {
  const { form, name, label } = props;
  return (
    <div class="check">
      <input
        {...ties(props)}
        type="checkbox"
        checked={form.values.value[name] === true}
        onChange={(event) => form.set(name, event.currentTarget.checked)}
      />
      <label for={fieldId(name)}>{label}</label>
      <FieldError {...props} />
      <FieldHint {...props} />
    </div>
  );
}

interface ManyProps extends FieldProps {
  options: readonly (readonly [value: string, label: string])[];
  /** What is said when there is nothing to choose from. */
  none: string;
}

/** Any number of values, each a box to tick. The form holds them as one text with commas between. */
export function ManyField(props: ManyProps) {
  const { form, name, label, options, none } = props;
  const id = fieldId(name);
  const chosen = listOf(textOf(props));
  const set = (value: string, isOn: boolean) => {
    const others = chosen.filter((one) => one !== value);
    form.set(name, (isOn ? [...others, value] : others).join(","));
  };
  return (
    <fieldset class="group" id={id} tabIndex={-1} {...describedBy(props)}>
      <legend>{label}</legend>
      <FieldHint {...props} />
      <FieldError {...props} />
      {options.length === 0 && <p class="muted">{none}</p>}
      <div class="many">
        {options.map(([value, text]) => (
          <div class="check" key={value}>
            <input
              type="checkbox"
              id={`${id}-${value}`}
              checked={chosen.includes(value)}
              onChange={(event) => set(value, event.currentTarget.checked)}
            />
            <label for={`${id}-${value}`}>{text}</label>
          </div>
        ))}
      </div>
    </fieldset>
  );
}

/** Returns the values that a text with commas holds. */
export function listOf(text: string): string[] {
  return text.split(",").filter(Boolean);
}

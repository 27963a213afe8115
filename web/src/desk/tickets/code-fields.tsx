// The fields and columns that discounts and access codes have in common.
import { t } from "@lingui/core/macro";
import { exact } from "../../ui/format.ts";
import type { FormState } from "../data/form-model.ts";
import type { Column } from "../data/rows.ts";
import { MomentField, TextField } from "../parts/fields.tsx";
import type { CodeFields as Code } from "./code-form.ts";

interface FieldsProps {
  form: FormState;
  labels: Record<string, string>;
  zone: string;
}

/** How often a code may be used, and when. */
export function UseFields({ form, labels, zone }: FieldsProps) {
  const field = (name: string) => ({ form, name, label: labels[name] ?? name });
  return (
    <>
      <TextField {...field("max_uses")} inputmode="numeric" hint={t`Empty: as often as buyers like.`} />
      <div class="pair">
        <MomentField {...field("valid_from")} zone={zone} />
        <MomentField {...field("valid_until")} zone={zone} />
      </div>
    </>
  );
}

type Used = Code & { used: number; held: number };

/** Returns the columns of how often a code was used, and when it is valid. */
export function usageColumns<Item extends Used>(zone: string): Column<Item>[] {
  return [
    { id: "used", name: t`Used`, text: usedText, order: ({ used }) => used },
    { id: "held", name: t`Held by unpaid orders`, text: ({ held }) => String(held), order: ({ held }) => held },
    { id: "valid", name: t`Valid`, text: (code) => validText(code, zone), order: validOrder },
  ];
}

function usedText({ used, max_uses }: Used): string {
  return max_uses ? t`${used} of ${max_uses}` : String(used);
}

function validOrder({ valid_from, valid_until }: Used): string {
  return valid_from ?? valid_until ?? "";
}

function validText({ valid_from, valid_until }: Used, zone: string): string {
  const from = valid_from && exact(valid_from, zone);
  const until = valid_until && exact(valid_until, zone);
  if (from && until) return t`${from} to ${until}`;
  if (from) return t`from ${from}`;
  return until ? t`until ${until}` : t`always`;
}

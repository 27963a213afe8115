// Makes the model of a form once for as long as its id stays the same.
import { useMemo } from "preact/hooks";
import { FormModel, type FormPlan } from "./form-model.ts";

export function useForm<Saved>(plan: FormPlan<Saved>): FormModel<Saved> {
  return useMemo(() => new FormModel(plan), [plan.id]);
}

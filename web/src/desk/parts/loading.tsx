// What a screen shows until its data is there, and when it cannot be had.
import { t } from "@lingui/core/macro";
import type { ComponentChildren } from "preact";
import type { Loaded, Resource } from "../data/use-resource.ts";
import { explain } from "./form-view.tsx";

interface LoadingProps<V> {
  of: Resource<V>;
  children: (value: V, loaded: Extract<Loaded<V>, { state: "ready" }>) => ComponentChildren;
}

/** Shows `children` of the value of a resource once it is there. */
export function Loading<V>({ of, children }: LoadingProps<V>) {
  const loaded = of.loaded.value;
  if (loaded.state === "loading") {
    return (
      <p class="muted" role="status">
        {t`Loading…`}
      </p>
    );
  }
  if (loaded.state === "ready") return <>{children(loaded.value, loaded)}</>;
  const { problem } = loaded;
  return (
    <div class="notice bad" role="alert">
      <p>{problem.status === 404 ? t`There is no such event, or you are not on its staff.` : explain(problem)}</p>
      <button type="button" class="button quiet" onClick={() => of.reload()}>{t`Try again`}</button>
    </div>
  );
}

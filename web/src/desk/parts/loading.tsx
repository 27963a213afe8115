// What a screen shows until its data is there, and when it cannot be had.
import { t } from "@lingui/core/macro";
import type { ComponentChildren } from "preact";
import type { Problem } from "../../api/client.ts";
import type { Loaded, Resource } from "../data/use-resource.ts";
import { explain } from "./explain.ts";
import { Screen } from "./screen.tsx";
import { SignInLink } from "./sign-in-link.tsx";

interface LoadingProps<V> {
  of: Resource<V>;
  /** The heading when it cannot be had: for what is a whole screen. */
  title?: string;
  children: (value: V, loaded: Extract<Loaded<V>, { state: "ready" }>) => ComponentChildren;
}

/** Shows `children` of the value of a resource once it is there. */
export function Loading<V>({ of, title, children }: LoadingProps<V>) {
  const loaded = of.loaded.value;
  if (loaded.state === "loading") {
    return (
      <p class="muted" role="status">
        {t`Loading…`}
      </p>
    );
  }
  if (loaded.state === "ready") return <>{children(loaded.value, loaded)}</>;
  const failure = <Failure problem={loaded.problem} retry={of.reload} />;
  return title ? <Screen title={title}>{failure}</Screen> : failure;
}

function Failure({ problem, retry }: { problem: Problem; retry: () => Promise<void> }) {
  const again = async () => {
    await retry();
    // The button is gone when it went well: the screen's heading takes the focus.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) document.querySelector<HTMLElement>("main h1")?.focus();
    });
  };
  return (
    <div class="notice bad" role="alert">
      <p>{problem.status === 404 ? t`There is no such event, or you are not on its staff.` : explain(problem)}</p>
      {problem.status === 401 ? (
        <SignInLink />
      ) : (
        <button type="button" class="button quiet" onClick={again}>{t`Try again`}</button>
      )}
    </div>
  );
}

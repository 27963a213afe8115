// Loads a screen when it is first opened, and says so when it cannot be loaded: without a network, or when the release that
// the page began with is long gone.
import { t } from "@lingui/core/macro";
import type { ComponentType } from "preact";
import { lazy } from "preact-iso";
import { Screen } from "./parts/screen.tsx";

interface ScreenModule {
  default: ComponentType;
}

/** Returns a component that loads the screen. What was typed elsewhere is kept, so loading the page again costs nothing. */
export function loadScreen(load: () => Promise<ScreenModule>): ComponentType {
  return lazy(() => load().catch((): ScreenModule => ({ default: NotLoaded })));
}

export function NotLoaded() {
  return (
    <Screen title={t`This screen could not be loaded`}>
      <p role="alert">{t`Check your connection, then load the page again.`}</p>
      <p class="ways">
        <button type="button" class="button" onClick={() => location.reload()}>{t`Load again`}</button>
      </p>
    </Screen>
  );
}

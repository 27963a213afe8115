// The link to sign in again and come back to this screen.
import { t } from "@lingui/core/macro";

export function SignInLink() {
  const here = location.pathname + location.search;
  return <a href={`/sign-in?next=${encodeURIComponent(here)}`}>{t`Sign in`}</a>;
}

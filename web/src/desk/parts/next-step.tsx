// The link to the next step of an event that is not published yet.
import { t } from "@lingui/core/macro";
import type { Schemas } from "../../api/client.ts";

interface NextStepProps {
  event: Schemas["Event"];
  href: string;
  name: string;
}

export function NextStep({ event, href, name }: NextStepProps) {
  if (event.state !== "draft") return null;
  return (
    <p class="next-step">
      <a class="button quiet" href={href}>{t`Next: ${name}`}</a>
    </p>
  );
}

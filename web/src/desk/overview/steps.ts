// The steps of an event to its sale, and which of them are done.
import { t } from "@lingui/core/macro";
import type { Schemas } from "../../api/client.ts";

/** A step; `href` is the screen where it is done. */
export interface Step {
  id: string;
  title: string;
  isDone: boolean;
  href?: string;
}

/** Returns the steps in their order. Only the confirmed address is needed to publish; the others are advice. */
export function stepsOf(
  event: Schemas["Event"],
  types: Schemas["TicketTypeRead"][],
  person: Schemas["Account"],
): Step[] {
  const at = `/organise/${event.id}`;
  return [
    { id: "description", title: t`Describe the event`, isDone: Boolean(event.description), href: `${at}/details` },
    {
      id: "place",
      title: t`Say where it is`,
      isDone: Boolean(event.venue?.name || event.online_url),
      href: `${at}/details`,
    },
    { id: "tickets", title: t`Add a ticket type`, isDone: types.length > 0, href: `${at}/tickets` },
    { id: "address", title: t`Confirm your e-mail address`, isDone: person.verified },
  ];
}

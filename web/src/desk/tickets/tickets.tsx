// The tickets of an event in five parts, each with an address of its own: types, quotas, discounts, access codes, and who
// waits.
import { t } from "@lingui/core/macro";
import { useLocation } from "preact-iso";
import type { Schemas } from "../../api/client.ts";
import { EventFrame } from "../event-frame.tsx";
import { NextStep } from "../parts/next-step.tsx";
import { PartLinks } from "../parts/part-links.tsx";
import { AccessCodes } from "./access-codes.tsx";
import { Discounts } from "./discounts.tsx";
import { Quotas } from "./quotas.tsx";
import { TicketTypes } from "./ticket-types.tsx";
import { WaitingList } from "./waiting-list.tsx";

type Event = Schemas["Event"];
const PARTS = ["types", "quotas", "discounts", "access-codes", "waiting-list"] as const;
type Part = (typeof PARTS)[number];

function partNames(): Record<Part, string> {
  return {
    types: t`Ticket types`,
    quotas: t`Quotas`,
    discounts: t`Discounts`,
    "access-codes": t`Access codes`,
    "waiting-list": t`Waiting list`,
  };
}

function addressOf(event: Event, part: Part): string {
  return `/organise/${event.id}/tickets${part === "types" ? "" : `?part=${part}`}`;
}

export default function Tickets() {
  const { query } = useLocation();
  const part = PARTS.find((one) => one === query.part) ?? "types";
  const title = part === "types" ? t`Tickets` : partNames()[part];
  return (
    <EventFrame title={title}>
      {({ event }) => (
        <>
          <PartLinks
            label={t`Parts of Tickets`}
            parts={PARTS.map((one) => [addressOf(event, one), partNames()[one]] as const)}
            current={addressOf(event, part)}
          />
          <PartView event={event} part={part} />
        </>
      )}
    </EventFrame>
  );
}

function PartView({ event, part }: { event: Event; part: Part }) {
  if (part === "quotas") return <Quotas event={event} />;
  if (part === "discounts") return <Discounts event={event} />;
  if (part === "access-codes") return <AccessCodes event={event} />;
  if (part === "waiting-list") return <WaitingList event={event} />;
  return (
    <>
      <TicketTypes event={event} />
      <NextStep event={event} href={`/organise/${event.id}`} name={t`check and publish`} />
    </>
  );
}

// Who waits for tickets that are sold out: in which order, how many they want, and what they were offered.
import { t } from "@lingui/core/macro";
import { at, type Schemas } from "../../api/client.ts";
import { exact } from "../../ui/format.ts";
import type { Column } from "../data/rows.ts";
import { useWholeList } from "../data/use-resource.ts";
import { Loading } from "../parts/loading.tsx";
import { Table } from "../parts/table.tsx";
import { type TypeChoice, useTypeChoice } from "./type-choice.ts";
import { waitingPlaces } from "./waiting-places.ts";

type Event = Schemas["Event"];
type Entry = Schemas["Entry"];

export function WaitingList({ event }: { event: Event }) {
  const entries = useWholeList(at("/events/{event}/waiting-list", { event: event.id }), { isSold: true });
  const types = useTypeChoice(event.id);
  return (
    <>
      <p>{t`People join on the event's page when a ticket is sold out. When one comes free, whoever is first gets an offer by mail and has to pay for it in time. They leave the list themselves on the event's page.`}</p>
      <Loading of={entries}>
        {(list) =>
          list.length ? (
            <Table name={t`Waiting list`} items={list} columns={columns(list, event, types)} head={(_, text) => text} />
          ) : (
            <p class="empty">{t`Nobody waits.`}</p>
          )
        }
      </Loading>
    </>
  );
}

function stateName(state: Entry["state"]): string {
  return { waiting: t`Waits`, offered: t`Has an offer`, left: t`Left the list`, passed_over: t`Passed over` }[state];
}

function columns(list: Entry[], event: Event, { names }: TypeChoice): Column<Entry>[] {
  const places = waitingPlaces(list);
  const zone = event.timezone ?? "UTC";
  return [
    { id: "name", name: t`Name`, text: ({ name }) => name },
    { id: "email", name: t`E-mail`, text: ({ email }) => email },
    { id: "type", name: t`Ticket`, text: ({ ticket_type_id }) => names([ticket_type_id]) },
    { id: "quantity", name: t`How many`, text: ({ quantity }) => String(quantity), order: ({ quantity }) => quantity },
    {
      id: "place",
      name: t`Place`,
      text: ({ id }) => String(places.get(id) ?? "–"),
      order: ({ id }) => places.get(id) ?? Number.MAX_SAFE_INTEGER,
    },
    { id: "state", name: t`State`, text: ({ state }) => stateName(state) },
    {
      id: "offer",
      name: t`Offer`,
      text: ({ order_id }) => order_id ?? "–",
      cell: ({ order_id, name }) => <Offer event={event.id} order={order_id} name={name} />,
    },
    { id: "joined", name: t`Joined`, text: (one) => exact(one.created_at, zone), order: (one) => one.created_at },
  ];
}

interface OfferProps {
  event: string;
  order: string | null | undefined;
  name: string;
}

function Offer({ event, order, name }: OfferProps) {
  if (!order) return <>–</>;
  return <a href={`/events/${event}/sales#${order}`} aria-label={t`Order of ${name}`}>{t`Order`}</a>;
}

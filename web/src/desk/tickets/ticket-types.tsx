// The ticket types of an event: a list with what is sold, held and left, in the order that buyers see; a form to add one
// and to change one; removing one; when each is on sale.
import { t } from "@lingui/core/macro";
import { useRef, useState } from "preact/hooks";
import { asProblem, at, get, type Problem, type Schemas, send, tagOf } from "../../api/client.ts";
import { useItems, useResource } from "../data/use-resource.ts";
import { Alert } from "../parts/alert.tsx";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { explain } from "../parts/explain.ts";
import { Loading } from "../parts/loading.tsx";
import { lastPosition } from "./order-types.ts";
import { SaleWindows } from "./sale-timeline.tsx";
import { type Stock, stockByType } from "./stock.ts";
import { type Open, TicketForm } from "./ticket-type-form.tsx";
import { TypeList } from "./type-list.tsx";

type Event = Schemas["Event"];
type TicketType = Schemas["TicketTypeRead"];

export function TicketTypes({ event }: { event: Event }) {
  const types = useItems(at("/events/{event}/ticket-types", { event: event.id }), { isSold: true });
  const stock = useStock(event);
  const [open, setOpen] = useState<Open>(null);
  const [said, setSaid] = useState("");
  const add = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(null);
    requestAnimationFrame(() => add.current?.focus());
  };
  const done = (text: string) => {
    close();
    setSaid(text);
    types.reload();
  };
  const loaded = types.loaded.value;
  const position = loaded.state === "ready" ? lastPosition(loaded.value) : 0;
  return (
    <>
      <p role="status" class="muted">
        {said}
      </p>
      <Loading of={types}>
        {(list) => (
          <>
            <Types {...{ event, list, stock, open, setOpen, done, close }} say={setSaid} reload={types.reload} />
            <SaleWindows event={event} types={list} />
          </>
        )}
      </Loading>
      {open === "new" ? (
        <TicketForm event={event} open={open} position={position} done={done} close={close} />
      ) : (
        <p class="ways">
          <button type="button" class="button" ref={add} onClick={() => setOpen("new")}>{t`Add ticket type`}</button>
        </p>
      )}
    </>
  );
}

/** The stock by type, kept up to date; empty until it is there, and for those who may not read sales. */
function useStock(event: Event): ReadonlyMap<string, Stock> {
  const sales = useResource(at("/events/{event}/sales", { event: event.id }), { isSold: true }).loaded.value;
  return sales.state === "ready" ? stockByType(sales.value.types) : new Map();
}

interface TypesProps {
  event: Event;
  list: TicketType[];
  stock: ReadonlyMap<string, Stock>;
  open: Open;
  setOpen: (open: Open) => void;
  done: (said: string) => void;
  close: () => void;
  say: (text: string) => void;
  reload: () => Promise<void>;
}

function Types({ event, list, stock, open, setOpen, done, close, say, reload }: TypesProps) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [removed, setRemoved] = useState<TicketType | null>(null);
  const addressOf = (type: TicketType) => at("/events/{event}/ticket-types/{id}", { event: event.id, id: type.id });
  const trying = async (work: () => Promise<void>) => {
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const edit = (type: TicketType) =>
    trying(async () => setOpen({ type: await get(addressOf(type)), tag: tagOf(addressOf(type)) }));
  const remove = (type: TicketType) =>
    trying(async () => {
      await send("DELETE", addressOf(type), undefined, { match: "*" });
      done(t`“${type.name}” is removed.`);
    });
  if (!list.length && open !== "new") {
    return <p class="empty">{t`There are no tickets yet. Without a ticket type nobody can come.`}</p>;
  }
  const form = open !== null && open !== "new" && (
    <TicketForm key={open.type.id} event={event} open={open} position={0} done={done} close={close} />
  );
  const opened = open !== null && open !== "new" ? open.type.id : "";
  return (
    <>
      <Alert text={problem && explain(problem)} />
      <TypeList {...{ event, list, stock, opened, form, say, reload, edit }} remove={setRemoved} />
      {removed && (
        <ConfirmDialog
          title={t`Remove “${removed.name}”?`}
          text={t`It can be removed only while nobody has ordered it and no quota or code names it.`}
          action={t`Remove`}
          onConfirm={() => remove(removed)}
          onClose={() => setRemoved(null)}
        />
      )}
    </>
  );
}

// The ticket types of an event: a list, a form to add one and to change one, and removing one.
import { t } from "@lingui/core/macro";
import { useRef, useState } from "preact/hooks";
import { asProblem, at, get, type Problem, type Schemas, send, tagOf, write } from "../../api/client.ts";
import { money } from "../../ui/format.ts";
import { useForm } from "../data/use-form.ts";
import { useItems } from "../data/use-resource.ts";
import { EventFrame } from "../event-frame.tsx";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { explain } from "../parts/explain.ts";
import { CheckField, LongTextField, MomentField, TextField } from "../parts/fields.tsx";
import { FormView } from "../parts/form-view.tsx";
import { Loading } from "../parts/loading.tsx";
import { NextStep } from "../parts/next-step.tsx";
import { bodyOf, checkTicket, ticketLabels, valuesOf } from "./ticket-form.ts";

type Event = Schemas["Event"];
type TicketType = Schemas["TicketTypeRead"];
/** What is open: nothing, the form of a new type, or a type with its tag. */
type Open = null | "new" | { type: TicketType; tag: string | undefined };

export default function Tickets() {
  return (
    <EventFrame title={t`Tickets`}>
      {({ event }) => (
        <>
          <TicketTypes event={event} />
          <NextStep event={event} href={`/organise/${event.id}`} name={t`check and publish`} />
        </>
      )}
    </EventFrame>
  );
}

function TicketTypes({ event }: { event: Event }) {
  const address = at("/events/{event}/ticket-types", { event: event.id });
  const types = useItems(address);
  const [open, setOpen] = useState<Open>(null);
  const [said, setSaid] = useState("");
  const add = useRef<HTMLButtonElement>(null);
  const close = (text = "") => {
    setOpen(null);
    setSaid(text);
    requestAnimationFrame(() => add.current?.focus());
  };
  const done = (text: string) => {
    close(text);
    types.reload();
  };
  return (
    <>
      <p role="status" class="muted">
        {said}
      </p>
      <Loading of={types}>
        {(list) => <TypeList event={event} list={list} open={open} setOpen={setOpen} done={done} close={close} />}
      </Loading>
      {open === "new" ? (
        <TicketForm event={event} open={open} done={done} close={close} />
      ) : (
        <p class="ways">
          <button type="button" class="button" ref={add} onClick={() => setOpen("new")}>{t`Add ticket type`}</button>
        </p>
      )}
    </>
  );
}

interface ListProps {
  event: Event;
  list: TicketType[];
  open: Open;
  setOpen: (open: Open) => void;
  done: (said: string) => void;
  close: () => void;
}

function TypeList({ event, list, open, setOpen, done, close }: ListProps) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [removed, setRemoved] = useState<TicketType | null>(null);
  const addressOf = (type: TicketType) => at("/events/{event}/ticket-types/{id}", { event: event.id, id: type.id });
  const edit = async (type: TicketType) => {
    try {
      const address = addressOf(type);
      setOpen({ type: await get(address), tag: tagOf(address) });
      setProblem(null);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const remove = async (type: TicketType) => {
    try {
      await send("DELETE", addressOf(type), undefined, { match: "*" });
      done(t`“${type.name}” is removed.`);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  if (!list.length && open !== "new") {
    return <p class="empty">{t`There are no tickets yet. Without a ticket type nobody can come.`}</p>;
  }
  return (
    <>
      {problem && (
        <p class="notice bad" role="alert">
          {explain(problem)}
        </p>
      )}
      <ul class="ticket-types">
        {list.map((type) =>
          open !== null && open !== "new" && open.type.id === type.id ? (
            <li key={type.id}>
              <TicketForm event={event} open={open} done={done} close={close} />
            </li>
          ) : (
            <TypeRow key={type.id} type={type} edit={() => edit(type)} remove={() => setRemoved(type)} />
          ),
        )}
      </ul>
      {removed && (
        <ConfirmDialog
          title={t`Remove “${removed.name}”?`}
          text={t`It can be removed only while nobody has ordered it.`}
          action={t`Remove`}
          onConfirm={() => remove(removed)}
          onClose={() => setRemoved(null)}
        />
      )}
    </>
  );
}

function TypeRow({ type, edit, remove }: { type: TicketType; edit: () => void; remove: () => void }) {
  return (
    <li class="ticket-type">
      <div>
        <h2>{type.name}</h2>
        <p>{type.price.amount ? money(type.price) : t`Free`}</p>
        <p class="muted">
          {t`${type.available} of ${type.quantity} left`}
          {type.hidden && ` · ${t`hidden`}`}
          {type.access_code_required && ` · ${t`with an access code`}`}
        </p>
      </div>
      <p class="ways">
        <button
          type="button"
          class="button quiet"
          onClick={edit}
          aria-label={t`Change ${type.name}`}
        >{t`Change`}</button>
        <button
          type="button"
          class="button quiet"
          onClick={remove}
          aria-label={t`Remove ${type.name}`}
        >{t`Remove`}</button>
      </p>
    </li>
  );
}

interface TicketFormProps {
  event: Event;
  open: Exclude<Open, null>;
  done: (said: string) => void;
  close: () => void;
}

function TicketForm({ event, open, done, close }: TicketFormProps) {
  const type = open === "new" ? null : open.type;
  const currency = type?.price.currency ?? event.currency ?? "EUR";
  const zone = event.timezone ?? "UTC";
  const form = useForm<TicketType>({
    id: `ticket.${event.id}.${type?.id ?? "new"}`,
    initial: valuesOf(type, currency, zone),
    tag: open === "new" ? undefined : open.tag,
    check: (values) => checkTicket(values, currency),
    save: (values, { match, key }) => {
      const body = bodyOf(values, currency, zone);
      if (!type) return write("POST", at("/events/{event}/ticket-types", { event: event.id }), body, { key });
      return write("PATCH", at("/events/{event}/ticket-types/{id}", { event: event.id, id: type.id }), body, { match });
    },
    valuesOf: (current) => valuesOf(current as TicketType, currency, zone), // the version that came with the 412
    fieldOf: (pointer) => pointer.split("/")[1],
    onSaved: (saved) => done(t`“${saved.name}” is saved.`),
  });
  const labels = ticketLabels(currency);
  const field = (name: string) => ({ form, name, label: labels[name] ?? name });
  return (
    <FormView
      form={form}
      name={type ? t`Change ${type.name}` : t`Add ticket type`}
      action={t`Save`}
      labels={labels}
      onCancel={() => close()}
      takesFocus
    >
      <TextField {...field("name")} required most={100} />
      <div class="pair">
        <TextField {...field("price")} inputmode="decimal" hint={t`In ${currency}; 0 is free.`} required />
        <TextField {...field("quantity")} inputmode="numeric" required />
      </div>
      <details class="more">
        <summary>{t`More settings`}</summary>
        <LongTextField {...field("description")} rows={3} />
        <div class="pair">
          <MomentField {...field("sales_start")} zone={zone} />
          <MomentField {...field("sales_end")} zone={zone} />
        </div>
        <div class="pair">
          <TextField {...field("min_per_order")} inputmode="numeric" />
          <TextField {...field("max_per_order")} inputmode="numeric" />
        </div>
        <TextField {...field("max_per_buyer")} inputmode="numeric" hint={t`Empty: as many as they like.`} />
        <CheckField {...field("hidden")} />
        <CheckField
          {...field("access_code_required")}
          hint={t`Buyers type the code on the event's page before they can choose it.`}
        />
      </details>
    </FormView>
  );
}

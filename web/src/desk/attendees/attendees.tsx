// Who comes to an event, a ticket each: found, sorted, and given to somebody else.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import { asProblem, at, get, getAll, type Problem, type Schemas, tagOf, write } from "../../api/client.ts";
import { saveButton } from "../../api/save-file.ts";
import { exact } from "../../ui/format.ts";
import type { Column } from "../data/rows.ts";
import { useForm } from "../data/use-form.ts";
import { useReading } from "../data/use-resource.ts";
import { text, textOrNull } from "../data/values.ts";
import { EventFrame } from "../event-frame.tsx";
import { Alert } from "../parts/alert.tsx";
import { explain } from "../parts/explain.ts";
import { TextField } from "../parts/fields.tsx";
import { FormView } from "../parts/form-view.tsx";
import { Loading } from "../parts/loading.tsx";
import { Table } from "../parts/table.tsx";

type Event = Schemas["Event"];
/** An attendee with an id of its own: order and number of the ticket. */
type Attendee = Schemas["Guest"] & { id: string };

/** An attendee who is open, with the tag of the order's tickets. */
interface Opened {
  attendee: Attendee;
  tag: string | undefined;
}

export default function Attendees() {
  return <EventFrame title={t`Attendees`}>{({ event }) => <AttendeeList event={event} />}</EventFrame>;
}

function stateName(state: Schemas["TicketState"]): string {
  if (state === "valid") return t`Valid`;
  return state === "suspended" ? t`Payment disputed` : t`Not valid any more`;
}

function columnsOf(zone: string): Column<Attendee>[] {
  return [
    { id: "name", name: t`Name`, text: ({ name }) => name },
    { id: "email", name: t`E-mail`, text: ({ email }) => email ?? "" },
    { id: "type", name: t`Ticket`, text: ({ ticket_type: type }) => type },
    { id: "state", name: t`State`, text: ({ state }) => stateName(state) },
    {
      id: "in",
      name: t`Checked in`,
      text: ({ checked_in_at: moment }) => (moment ? exact(moment, zone) : ""),
      order: ({ checked_in_at: moment }) => (moment ? Date.parse(moment) : Number.POSITIVE_INFINITY),
    },
  ];
}

function AttendeeList({ event }: { event: Event }) {
  const address = at("/events/{event}/attendees", { event: event.id });
  const read = async () => (await getAll(address)).map((one) => ({ ...one, id: `${one.order_id}-${one.number}` }));
  const list = useReading<Attendee[]>(address, read, {});
  const [open, setOpen] = useState<Opened | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [said, setSaid] = useState("");
  const show = async (attendee: Attendee) => {
    const tickets = at("/orders/{id}/tickets", { id: attendee.order_id });
    try {
      await get(tickets);
      setOpen({ attendee, tag: tagOf(tickets) });
      setProblem(null);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const done = (words: string) => {
    setOpen(null);
    setSaid(words);
    list.reload();
  };
  const head = (attendee: Attendee, name: string) => (
    <button type="button" class="row-button" onClick={() => show(attendee)}>
      {name}
    </button>
  );
  return (
    <>
      <p role="status" class="muted">
        {said}
      </p>
      <Alert text={problem && explain(problem)} />
      {open && <AttendeeForm key={open.attendee.id} open={open} done={done} close={() => setOpen(null)} />}
      <Loading of={list}>
        {(items) =>
          items.length ? (
            <Table name={t`Attendees`} items={items} columns={columnsOf(event.timezone ?? "UTC")} head={head} />
          ) : (
            <p class="empty">{t`Nobody has a ticket yet.`}</p>
          )
        }
      </Loading>
      <SaveAttendees event={event.id} />
    </>
  );
}

/** The button that saves the list as a file; it is the one that other pages have. */
function SaveAttendees({ event }: { event: string }) {
  const mount = (place: HTMLParagraphElement | null) => {
    if (!place || place.firstChild) return;
    const address = () => at("/events/{event}/attendees.csv", { event });
    place.append(saveButton(t`Save as CSV`, { address, accept: "text/csv", name: "attendees.csv" }));
  };
  return <p class="ways" ref={mount} />;
}

interface FormProps {
  open: Opened;
  done: (said: string) => void;
  close: () => void;
}

function AttendeeForm({ open: { attendee, tag }, done, close }: FormProps) {
  const labels = { name: t`Name`, email: t`E-mail` };
  const form = useForm<unknown>({
    id: `attendee.${attendee.id}`,
    initial: { name: attendee.name, email: attendee.email ?? "" },
    tag,
    check: (values) => (text(values, "name") ? {} : { name: t`Type the name of the attendee.` }),
    save: (values, { match }) => {
      const change = { number: attendee.number, name: text(values, "name"), email: textOrNull(values, "email") };
      return write(
        "PATCH",
        at("/orders/{id}/attendees", { id: attendee.order_id }),
        { attendees: [change] },
        { match },
      );
    },
    fieldOf: (pointer) => pointer.split("/").at(-1),
    onSaved: () => done(t`The ticket is changed. If somebody else has it now, its old code is not good any more.`),
  });
  return (
    <section class="collection-form" aria-label={t`Change ${attendee.name}`}>
      <FormView form={form} name={t`Change ${attendee.name}`} action={t`Save`} labels={labels} onCancel={close}>
        <TextField form={form} name="name" label={labels.name} required most={200} />
        <TextField form={form} name="email" label={labels.email} type="email" />
      </FormView>
      <p>
        <a href={`/orders/${attendee.order_id}`}>{t`Open the order`}</a>
      </p>
    </section>
  );
}

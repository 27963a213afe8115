// What changes an event as a whole: taking it off the public pages, archiving it, deleting it; and who is paid.
import { t } from "@lingui/core/macro";
import { useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { asProblem, at, type Problem, type Schemas, send } from "../../api/client.ts";
import { EventFrame, type EventScreen } from "../event-frame.tsx";
import { Alert } from "../parts/alert.tsx";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { explain } from "../parts/explain.ts";

type State = Schemas["EventState"];
type Asked = "archive" | "delete" | null;

export default function Settings() {
  return <EventFrame title={t`Settings`}>{(screen) => <SettingsParts {...screen} />}</EventFrame>;
}

function SettingsParts({ event, tag, reload }: EventScreen) {
  const { route } = useLocation();
  const [asked, setAsked] = useState<Asked>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [said, setSaid] = useState("");
  const status = useRef<HTMLParagraphElement>(null);
  const address = at("/events/{event}", { event: event.id });
  const carryOut = async (work: () => Promise<unknown>, done: string) => {
    setProblem(null);
    setSaid("");
    try {
      await work();
      setSaid(done);
      status.current?.focus(); // the button may be gone with the state
    } catch (error) {
      setProblem(asProblem(error));
      await reload();
    }
  };
  const become = (state: State, done: string) =>
    carryOut(async () => {
      await send("PATCH", address, { state }, { match: tag });
      await reload();
    }, done);
  const remove = () =>
    carryOut(async () => {
      await send("DELETE", address, undefined, { match: tag });
      route("/organise");
    }, "");
  return (
    <>
      <p role="status" tabIndex={-1} ref={status}>
        {said}
      </p>
      <Alert text={problem && explain(problem)} />
      <StateParts state={event.state ?? "draft"} become={become} ask={setAsked} />
      <section class="setting" aria-labelledby="payout">
        <h2 id="payout">{t`Who is paid`}</h2>
        <p>{t`Connect the Stripe account that buyers pay, and see how payouts stand.`}</p>
        <p class="ways">
          <a class="button quiet" href={`/events/${event.id}/sales`}>{t`Open sales`}</a>
        </p>
      </section>
      <section class="setting" aria-labelledby="delete">
        <h2 id="delete">{t`Delete`}</h2>
        <p>{t`Removes the event with its programme, proposals and staff. It works only while there are no ticket types; archive it otherwise.`}</p>
        <p class="ways">
          <button type="button" class="button quiet" onClick={() => setAsked("delete")}>{t`Delete the event`}</button>
        </p>
      </section>
      {asked === "archive" && (
        <ConfirmDialog
          title={t`Archive “${event.name}”?`}
          text={t`It leaves the public pages and nobody can buy tickets. Orders and payments stay.`}
          action={t`Archive`}
          onConfirm={() => become("archived", t`The event is archived.`)}
          onClose={() => setAsked(null)}
        />
      )}
      {asked === "delete" && (
        <ConfirmDialog
          title={t`Delete “${event.name}”?`}
          text={t`This cannot be undone.`}
          action={t`Delete`}
          typed={event.name}
          onConfirm={remove}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

interface StateProps {
  state: State;
  become: (state: State, done: string) => void;
  ask: (asked: Asked) => void;
}

/** The parts that change whether the event can be seen. */
function StateParts({ state, become, ask }: StateProps) {
  if (state === "archived") {
    return (
      <section class="setting" aria-labelledby="state">
        <h2 id="state">{t`Archived`}</h2>
        <p>{t`The event is not on the public pages. Make it a draft to work on it again.`}</p>
        <p class="ways">
          <button type="button" class="button quiet" onClick={() => become("draft", t`The event is a draft again.`)}>
            {t`Make it a draft`}
          </button>
        </p>
      </section>
    );
  }
  return (
    <>
      {state === "published" && (
        <section class="setting" aria-labelledby="state">
          <h2 id="state">{t`Published`}</h2>
          <p>{t`Take the event off the public pages. Its link then leads nowhere until you publish it again.`}</p>
          <p class="ways">
            <button type="button" class="button quiet" onClick={() => become("draft", t`The event is a draft again.`)}>
              {t`Unpublish`}
            </button>
          </p>
        </section>
      )}
      <section class="setting" aria-labelledby="archive">
        <h2 id="archive">{t`Archive`}</h2>
        <p>{t`For an event that is over. It leaves the public pages; its orders, payments and attendees stay.`}</p>
        <p class="ways">
          <button type="button" class="button quiet" onClick={() => ask("archive")}>{t`Archive the event`}</button>
        </p>
      </section>
    </>
  );
}

// The way of an event to its sale: what is done, what is missing, and publishing it.
import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "preact/hooks";
import { asProblem, at, type Problem, type Schemas, send } from "../../api/client.ts";
import { useItems, useResource } from "../data/use-resource.ts";
import { EventFrame, type EventScreen } from "../event-frame.tsx";
import { dayRange } from "../events/event-words.ts";
import { Alert } from "../parts/alert.tsx";
import { explain } from "../parts/explain.ts";
import { Loading } from "../parts/loading.tsx";
import { Figures } from "./figures.tsx";
import { type Step, stepsOf } from "./steps.ts";

export default function Overview() {
  return <EventFrame title={t`Overview`}>{(screen) => <OverviewParts {...screen} />}</EventFrame>;
}

function OverviewParts({ event, tag, reload }: EventScreen) {
  const types = useItems(at("/events/{event}/ticket-types", { event: event.id }));
  const account = useResource(at("/me"));
  const place = [event.venue?.name, event.venue?.city].filter(Boolean).join(", ");
  return (
    <>
      <p class="lead-text">
        {dayRange(event)}
        {place && ` · ${place}`}
      </p>
      <Loading of={types}>
        {(list) => (
          <Loading of={account}>
            {(person) => (
              <Way event={event} tag={tag} reload={reload} steps={stepsOf(event, list, person)} person={person} />
            )}
          </Loading>
        )}
      </Loading>
      {event.state !== "draft" && <Figures event={event.id} />}
    </>
  );
}

interface WayProps extends EventScreen {
  steps: Step[];
  person: Schemas["Account"];
}

function Way({ event, tag, reload, steps, person }: WayProps) {
  const first = useRef(event.state);
  if (event.state === "published") return <Published event={event} isNew={first.current !== "published"} />;
  if (event.state === "archived") return <p class="notice">{t`This event is archived: nobody can buy tickets.`}</p>;
  const missing = steps.filter((step) => !step.isDone);
  return (
    <section aria-labelledby="way">
      <h2 id="way" class="section-title">{t`On the way to the sale`}</h2>
      <ol class="checklist">
        {steps.map((step) => (
          <li key={step.id} class={step.isDone ? "done" : ""}>
            <span class="step-state">{step.isDone ? t`Done` : t`To do`}</span>
            {step.href ? <a href={step.href}>{step.title}</a> : <span>{step.title}</span>}
          </li>
        ))}
      </ol>
      {!person.verified && (
        <p class="notice warn">
          {t`Before you publish, confirm your address: open the link in the mail that went to ${person.email}.`}
        </p>
      )}
      <Publish event={event} tag={tag} reload={reload} missing={missing} />
    </section>
  );
}

function Publish({ event, tag, reload, missing }: EventScreen & { missing: Step[] }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const publish = async () => {
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    try {
      await send("PATCH", at("/events/{event}", { event: event.id }), { state: "published" }, { match: tag });
    } catch (error) {
      setProblem(asProblem(error));
    }
    await reload();
    setBusy(false);
  };
  return (
    <>
      {missing.length > 0 && (
        <p class="muted" id="missing">
          {t`Still missing: ${missing.map((step) => step.title).join(", ")}.`}
        </p>
      )}
      <Alert text={problem && explain(problem)} />
      <p class="ways">
        <button
          type="button"
          class="button"
          aria-disabled={isBusy}
          aria-describedby={missing.length ? "missing" : undefined}
          onClick={publish}
        >{t`Publish`}</button>
      </p>
    </>
  );
}

function Published({ event, isNew }: { event: Schemas["Event"]; isNew: boolean }) {
  const path = `/e/${event.slug ?? event.id}`;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isNew) heading.current?.focus(); // the button that published it is gone
  }, [isNew]);
  return (
    <section class="notice good" role="status" aria-labelledby="published">
      <h2 id="published" tabIndex={-1} ref={heading}>{t`The event is published`}</h2>
      <p>
        {t`Everybody can see it and buy its tickets:`} <a href={path}>{`${location.origin}${path}`}</a>
      </p>
    </section>
  );
}

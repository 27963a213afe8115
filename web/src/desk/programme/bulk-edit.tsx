// Gives many sessions a track, a room or a state: one change each, so that what somebody else changed meanwhile is not
// overwritten. Says which could not be changed.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import { asProblem, at, get, type Schemas, send, tagOf } from "../../api/client.ts";
import { explain } from "../parts/explain.ts";
import { itemsOf, optionsOf, type Programme } from "./lists.ts";
import { sessionStates } from "./session-form.ts";

type Session = Schemas["Session"];
type Field = "track_id" | "microlocation_id" | "state";

interface BulkProps {
  event: string;
  chosen: Session[];
  programme: Programme;
  done: () => void;
}

/** Changes one session as it stands now. Raises Problem. */
async function changeOne(event: string, id: string, field: Field, value: string): Promise<void> {
  const address = at("/events/{event}/sessions/{id}", { event, id }, { view: "all" });
  await get(address);
  const body = { [field]: value || null } as Schemas["SessionFieldsPatch"]; // one of the three fields above
  await send("PATCH", at("/events/{event}/sessions/{id}", { event, id }), body, { match: tagOf(address) });
}

export function BulkEdit({ event, chosen, programme, done }: BulkProps) {
  const [field, setField] = useState<Field>("track_id");
  const [value, setValue] = useState("");
  const [progress, setProgress] = useState<number | null>(null);
  const [failed, setFailed] = useState<string[]>([]);
  const options: Record<Field, [value: string, label: string][]> = {
    track_id: optionsOf(itemsOf(programme.tracks)),
    microlocation_id: optionsOf(itemsOf(programme.rooms)),
    state: sessionStates(),
  };
  const carryOut = async () => {
    if (progress !== null) return;
    const left: string[] = [];
    const wanted = field === "state" && !value ? "draft" : value;
    for (const [number, session] of chosen.entries()) {
      setProgress(number);
      try {
        await changeOne(event, session.id, field, wanted);
      } catch (error) {
        left.push(`${session.title}: ${explain(asProblem(error))}`);
      }
    }
    setProgress(null);
    setFailed(left);
    await programme.sessions.reload();
    if (!left.length) done();
  };
  const names: [Field, string][] = [
    ["track_id", t`Track`],
    ["microlocation_id", t`Room`],
    ["state", t`State`],
  ];
  return (
    <section class="bulk" aria-label={t`Change many sessions`}>
      <p role="status">
        {progress === null ? t`${chosen.length} sessions chosen` : t`${progress} of ${chosen.length} changed`}
      </p>
      <div class="field">
        <label for="bulk-field">{t`Change`}</label>
        <select
          id="bulk-field"
          value={field}
          onChange={(event) => {
            setField(names.find(([name]) => name === event.currentTarget.value)?.[0] ?? "track_id");
            setValue("");
          }}
        >
          {names.map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="bulk-value">{t`To`}</label>
        <select id="bulk-value" value={value} onChange={(event) => setValue(event.currentTarget.value)}>
          {options[field].map(([one, label]) => (
            <option key={one} value={one}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <button type="button" class="button" aria-disabled={progress !== null} onClick={carryOut}>{t`Apply`}</button>
      <button type="button" class="button plain" onClick={done}>{t`Choose none`}</button>
      {failed.length > 0 && (
        <div class="notice bad" role="alert">
          <p>{t`These were not changed:`}</p>
          <ul>
            {failed.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

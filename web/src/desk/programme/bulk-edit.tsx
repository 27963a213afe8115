// Gives many sessions a track, a room or a state: one change each, so that what somebody else changed meanwhile is not
// overwritten. Says which could not be changed.
import { plural, t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import type { Schemas } from "../../api/client.ts";
import { type BulkField, changeAll } from "./change-many.ts";
import { itemsOf, optionsOf, type Programme } from "./lists.ts";
import { sessionStates } from "./session-form.ts";

type Session = Schemas["Session"];

interface BulkProps {
  event: string;
  chosen: Session[];
  programme: Programme;
  done: (said: string) => void;
}

const NONE = "none";

export function BulkEdit({ event, chosen, programme, done }: BulkProps) {
  const [field, setField] = useState<BulkField>("track_id");
  const [value, setValue] = useState("");
  const [progress, setProgress] = useState<number | null>(null);
  const [failed, setFailed] = useState<string[]>([]);
  const carryOut = async () => {
    if (progress !== null || !value) return;
    setProgress(0);
    const left = await changeAll(event, chosen, field, value === NONE ? null : value, setProgress);
    await programme.sessions.reload();
    setProgress(null);
    setFailed(left);
    const count = chosen.length;
    if (!left.length) done(plural(count, { one: "# session is changed.", other: "# sessions are changed." }));
  };
  const count = chosen.length;
  const state =
    progress === null
      ? plural(count, { one: "# session chosen", other: "# sessions chosen" })
      : t`${progress} of ${count} changed`;
  return (
    <section class="bulk" aria-label={t`Change many sessions`}>
      <p role="status">{state}</p>
      <BulkFields {...{ programme, field, setField, value, setValue }} />
      <button
        type="button"
        class="button"
        aria-disabled={progress !== null || !value}
        onClick={carryOut}
      >{t`Apply`}</button>
      <button type="button" class="button plain" onClick={() => done(t`None is chosen.`)}>{t`Choose none`}</button>
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

interface FieldsProps {
  programme: Programme;
  field: BulkField;
  setField: (field: BulkField) => void;
  value: string;
  setValue: (value: string) => void;
}

function BulkFields({ programme, field, setField, value, setValue }: FieldsProps) {
  const names: [BulkField, string][] = [
    ["track_id", t`Track`],
    ["microlocation_id", t`Room`],
    ["state", t`State`],
  ];
  const references = field === "track_id" ? programme.tracks : programme.rooms;
  const named = optionsOf(itemsOf<{ id: string; name: string }>(references)).map(([id, name]) => [id || NONE, name]);
  const options = field === "state" ? sessionStates() : named;
  return (
    <>
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
          <option value="">{t`Choose…`}</option>
          {options.map(([one, label]) => (
            <option key={one} value={one}>
              {label}
            </option>
          ))}
        </select>
      </div>
    </>
  );
}

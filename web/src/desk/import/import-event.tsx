// Makes an event of a file: an archive in the Open Event format, chosen or dropped; its progress and its report.
import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "preact/hooks";
import { asProblem, at, get, type Problem, type Schemas, sendFile } from "../../api/client.ts";
import { live } from "../../live/socket.ts";
import { Alert } from "../parts/alert.tsx";
import { explain } from "../parts/explain.ts";
import { Screen } from "../parts/screen.tsx";
import { ImportReport } from "./import-report.tsx";

type Import = Schemas["Import"];

const MOST_BYTES = 4_000_000;
const LOOK_MS = 700;

export default function ImportEvent() {
  const [running, setRunning] = useState<Import | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [note, setNote] = useState("");
  const [isSending, setSending] = useState(false);
  const take = async (file: File | undefined) => {
    if (!file || isSending) return;
    setProblem(null);
    setNote(file.size > MOST_BYTES ? t`The file is larger than 4 MB. Leave out the pictures and try again.` : "");
    if (file.size > MOST_BYTES) return;
    setSending(true);
    try {
      const { import_id: id } = await sendFile(at("/events/import"), file, { key: crypto.randomUUID() });
      setRunning(await get(at("/imports/{id}", { id })));
    } catch (error) {
      setProblem(asProblem(error));
    }
    setSending(false);
  };
  return (
    <Screen title={t`Import an event`}>
      <p class="lead-text">{t`Choose an Open Event archive (zip). It becomes a new draft that only you see.`}</p>
      <Alert text={problem && explain(problem)} />
      <Alert text={note} />
      {running ? (
        <Progress first={running} again={() => setRunning(null)} />
      ) : (
        <DropZone isBusy={isSending} take={take} />
      )}
    </Screen>
  );
}

function DropZone({ isBusy, take }: { isBusy: boolean; take: (file: File | undefined) => void }) {
  const [isOver, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a short cut, the input inside does the same by keys
    <div
      class={`drop-zone ${isOver ? "over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files[0]);
      }}
    >
      <label for="archive">{t`Archive`}</label>
      <input
        id="archive"
        type="file"
        accept=".zip,application/zip"
        disabled={isBusy}
        onChange={(event) => take(event.currentTarget.files?.[0])}
      />
      <p class="hint">{isBusy ? t`Sending the file…` : t`Choose the file here, or drop it into this box.`}</p>
    </div>
  );
}

/** Reads an import until it has ended. The socket says when to look; without it the page looks by itself. */
function useImport(first: Import): Import {
  const [current, setCurrent] = useState(first);
  useEffect(() => {
    if (current.state !== "running") return undefined;
    let isOver = false;
    const look = async () => {
      const fresh = await get(at("/imports/{id}", { id: first.id })).catch(() => null);
      if (fresh && !isOver) setCurrent(fresh);
    };
    const timer = setInterval(look, LOOK_MS);
    const end = live.on("import", (frame) => frame.import_id === first.id && look());
    live.start();
    return () => {
      isOver = true;
      clearInterval(timer);
      end();
    };
  }, [first.id, current.state]);
  return current;
}

function Progress({ first, again }: { first: Import; again: () => void }) {
  const current = useImport(first);
  const heading = useRef<HTMLHeadingElement>(null);
  const done = Object.values(current.counts).reduce((sum, count) => sum + count, 0);
  useEffect(() => {
    if (current.state !== "running") heading.current?.focus();
  }, [current.state]);
  if (current.state === "failed") {
    return (
      <div class="notice bad" role="alert">
        <h2 tabIndex={-1} ref={heading}>{t`The file could not be read`}</h2>
        <p>{current.detail}</p>
        <p>{t`Nothing was made. Correct the file and choose it again.`}</p>
        <p>
          <button type="button" class="button quiet" onClick={again}>{t`Choose another file`}</button>
        </p>
      </div>
    );
  }
  if (current.state === "running") {
    return (
      <section aria-label={t`Progress`}>
        <label for="progress">{t`Importing`}</label>
        <progress id="progress" max={current.total || 1} value={done} />
        <p role="status">{current.total ? t`${done} of ${current.total} records` : t`Reading the file…`}</p>
      </section>
    );
  }
  return (
    <section aria-labelledby="imported">
      <h2 id="imported" tabIndex={-1} ref={heading}>{t`The event is imported`}</h2>
      <p class="ways">
        <a class="button" href={`/organise/${current.event_id}`}>{t`Open the event`}</a>
      </p>
      <ImportReport lines={current.report} />
    </section>
  );
}

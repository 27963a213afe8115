// The report of an import: a line a record, narrowed by what became of it.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import type { Schemas } from "../../api/client.ts";

type Line = Schemas["ReportLine"];
type Outcome = "all" | "taken" | "mended" | "refused";

const SHOWN = 200;

/** Returns the lines with an outcome. */
export function linesWith(lines: Line[], outcome: Outcome): Line[] {
  return outcome === "all" ? lines : lines.filter((line) => line.outcome === outcome);
}

function nameOf(outcome: string): string {
  if (outcome === "taken") return t`Taken as it was`;
  if (outcome === "mended") return t`Taken with changes`;
  return outcome === "refused" ? t`Not taken` : t`All`;
}

export function ImportReport({ lines }: { lines: Line[] }) {
  const counts = { mended: linesWith(lines, "mended").length, refused: linesWith(lines, "refused").length };
  const [outcome, setOutcome] = useState<Outcome>(counts.refused ? "refused" : counts.mended ? "mended" : "all");
  const [most, setMost] = useState(SHOWN);
  const shown = linesWith(lines, outcome);
  return (
    <>
      <fieldset class="tabs" aria-label={t`Which records`}>
        {(["all", "taken", "mended", "refused"] as const).map((one) => (
          <button type="button" key={one} aria-pressed={one === outcome} onClick={() => setOutcome(one)}>
            {`${nameOf(one)} (${linesWith(lines, one).length})`}
          </button>
        ))}
      </fieldset>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <section class="scroller" tabIndex={0} aria-label={t`Report`}>
        <table class="grid">
          <thead>
            <tr>
              <th scope="col">{t`Record`}</th>
              <th scope="col">{t`Result`}</th>
              <th scope="col">{t`Why`}</th>
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, most).map((line) => (
              <tr key={`${line.kind} ${line.source_id}`}>
                <th scope="row">{`${line.kind} ${line.source_id}`}</th>
                <td>{nameOf(line.outcome)}</td>
                <td>{line.reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {shown.length > most && (
        <p class="ways">
          <button type="button" class="button quiet" onClick={() => setMost(most + SHOWN)}>{t`Show more`}</button>
        </p>
      )}
    </>
  );
}

// When each ticket type is on sale: a table, with the same as bars between the first and the last moment.
import { t } from "@lingui/core/macro";
import { now, type Schemas } from "../../api/client.ts";
import { exact } from "../../ui/format.ts";
import { type SaleState, type SaleWindow, timeline } from "./sale-windows.ts";

interface WindowsProps {
  event: Schemas["Event"];
  types: Schemas["TicketTypeRead"][];
}

/** Shows the sale windows, if some type has one: otherwise all are on sale until the event ends. */
export function SaleWindows({ event, types }: WindowsProps) {
  if (!types.some(({ sales_start, sales_end }) => sales_start || sales_end)) return null;
  const zone = event.timezone ?? "UTC";
  const { windows, now: today } = timeline(types, event.ends_at, now());
  return (
    <section class="sale-windows" aria-labelledby="sale-windows">
      <h2 id="sale-windows" class="section-title">{t`When tickets are on sale`}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <section class="scroller" tabIndex={0} aria-label={t`When tickets are on sale`}>
        <table class="grid">
          <thead>
            <tr>
              <th scope="col">{t`Ticket`}</th>
              <th scope="col">{t`Sale`}</th>
              <th scope="col">{t`From`}</th>
              <th scope="col">{t`Until`}</th>
            </tr>
          </thead>
          <tbody>
            {windows.map((window) => (
              <tr key={window.id}>
                <th scope="row">{window.name}</th>
                <td>
                  {stateName(window.state)}
                  <Bar window={window} today={today} />
                </td>
                <td>{window.start ? <Moment at={window.start} zone={zone} /> : t`from the beginning`}</td>
                <td>
                  <Moment at={window.end} zone={zone} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p class="hint">{t`The line is now. Without an end of its own a ticket is on sale until the event ends.`}</p>
    </section>
  );
}

function stateName(state: SaleState): string {
  return { before: t`Not yet`, open: t`On sale`, over: t`Over` }[state];
}

function Moment({ at, zone }: { at: string; zone: string }) {
  return <time dateTime={at}>{exact(at, zone)}</time>;
}

function Bar({ window: { x, width, state }, today }: { window: SaleWindow; today: number }) {
  return (
    <svg class="sale-bar" viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="sale-all" y="8" width="1000" height="4" />
      <rect class={`sale-${state}`} x={x} y="3" width={width} height="14" />
      <rect class="sale-now" x={Math.min(994, Math.max(0, today - 3))} width="6" height="20" />
    </svg>
  );
}

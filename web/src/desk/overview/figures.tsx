// The figures of an event that sells: tickets, orders, money, and tickets by day as a chart with its table.
import { plural, t } from "@lingui/core/macro";
import { at, type Schemas } from "../../api/client.ts";
import { money } from "../../ui/format.ts";
import { useResource } from "../data/use-resource.ts";
import { type SoldDay, soldByDay } from "./sold-by-day.ts";

type Totals = Schemas["SalesTotals"];

/** Shows nothing to those who may not read sales: the API says who may. */
export function Figures({ event }: { event: string }) {
  const sales = useResource(at("/events/{event}/sales", { event }), { event, lists: ["sales"] });
  const loaded = sales.loaded.value;
  if (loaded.state !== "ready") return null;
  return <Shown event={event} totals={loaded.value} />;
}

function Shown({ event, totals }: { event: string; totals: Totals }) {
  const sum = (of: (type: Schemas["TypeTotals"]) => number) => totals.types.reduce((all, type) => all + of(type), 0);
  const days = soldByDay(totals.days);
  return (
    <section aria-labelledby="figures">
      <h2 id="figures" class="section-title">{t`Sales`}</h2>
      <dl class="tiles">
        <div>
          <dt>{t`Tickets sold`}</dt>
          <dd>
            <a href={`/events/${event}/sales`}>{t`${sum((type) => type.sold)} of ${sum((type) => type.capacity)}`}</a>
          </dd>
        </div>
        <div>
          <dt>{t`Held, not paid`}</dt>
          <dd>{sum((type) => type.held)}</dd>
        </div>
        {totals.currencies.map((one) => (
          <div key={one.currency}>
            <dt>{t`Taken`}</dt>
            <dd>{money({ amount: one.gross, currency: one.currency })}</dd>
          </div>
        ))}
      </dl>
      {days.length > 0 && <DayChart days={days} />}
    </section>
  );
}

const [WIDTH, HEIGHT, GAP] = [600, 120, 2];

function DayChart({ days }: { days: SoldDay[] }) {
  const most = Math.max(...days.map(({ sold }) => sold), 1);
  const width = WIDTH / days.length;
  const all = days.reduce((sum, { sold }) => sum + sold, 0);
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
  const nameOf = (day: string) => format.format(new Date(`${day}T00:00:00Z`));
  return (
    <figure class="chart">
      <figcaption>{t`Tickets sold by day (UTC)`}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={plural(all, { one: "# ticket sold", other: "# tickets sold; the table below has each day" })}
        preserveAspectRatio="none"
      >
        {days.map(({ date, sold }, number) => (
          <rect
            key={date}
            x={number * width + GAP / 2}
            y={HEIGHT - (sold / most) * HEIGHT}
            width={Math.max(width - GAP, 1)}
            height={(sold / most) * HEIGHT}
          />
        ))}
      </svg>
      <details class="more">
        <summary>{t`As a table`}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
        <section class="scroller" tabIndex={0} aria-label={t`Tickets sold by day (UTC)`}>
          <table class="grid">
            <thead>
              <tr>
                <th scope="col">{t`Day`}</th>
                <th scope="col">{t`Tickets`}</th>
              </tr>
            </thead>
            <tbody>
              {days
                .filter(({ sold }) => sold)
                .map(({ date, sold }) => (
                  <tr key={date}>
                    <th scope="row">{nameOf(date)}</th>
                    <td>{sold}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        </section>
      </details>
    </figure>
  );
}

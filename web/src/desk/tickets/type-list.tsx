// The list of ticket types: what each is and how it sells, and moving one up and down by drag and by buttons.
import { t } from "@lingui/core/macro";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Schemas } from "../../api/client.ts";
import { money } from "../../ui/format.ts";
import { type Stock, shares } from "./stock.ts";
import { type Drag, useDrag } from "./use-drag.ts";
import { useOrder } from "./use-order.ts";

type TicketType = Schemas["TicketTypeRead"];

interface ListProps {
  event: Schemas["Event"];
  list: TicketType[];
  stock: ReadonlyMap<string, Stock>;
  /** The id of the type whose form is open, and the form. */
  opened: string;
  form: ComponentChildren;
  say: (text: string) => void;
  reload: () => Promise<void>;
  edit: (type: TicketType) => void;
  remove: (type: TicketType) => void;
}

export function TypeList({ event, list, stock, opened, form, say, reload, edit, remove }: ListProps) {
  const order = useOrder(event.id, list, say, reload);
  const pressed = useRef("");
  const drag = useDrag(order.move);
  // A row that is put elsewhere in the document loses the focus that was in it.
  useLayoutEffect(() => {
    if (pressed.current) document.getElementById(pressed.current)?.focus();
  });
  const press = (id: string, from: number, to: number) => {
    pressed.current = id;
    order.move(from, to).finally(() => {
      pressed.current = "";
    });
  };
  return (
    <ol class="ticket-types" ref={drag.list}>
      {order.shown.map((type, place) => (
        <li key={type.id} class={rowClass(drag, place, opened === type.id)}>
          {opened === type.id ? (
            form
          ) : (
            <>
              {list.length > 1 && <Handle drag={drag} place={place} />}
              <TypeText type={type} stock={stock.get(type.id)} />
              <p class="ways">
                {list.length > 1 && <Moves type={type} place={place} count={list.length} press={press} />}
                <button
                  type="button"
                  class="button quiet"
                  onClick={() => edit(type)}
                  aria-label={t`Change ${type.name}`}
                >
                  {t`Change`}
                </button>
                <button
                  type="button"
                  class="button quiet"
                  onClick={() => remove(type)}
                  aria-label={t`Remove ${type.name}`}
                >
                  {t`Remove`}
                </button>
              </p>
            </>
          )}
        </li>
      ))}
    </ol>
  );
}

function rowClass({ from, over }: Drag, place: number, isOpen: boolean): string {
  if (isOpen) return "";
  if (from === place) return "ticket-type dragged";
  if (from === null || over !== place) return "ticket-type";
  return `ticket-type ${over < from ? "drop-before" : "drop-after"}`;
}

/** What one drags a row by. Keys have the buttons. */
function Handle({ drag, place }: { drag: Drag; place: number }) {
  return (
    <span class="drag-handle" aria-hidden="true" {...drag.handle(place)}>
      <svg viewBox="0 0 24 24" width="24" height="24" focusable="false" aria-hidden="true">
        <path d="M9 5v.01M15 5v.01M9 12v.01M15 12v.01M9 19v.01M15 19v.01" />
      </svg>
    </span>
  );
}

interface MovesProps {
  type: TicketType;
  place: number;
  count: number;
  press: (id: string, from: number, to: number) => void;
}

function Moves({ type, place, count, press }: MovesProps) {
  const ways = [
    { id: `up-${type.id}`, to: place - 1, name: t`Move ${type.name} up`, path: "M12 19V5M6 11l6-6 6 6" },
    { id: `down-${type.id}`, to: place + 1, name: t`Move ${type.name} down`, path: "M12 5v14M6 13l6 6 6-6" },
  ];
  return (
    <>
      {ways.map(({ id, to, name, path }) => (
        <button
          key={id}
          id={id}
          type="button"
          class="button quiet move"
          aria-label={name}
          aria-disabled={to < 0 || to >= count}
          onClick={() => press(id, place, to)}
        >
          <svg viewBox="0 0 24 24" width="20" height="20" focusable="false" aria-hidden="true">
            <path d={path} />
          </svg>
        </button>
      ))}
    </>
  );
}

function TypeText({ type, stock }: { type: TicketType; stock: Stock | undefined }) {
  return (
    <div>
      <h2>{type.name}</h2>
      <p>{type.price.amount ? money(type.price) : t`Free`}</p>
      {stock ? <StockText stock={stock} /> : <p class="muted">{t`${type.available} of ${type.quantity} left`}</p>}
      {type.hidden && <p class="muted">{t`Hidden: only an access code shows it`}</p>}
      {type.access_code_required && <p class="muted">{t`Only with an access code`}</p>}
    </div>
  );
}

function StockText({ stock }: { stock: Stock }) {
  const { sold, taken } = shares(stock);
  return (
    <>
      <p class="muted">{t`${stock.sold} sold · ${stock.held} held · ${stock.left} left of ${stock.capacity}`}</p>
      <svg class="stock-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect class="stock-all" width="100" height="4" />
        <rect class="stock-held" width={taken} height="4" />
        <rect class="stock-sold" width={sold} height="4" />
      </svg>
    </>
  );
}

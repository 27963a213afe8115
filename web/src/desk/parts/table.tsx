// A table that is found in, sorted and read by keys. It draws the first rows and more when asked: thousands of rows would
// make every key press slow.
import { t } from "@lingui/core/macro";
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { type Column, findRows, type Sorting, sortRows } from "../data/rows.ts";

const DRAWN = 100;
const FIND_FROM = 8;

interface TableProps<Item extends { id: string }> {
  /** What the table is called. */
  name: string;
  items: Item[];
  columns: Column<Item>[];
  /** Draws the first column's cell: usually a button that opens the item. */
  head: (item: Item, text: string) => ComponentChildren;
  /** Which items are chosen; without it none can be. */
  chosen?: ReadonlySet<string>;
  choose?: (ids: string[], isOn: boolean) => void;
}

export function Table<Item extends { id: string }>(props: TableProps<Item>) {
  const { name, items, columns } = props;
  const [words, setWords] = useState("");
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [most, setMost] = useState(DRAWN);
  const sorted = useMemo(() => sortRows(items, columns, sorting), [items, columns, sorting]);
  const found = useMemo(() => findRows(sorted, columns, words), [sorted, columns, words]);
  const id = `find-${name.replace(/\W+/g, "-").toLowerCase()}`;
  return (
    <div class="table-part">
      {items.length >= FIND_FROM && (
        <div class="field find">
          <label for={id}>{t`Find`}</label>
          <input
            id={id}
            type="search"
            autocomplete="off"
            value={words}
            onInput={(event) => {
              setWords(event.currentTarget.value);
              setMost(DRAWN);
            }}
          />
        </div>
      )}
      <p class="muted" role="status">
        {words ? t`${found.length} of ${items.length} found` : t`${items.length} in all`}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <section class="scroller" tabIndex={0} aria-label={name}>
        <table class="grid">
          <Head {...props} found={found} sorting={sorting} sort={setSorting} />
          <tbody>
            {found.slice(0, most).map((item) => (
              <Row key={item.id} {...props} item={item} />
            ))}
          </tbody>
        </table>
      </section>
      {found.length > most && (
        <p class="ways">
          <button type="button" class="button quiet" onClick={() => setMost(most + DRAWN)}>{t`Show more`}</button>
        </p>
      )}
    </div>
  );
}

interface HeadProps<Item extends { id: string }> extends TableProps<Item> {
  found: Item[];
  sorting: Sorting | null;
  sort: (sorting: Sorting) => void;
}

function Head<Item extends { id: string }>({ columns, found, sorting, sort, chosen, choose }: HeadProps<Item>) {
  const isAll = found.length > 0 && found.every(({ id }) => chosen?.has(id));
  return (
    <thead>
      <tr>
        {choose && (
          <th scope="col">
            <input
              type="checkbox"
              aria-label={t`Choose all that are found`}
              checked={isAll}
              onChange={() =>
                choose(
                  found.map(({ id }) => id),
                  !isAll,
                )
              }
            />
          </th>
        )}
        {columns.map(({ id, name }) => {
          const isSorted = sorting?.column === id;
          const direction = sorting?.isDown ? "descending" : "ascending";
          return (
            <th scope="col" key={id} aria-sort={isSorted ? direction : "none"}>
              <button
                type="button"
                class="sort"
                onClick={() => sort({ column: id, isDown: isSorted && !sorting.isDown })}
              >
                {name}
                <span aria-hidden="true">{isSorted ? (sorting.isDown ? " ↓" : " ↑") : ""}</span>
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

function Row<Item extends { id: string }>({ item, columns, head, chosen, choose }: TableProps<Item> & { item: Item }) {
  const [first, ...rest] = columns;
  const name = first?.text(item) ?? "";
  return (
    <tr>
      {choose && (
        <td>
          <input
            type="checkbox"
            aria-label={t`Choose ${name}`}
            checked={chosen?.has(item.id) ?? false}
            onChange={(event) => choose([item.id], event.currentTarget.checked)}
          />
        </td>
      )}
      <th scope="row">{head(item, name)}</th>
      {rest.map((column) => (
        <td key={column.id}>{column.cell ? column.cell(item) : column.text(item)}</td>
      ))}
    </tr>
  );
}

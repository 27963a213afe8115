// Finding and sorting the rows of a table, in memory: thousands of rows are found as one types.
import type { ComponentChildren } from "preact";

/** A column: its heading, what is shown, and what it is sorted by when that is another value. */
export interface Column<Item> {
  id: string;
  name: string;
  text: (item: Item) => string;
  order?: (item: Item) => string | number;
  /** What is drawn in the place of the text, such as a link. */
  cell?: (item: Item) => ComponentChildren;
}

/** Which column rows are sorted by, and in which direction. */
export interface Sorting {
  column: string;
  isDown: boolean;
}

/** Returns a text as it is compared: without marks on letters, in lower case. */
export function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** What rows are found by, of each set of columns: putting it together takes longer than looking through it. */
const searched = new WeakMap<object, WeakMap<object, string>>();

function searchText<Item extends object>(item: Item, columns: Column<Item>[]): string {
  const texts = searched.get(columns) ?? new WeakMap<object, string>();
  searched.set(columns, texts);
  const text = texts.get(item) ?? plain(columns.map((column) => column.text(item)).join(" "));
  texts.set(item, text);
  return text;
}

/** Returns the items in which each of the words stands in some column. */
export function findRows<Item extends object>(items: Item[], columns: Column<Item>[], words: string): Item[] {
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  if (!wanted.length) return items;
  return items.filter((item) => {
    const text = searchText(item, columns);
    return wanted.every((word) => text.includes(word));
  });
}

/** Returns the items in the order of a column. Equal ones keep their order. */
export function sortRows<Item>(items: Item[], columns: Column<Item>[], sorting: Sorting | null): Item[] {
  const column = columns.find(({ id }) => id === sorting?.column);
  if (!sorting || !column) return items;
  const collator = new Intl.Collator(undefined, { numeric: true });
  const value = column.order ?? column.text;
  const keyed = items.map((item) => ({ item, key: value(item) }));
  keyed.sort(({ key: one }, { key: other }) => {
    const order =
      typeof one === "number" && typeof other === "number" ? one - other : collator.compare(String(one), String(other));
    return sorting.isDown ? -order : order;
  });
  return keyed.map(({ item }) => item);
}

/** Returns the items by a key, in the order of the first of each. */
export function groupBy<Key, Item>(items: Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

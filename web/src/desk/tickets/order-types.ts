// The order of ticket types: which positions change when one is moved. As few as possible: each is a write of its own.

interface Placed {
  id: string;
  position?: number | undefined;
}

const STEP = 100;
const HIGHEST = 100_000;

/** Returns a list with the item at one place put to another place. */
export function moved<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const rest = items.filter((_, place) => place !== from);
  return [...rest.slice(0, to), ...items.slice(from, from + 1), ...rest.slice(to)];
}

/** Returns the position of a type that is put after all others: equal ones stand as they were made. */
export function lastPosition(types: readonly Placed[]): number {
  return Math.max(0, ...types.map((type) => type.position ?? 0));
}

/**
 * Returns the positions to write so that the types stand in this order: that of the moved one alone if there is room
 * between its neighbours, else those of all that have to change.
 */
export function newPositions(order: readonly Placed[], movedId: string): Map<string, number> {
  const place = order.findIndex(({ id }) => id === movedId);
  const before = order[place - 1]?.position ?? (place > 0 ? 0 : -1);
  const after = place + 1 < order.length ? (order[place + 1]?.position ?? 0) : before + 2 * STEP;
  const between = Math.floor((before + after) / 2);
  const others = order.filter(({ id }) => id !== movedId);
  const rises = others.every((one, n) => n === 0 || (one.position ?? 0) > (others[n - 1]?.position ?? 0));
  if (rises && between > before && between < after && between <= HIGHEST) return new Map([[movedId, between]]);
  const numbered = order.map(({ id, position = 0 }, n) => ({ id, position, wanted: (n + 1) * STEP }));
  return new Map(numbered.filter(({ position, wanted }) => position !== wanted).map(({ id, wanted }) => [id, wanted]));
}

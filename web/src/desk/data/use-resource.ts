// What a screen shows of the API: read once, read again by its ETag when something may have changed.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import {
  type Address,
  type Answer,
  asProblem,
  get,
  getAll,
  type Item,
  type Problem,
  type Template,
  tagOf,
} from "../../api/client.ts";
import { live } from "../../live/socket.ts";

const LOOK_MS = 15_000;

/** A value of the API. While it is loaded again, the old one stays. */
export type Loaded<V> =
  | { state: "loading" }
  | { state: "failed"; problem: Problem }
  | { state: "ready"; value: V; tag: string | undefined };

/** A resource on a screen: its signal, and reading it again. */
export interface Resource<V> {
  loaded: ReadonlySignal<Loaded<V>>;
  reload: () => Promise<void>;
}

/** Which changes of an event make it be read again: the names of lists as the socket has them. */
export interface Following {
  event?: string | undefined;
  lists?: readonly string[];
  /** Whether every sale changes it: it is read again when something is pushed, and after a while. */
  isSold?: boolean;
}

/** Reads what an address answers. */
export function useResource<T extends Template>(address: Address<T>, following: Following = {}): Resource<Answer<T>> {
  return useReading(address, () => get(address), following);
}

/** Reads all items of a list. */
export function useItems<T extends Template>(address: Address<T>, following: Following = {}): Resource<Item<T>[]> {
  return useReading(address, () => getAll(address), following);
}

/** Reads a list that comes whole, without pages. */
export function useWholeList<T extends Template>(address: Address<T>, following: Following = {}): Resource<Item<T>[]> {
  const read = async () => ((await get(address)) as { items: Item<T>[] }).items; // lists answer so
  return useReading(address, read, following);
}

/** Reads something by a function of one's own; `address` names what it reads, and has its tag. */
export function useReading<V>(
  address: Address,
  read: () => Promise<V>,
  { event, lists = [], isSold = false }: Following,
): Resource<V> {
  const names = lists.join();
  const resource = useMemo(() => makeResource(address, read), [address]);
  useEffect(() => {
    resource.reload();
    const again = () => document.hidden || resource.reload();
    document.addEventListener("visibilitychange", again);
    const ends = [() => document.removeEventListener("visibilitychange", again)];
    if (isSold) ends.push(...followSales(again));
    if (event && names) {
      live.watch(event);
      live.start();
      ends.push(
        live.on("changed", (change) => {
          if (change.event_id === event && names.split(",").includes(change.list)) resource.reload();
        }),
        live.on("open", again),
      );
    }
    return () => {
      for (const end of ends) end();
    };
  }, [resource, event, names, isSold]);
  return resource;
}

/** Calls `again` when something is pushed that a sale may have caused, and after a while. Returns what ends that. */
function followSales(again: () => unknown): (() => void)[] {
  const timer = setInterval(again, LOOK_MS);
  live.start();
  const pushes = (["new", "order", "open", "resync"] as const).map((name) => live.on(name, again));
  return [() => clearInterval(timer), ...pushes];
}

function makeResource<V>(address: Address, read: () => Promise<V>): Resource<V> {
  const loaded: Signal<Loaded<V>> = signal({ state: "loading" });
  let asked = 0;
  const reload = async () => {
    asked += 1;
    const mine = asked;
    try {
      const value = await read();
      const before = loaded.value;
      const isSame = before.state === "ready" && before.value === value && before.tag === tagOf(address);
      if (mine === asked && !isSame) loaded.value = { state: "ready", value, tag: tagOf(address) };
    } catch (error) {
      if (mine === asked && loaded.value.state !== "ready")
        loaded.value = { state: "failed", problem: asProblem(error) };
    }
  };
  return { loaded, reload };
}

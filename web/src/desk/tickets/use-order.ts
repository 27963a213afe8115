// Putting ticket types in another order: shown at once, written one position after another, each over the version that
// was read. When somebody else changed the order meanwhile, theirs stays and is shown.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import { asProblem, at, get, type Schemas, send, tagOf } from "../../api/client.ts";
import { explain } from "../parts/explain.ts";
import { moved, newPositions } from "./order-types.ts";

type TicketType = Schemas["TicketTypeRead"];

/** The types in the order to show, and how one is moved. */
export interface Ordering {
  shown: TicketType[];
  move: (from: number, to: number) => Promise<void>;
}

class OrderChanged extends Error {}

/** Returns the ordering of a list. `say` takes what happened, in words; `reload` reads the list again. */
export function useOrder(
  event: string,
  list: TicketType[],
  say: (text: string) => void,
  reload: () => Promise<void>,
): Ordering {
  const [waiting, setWaiting] = useState<TicketType[] | null>(null);
  const move = async (from: number, to: number) => {
    const type = list[from];
    if (waiting || !type || from === to || to < 0 || to >= list.length) return;
    const order = moved(list, from, to);
    setWaiting(order);
    try {
      for (const [id, position] of newPositions(order, type.id)) {
        await place(event, id, position, list.find((one) => one.id === id)?.position);
      }
      say(t`“${type.name}” is now ${to + 1} of ${list.length}.`);
    } catch (error) {
      const isTheirs = error instanceof OrderChanged || asProblem(error).status === 412;
      say(
        isTheirs
          ? t`Somebody else changed the order meanwhile. This is how it is now; move the ticket again if you want to.`
          : explain(asProblem(error)),
      );
    } finally {
      await reload();
      setWaiting(null);
    }
  };
  return { shown: waiting ?? list, move };
}

/** Writes the position of a type, unless it is no longer where the list has it. Raises Problem, OrderChanged. */
async function place(event: string, id: string, position: number, known: number | undefined): Promise<void> {
  const address = at("/events/{event}/ticket-types/{id}", { event, id });
  const current = await get(address);
  if (current.position !== known) throw new OrderChanged();
  await send("PATCH", address, { position }, { match: tagOf(address) });
}

// How the things of a list are read and written: one is added to the list, each is read, changed and removed by its id.
import { type Address, type Body, get, type Query, send, type Template, tagOf, write } from "../../api/client.ts";

/**
 * Returns the calls of a collection (parts/collection.tsx). `list` is the address of the list and `one` that of a thing;
 * `view` is the query that it is read with.
 */
export function callsOf<L extends Template, O extends Template>(
  list: Address<L>,
  one: (id: string, query?: Query) => Address<O>,
  view?: Query,
) {
  return {
    open: async (id: string) => ({ item: await get(one(id, view)), tag: tagOf(one(id, view)) }),
    create: (body: Body<L, "POST">, key: string) => write("POST", list, body, { key }),
    change: (id: string, body: Body<O, "PATCH">, match: string | undefined) => write("PATCH", one(id), body, { match }),
    remove: (id: string, match: string | undefined) => send("DELETE", one(id), undefined, { match }),
  };
}

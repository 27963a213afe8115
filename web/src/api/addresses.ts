// Addresses of the API, typed by docs/openapi.json: a template of a path, its values, a query. `client.ts` takes them and
// knows by their type what is sent and answered.
import type { components, paths } from "./schema.d.ts";

export type Schemas = components["schemas"];

type Prefix = "/api/v1";
export const BASE: Prefix = "/api/v1";

/** The templates of paths, without /api/v1. */
export type Template = keyof paths extends infer K ? (K extends `${Prefix}${infer T}` ? T : never) : never;
type Route<T extends Template> = paths[`${Prefix}${T}`];
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type Operation<T extends Template, M extends Method> = Route<T> extends { [K in Lowercase<M>]: infer O } ? O : never;

type Values<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Values<Rest> : never;
type Given<T extends Template> = Values<T> extends never ? Record<string, never> : Record<Values<T>, string | number>;
export type Query = Record<string, string | number | boolean | null | undefined>;

declare const template: unique symbol;
/** A path and query below /api/v1, percent-encoded. The type remembers the template. */
export type Address<T extends Template = Template> = string & { readonly [template]: T };

type Json<Content> = Content extends { content: { "application/json": infer Body } } ? Body : undefined;
type Success<Responses> = {
  [Status in keyof Responses]: Status extends 200 | 201 | 202 | 204 ? Json<Responses[Status]> : never;
}[keyof Responses];

/** What the API answers with on success, as JSON. */
export type Answer<T extends Template, M extends Method = "GET"> =
  Operation<T, M> extends { responses: infer R } ? Success<R> : unknown;
/** An entry of the list that a GET answers with. */
export type Item<T extends Template> = Answer<T> extends { items: (infer I)[] } ? I : never;
/** What a write takes as its body. */
export type Body<T extends Template, M extends Method> =
  Operation<T, M> extends { requestBody?: { content: infer C } } ? C[keyof C] : undefined;

/**
 * Returns the address of a template with its values and query filled in. Empty, null and undefined parts of the query are
 * left out.
 */
export function at<T extends Template>(
  path: T,
  ...rest: Values<T> extends never ? [given?: Record<string, never>, query?: Query] : [given: Given<T>, query?: Query]
): Address<T> {
  const values: Record<string, string | number> = rest[0] ?? {};
  const query: Query = rest[1] ?? {};
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") asked.set(name, String(value));
  }
  const text = asked.toString();
  return (text ? `${filled}?${text}` : filled) as Address<T>; // the one place where text becomes an address
}

/** Returns the address of a link that the API itself gave, such as `next` or `links.self`. */
export function link<T extends Template>(url: string): Address<T> {
  const path = url.startsWith(BASE) ? url.slice(BASE.length) : url;
  return path as Address<T>; // the server's word
}

// What a scanner keeps for the time without a network: the event's tickets by the hash of their codes, and the scans
// that the server has not heard of. Nothing here is shown; checkin.js does that.
import { get, send } from "./api.js";
import { recall, remember } from "./format.js";

const MOST_SCANS = 500;

export class GateList {
  #event;
  #tickets = new Map();
  #salt = "";

  /** @param {string} event id or slug */
  constructor(event) {
    this.#event = event;
    this.#take(recall("localStorage", this.#key("list")));
  }

  /** When the list was fetched (ms), 0 if there is none. */
  fetchedAt = 0;

  get size() {
    return this.#tickets.size;
  }

  /** Scans that the server has not heard of. */
  get waiting() {
    return recall("localStorage", this.#key("scans")) ?? [];
  }

  /** Get the whole list anew. Raises Problem. */
  async fetch() {
    const found = [];
    let salt = "";
    let cursor = "";
    do {
      const more = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
      const page = await get(`/events/${this.#event}/check-ins/offline?limit=500${more}`);
      salt = page.salt;
      cursor = page.next_cursor;
      for (const one of page.items) found.push([one.hash, one.ticket, one.attendee, one.ticket_type, one.state, one.checked_in_at]);
    } while (cursor);
    const kept = { salt, at: Date.now(), tickets: found };
    this.#take(kept);
    remember("localStorage", this.#key("list"), kept);
  }

  /** Forget everything that this browser keeps of the event's visitors. */
  forget() {
    for (const name of ["list", "scans"]) remember("localStorage", this.#key(name), null);
    this.#take(null);
  }

  /**
   * Judge a code by the list, and keep the scan when somebody is let in.
   * @returns {Promise<{verdict: "admitted"|"used"|"suspended"|"unknown", attendee?: string, type?: string, at?: string}>}
   */
  async admit(code, at) {
    const hash = await digest(this.#salt + code);
    const ticket = this.#tickets.get(hash);
    if (!ticket) return { verdict: "unknown" };
    const [, , attendee, type, state, usedAt] = ticket;
    const scans = this.waiting;
    const before = usedAt ?? scans.find((scan) => scan.code === code)?.at;
    if (before) return { verdict: "used", attendee, type, at: before };
    if (state !== "valid") return { verdict: "suspended", attendee, type };
    remember("localStorage", this.#key("scans"), [...scans, { code, at }]);
    ticket[5] = at;
    return { verdict: "admitted", attendee, type, at };
  }

  /** Tell the server of scans that wait. @returns {Promise<object[]>} what came of each. Raises Problem. */
  async reconcile(device) {
    const scans = this.waiting.slice(0, MOST_SCANS);
    if (!scans.length) return [];
    const { results } = await send("POST", `/events/${this.#event}/check-ins/reconcile`, { device, scans });
    const told = new Set(scans.map((scan) => scan.code + scan.at));
    const left = this.waiting.filter((scan) => !told.has(scan.code + scan.at));
    remember("localStorage", this.#key("scans"), left.length ? left : null);
    return results;
  }

  #take(kept) {
    this.#salt = kept?.salt ?? "";
    this.fetchedAt = kept?.at ?? 0;
    this.#tickets = new Map((kept?.tickets ?? []).map((ticket) => [ticket[0], ticket]));
  }

  #key(name) {
    return `marquee.gate.${name}.${this.#event}`;
  }
}

async function digest(text) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes).subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

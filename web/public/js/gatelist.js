// What a scanner keeps for the time without a network: the event's tickets by the hash of their codes, what was done with
// them since (marks), and the scans that the server has not heard of. All tabs of a browser share them, so a ticket that
// any of them let in is used in all. Nothing here is shown; checkin.js does that.
import { get, now, send } from "./api.js";
import { Kept } from "./gatestore.js";
import { user } from "./session.js";

const MOST_SCANS = 500;
/** What a refusal of the server says of a ticket. */
const PROBLEMS = { void: "ticket_void", suspended: "ticket_suspended", unknown: "unknown_ticket" };
const STATES = { ticket_void: "void", ticket_suspended: "suspended", unknown_ticket: "unknown" };

/** @typedef {{verdict: string, attendee?: string, type?: string, at?: string}} Judged verdicts as the API's codes */

export class GateList {
  #event;
  #user;
  #about;
  #list;
  #marks;
  #scans;
  #tickets = new Map();
  #readAt = 0;
  #fetching = null;
  #heard = false;

  /** @param {string} event id @param {string} user id of who scans */
  constructor(event, user) {
    this.#event = event;
    this.#user = user;
    this.#about = new Kept("about", user, event, null);
    this.#list = new Kept("list", user, event, []);
    this.#marks = new Kept("marks", user, event, {});
    this.#scans = new Kept("scans", user, event, []);
  }

  /** When the list was fetched (ms), 0 if there is none. */
  get fetchedAt() {
    return this.#about.value?.at ?? 0;
  }

  /** Whether a reload of the page will find list and scans. */
  get isSafe() {
    return this.#list.isSafe && this.#about.isSafe && this.#scans.isSafe;
  }

  /** Tickets that are not void. */
  get size() {
    return [...this.#known().values()].filter(([, , , , state]) => state !== "void").length;
  }

  /** How many tickets are used as far as the server has told. */
  get usedCount() {
    const marks = this.#marks.value;
    return [...this.#known().values()].filter((ticket) => usedAt(ticket, marks[ticket[1]])).length;
  }

  /** Scans that the server has not heard of, oldest first: {code, at, ticket, device, attendee, type}. */
  get waiting() {
    return this.#scans.value;
  }

  /** The server's time in ms, as far as it ever told this browser. */
  now() {
    return this.#heard ? now() : Date.now() + (this.#about.value?.skew ?? 0);
  }

  /** Get the whole list anew; whoever asks meanwhile waits for the same. Raises Problem. */
  fetch(event) {
    this.#fetching ??= this.#fetch(event).finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  async #fetch({ id, slug, name, timezone }) {
    const at = Date.now();
    const found = [];
    let salt = "";
    for (let cursor = ""; cursor !== null; ) {
      const page = await get(`/events/${this.#event}/check-ins/offline?limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      salt = page.salt;
      cursor = page.next_cursor;
      for (const one of page.items) found.push([one.hash, one.ticket, one.attendee, one.ticket_type, one.state, one.checked_in_at, moment(one.recorded_at)]);
    }
    this.#heard = true;
    if (!this.#isOurs()) return;
    this.#list.value = found;
    const about = { salt, at, skew: now() - Date.now(), event: { id, slug, name, timezone } };
    if (!this.#list.isSafe) {
      this.#about.hold(about); // other tabs have lists of their own then, for which they need all marks
      return;
    }
    this.#about.value = about;
    this.#marks.value = Object.fromEntries(Object.entries(this.#marks.value).filter(([, mark]) => mark.at >= at));
  }

  /** Forget everything that this browser keeps of the event's visitors. */
  forget() {
    for (const kept of [this.#about, this.#list, this.#marks, this.#scans]) kept.remove();
  }

  /** Mark tickets as the server tells of them: {ticket, checked_in_at, recorded_at}. What is older than known is left. */
  hear(news) {
    if (!this.#isOurs()) return;
    const marks = { ...this.#marks.value };
    for (const one of news) {
      const recorded = moment(one.recorded_at);
      if (recorded > (marks[one.ticket]?.recorded ?? 0)) marks[one.ticket] = { ...marks[one.ticket], used: one.checked_in_at, recorded, at: Date.now() };
    }
    this.#marks.value = marks;
  }

  /** The server let somebody in with a code. */
  async hearAdmitted(code, checkIn) {
    this.#mark(checkIn.ticket, { ...(await this.#unlisted(code, checkIn)), state: "valid" });
    this.hear([checkIn]);
  }

  /** The server says who was let in with a code before. */
  async hearUsed(code, checkIn) {
    this.#mark(checkIn.ticket, await this.#unlisted(code, checkIn));
    this.hear([checkIn]);
  }

  /** The server refused a code for what its ticket is. @param {string} problem its code */
  async hearRefused(code, problem, about = {}) {
    const state = STATES[problem];
    const ticket = about.ticket ?? (await this.#find(code))?.[1];
    if (state && ticket) this.#mark(ticket, { ...(about.ticket && (await this.#unlisted(code, about))), state });
  }

  /** A check-in was taken back on the server. */
  undo(checkIn) {
    this.#mark(checkIn.ticket, { used: null, recorded: moment(checkIn.recorded_at) });
  }

  /** Judge a code by the list, and keep the scan when somebody is let in. @returns {Promise<Judged>} */
  async admit(code, at, device) {
    const ticket = await this.#find(code);
    const judged = ticket ? this.#judge(ticket) : { verdict: "unknown_ticket" };
    if (judged.verdict !== "admitted" || !this.#isOurs()) return judged;
    const { attendee, type } = judged;
    this.#scans.value = [...this.#scans.value, { code, at, ticket: ticket[1], device, attendee, type }];
    return { ...judged, at };
  }

  /** A scan that waits was a mistake: the ticket can be used again. */
  takeBack(ticket) {
    this.#scans.value = this.#scans.value.filter((scan) => scan.ticket !== ticket);
  }

  /** Tell the server of scans that wait, of one device name at a time. @returns {Promise<object[]>} Raises Problem. */
  async reconcile() {
    const device = this.#scans.value[0]?.device;
    const scans = this.#scans.value.filter((scan) => scan.device === device).slice(0, MOST_SCANS);
    if (!scans.length) return [];
    const body = { device, scans: scans.map(({ code, at }) => ({ code, at })) };
    const { results } = await send("POST", `/events/${this.#event}/check-ins/reconcile`, body);
    const told = new Set(scans.map((scan) => scan.code + scan.at));
    for (const [place, result] of results.entries()) await this.#settle(result, scans[place]);
    this.#scans.value = this.#scans.value.filter((scan) => !told.has(scan.code + scan.at));
    return results.map((result, place) => ({ ...result, attendee: scans[place].attendee, at: scans[place].at }));
  }

  async #settle(result, scan) {
    if (result.check_in) this.hear([result.check_in]);
    else await this.hearRefused(scan.code, PROBLEMS[result.outcome], result);
  }

  #mark(ticket, what) {
    if (!this.#isOurs()) return;
    const marks = this.#marks.value;
    this.#marks.value = { ...marks, [ticket]: { ...marks[ticket], ...what, at: Date.now() } };
  }

  /** Whether the person who scanned is still the one who is signed in: what comes in later is not kept. */
  #isOurs() {
    return user()?.id === this.#user;
  }

  /** What the server would say, in its order: used, then void or disputed. */
  #judge(ticket) {
    const [, name, attendee, type, state] = ticket;
    const mark = this.#marks.value[name];
    const stands = mark?.state && mark.at >= this.fetchedAt ? mark.state : state;
    if (stands === "unknown") return { verdict: "unknown_ticket" };
    const scan = this.#scans.value.find((one) => one.ticket === name);
    const at = usedAt(ticket, mark) ?? scan?.at;
    if (at) return { verdict: "already_checked_in", attendee: attendee || scan?.attendee, type, at };
    if (stands !== "valid") return { verdict: `ticket_${stands}`, attendee, type };
    return { verdict: "admitted", attendee, type };
  }

  /** The ticket of a code: of the list, or one that was met since. A code that another one has replaced has none. */
  async #find(code) {
    const hash = await this.#hash(code);
    if (!hash) return undefined;
    const listed = this.#known().get(hash);
    const mark = listed && this.#marks.value[listed[1]];
    if (listed) return mark?.hash && mark.hash !== hash && mark.at >= this.fetchedAt ? undefined : listed;
    const [ticket, met] = Object.entries(this.#marks.value).find(([, one]) => one.hash === hash) ?? [];
    return met && [hash, ticket, met.attendee, met.type, "valid", null, 0];
  }

  /** What a mark needs of a code that the list does not have; what was said of the one before is not of this one. */
  async #unlisted(code, { attendee, ticket_type: type }) {
    const hash = await this.#hash(code);
    return !hash || this.#known().has(hash) ? {} : { hash, attendee, type, state: undefined };
  }

  /** The list by hashes, read anew when another tab fetched it. */
  #known() {
    const at = this.fetchedAt;
    if (at !== this.#readAt) {
      this.#tickets = new Map(this.#list.value.map((ticket) => [ticket[0], ticket]));
      this.#readAt = at;
    }
    return this.#tickets;
  }

  /** Null on a page that is not safe (http), where browsers have no hashes. */
  async #hash(code) {
    if (!globalThis.crypto?.subtle) return null;
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode((this.#about.value?.salt ?? "") + code));
    return Array.from(new Uint8Array(bytes).subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

/** When its holder came in, by the list or by what was heard since. */
function usedAt([, , , , , at, recorded], mark) {
  return mark?.recorded >= recorded ? mark.used : at;
}

/** @returns {number} Unix milliseconds, 0 for null */
function moment(text) {
  return text ? Date.parse(text) : 0;
}

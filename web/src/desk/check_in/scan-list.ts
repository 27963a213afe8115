// What a scanner keeps for the time without a network: the event's tickets by the hash of their codes, what was done with
// them since (marks), and the scans that the server has not heard of. All tabs of a browser share them, so a ticket that
// any of them let in is used in all. Nothing here is shown; check-in.ts does that.
import { now } from "../../api/client.ts";
import { user } from "../../api/session.ts";
import { Kept } from "./storage.ts";

/** What a refusal of the server says of a ticket. */
const STATES = { ticket_void: "void", ticket_suspended: "suspended" };

/** @typedef {{verdict: string, attendee?: string, type?: string, at?: string}} Judged verdicts as the API's codes */

export class GateList {
  #user;
  #about;
  #list;
  #marks;
  #scans;
  #tickets = new Map();
  #met = new Map(); // codes of tickets that are not of the list
  #readAt = 0;
  #fetching = null;
  #forgotten;
  #heard = false;

  /** @param {string} event id @param {string} user id of who scans */
  constructor(event, user) {
    this.event = event;
    this.#user = user;
    this.#about = new Kept("about", user, event, null);
    this.#list = new Kept("list", user, event, []);
    this.#forgotten = new Kept("forgotten", user, event, null);
    const spare = [this.#list, this.#about];
    this.#marks = new Kept("marks", user, event, {}, spare);
    this.#scans = new Kept("scans", user, event, [], spare);
  }

  /** When the list was fetched (ms), 0 if there is none. */
  get fetchedAt() {
    return this.#about.value?.at ?? 0;
  }

  /** Whether a reload of the page will find the list, and what was done since. */
  get isSafe() {
    return [this.#list, this.#about, this.#marks, this.#scans].every((kept) => kept.isSafe);
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

  /** Who was let in without the server having heard of it, oldest first: {code, at, ticket, device, attendee, type}. */
  get waiting() {
    return this.#scans.value.filter((scan) => !scan.isBack);
  }

  /** All that the server has to hear: those who wait, and scans that were taken back ({..., isBack: true}). */
  get unsent() {
    return this.#scans.value;
  }

  /** Whether somebody removed the list, in any tab, and nobody has opened the page since. */
  get isForgotten() {
    return Boolean(this.#forgotten.value);
  }

  /** The server's time in ms, as far as it ever told this browser. */
  now() {
    return this.#heard ? now() : Date.now() + (this.#about.value?.skew ?? 0);
  }

  /** The page was opened: it may have a list again. */
  open() {
    this.#forgotten.remove();
  }

  /** Get the whole list anew, unless it was forgotten; whoever asks meanwhile waits for the same. Raises Problem. */
  async fetch(event) {
    if (this.isForgotten) return;
    this.#fetching ??= this.#fetch(event).finally(() => {
      this.#fetching = null;
    });
    await this.#fetching;
  }

  async #fetch({ id, slug, name, timezone }) {
    const at = Date.now();
    const { readList } = await import("./fetch-list.ts");
    const { salt, found } = await readList(this.event);
    this.#heard = true;
    if (!this.#isOurs() || this.isForgotten || this.fetchedAt > at) return; // another tab may have dropped marks for a newer one
    const hashes = {};
    if (salt !== this.#about.value?.salt)
      for (const [ticket, code] of this.#met) hashes[ticket] = await this.#hash(code, salt);
    this.#store(found, { salt, at, skew: now() - Date.now(), event: { id, slug, name, timezone } }, hashes);
  }

  #store(found, about, hashes) {
    if (about.salt !== this.#about.value?.salt) this.#marks.change((marks) => withHashes(marks, hashes));
    this.#list.change(() => found);
    this.#about.change(() => about);
    if (this.#list.isSafe && this.#about.isSafe) {
      this.#marks.change((marks) =>
        Object.fromEntries(Object.entries(marks).filter(([, mark]) => mark.at >= about.at)),
      );
      return;
    }
    this.#list.hold(found); // other tabs have lists of their own then, for which they need all marks
    this.#about.hold(about);
  }

  /** Forget everything that this browser keeps of the event's visitors, and what is on its way. */
  forget() {
    for (const kept of [this.#about, this.#list, this.#marks, this.#scans]) kept.remove();
    this.#forgotten.change(() => true);
  }

  /** Mark tickets as the server tells of them: {ticket, checked_in_at, recorded_at}. What is older than known is left. */
  hear(news) {
    if (!this.#isOurs()) return;
    const at = Date.now();
    this.#marks.change((before) => {
      const marks = { ...before };
      for (const one of news) {
        const recorded = moment(one.recorded_at);
        if (recorded > (marks[one.ticket]?.recorded ?? 0))
          marks[one.ticket] = { ...marks[one.ticket], used: one.checked_in_at, recorded, at };
      }
      return marks;
    });
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
    const [hash, listed] = (!about.ticket && (await this.#find(code))) || [];
    const ticket = about.ticket ?? listed;
    if (state && ticket) this.#mark(ticket, { ...(about.ticket && (await this.#unlisted(code, about))), state });
    else if (listed && problem === "unknown_ticket") this.#mark(listed, { gone: hash }); // the code, not its ticket
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
    this.#scans.change((scans) => [...scans, { code, at, ticket: ticket[1], device, attendee, type }]);
    return { ...judged, at };
  }

  /** A scan that waits was a mistake: the ticket can be used again. The server may have heard of it. */
  takeBack(ticket) {
    this.#scans.change((scans) => scans.map((scan) => (scan.ticket === ticket ? { ...scan, isBack: true } : scan)));
  }

  /** Keep scans of somebody else. @returns {boolean} whether a reload of the page will find them */
  adopt(scans) {
    this.#scans.change((mine) => [...scans, ...mine]);
    return this.#scans.isSafe;
  }

  /** The server has heard of scans; what was taken back since stays. */
  drop(scans) {
    const told = new Set(scans.map(nameOf));
    this.#scans.change((left) => left.filter((scan) => !told.has(nameOf(scan))));
  }

  #mark(ticket, what) {
    if (!this.#isOurs()) return;
    const at = Date.now();
    const since = "state" in what && { since: at }; // when it was said of what kind the ticket is
    this.#marks.change((marks) => ({ ...marks, [ticket]: { ...marks[ticket], ...what, ...since, at } }));
  }

  /** Whether the person who scanned is still the one who is signed in: what comes in later is not kept. */
  #isOurs() {
    return user()?.id === this.#user;
  }

  /** What the server would say, in its order: used, then void or disputed. */
  #judge(ticket) {
    const [hash, name, attendee, type, state] = ticket;
    const mark = this.#marks.value[name];
    if (mark?.gone === hash) return { verdict: "unknown_ticket" };
    const stands = mark?.state && mark.since >= this.fetchedAt ? mark.state : state;
    const scan = this.waiting.find((one) => one.ticket === name);
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
    if (listed) return mark?.hash && mark.hash !== hash && mark.since >= this.fetchedAt ? undefined : listed;
    const [ticket, met] = Object.entries(this.#marks.value).find(([, one]) => one.hash === hash) ?? [];
    return met && [hash, ticket, met.attendee, met.type, "valid", null, 0];
  }

  /** What a mark needs of a code that the list does not have; what was said of the one before is not of this one. */
  async #unlisted(code, { ticket, attendee, ticket_type: type }) {
    const hash = await this.#hash(code);
    if (!hash || this.#known().has(hash)) return {};
    this.#met.set(ticket, code);
    return { hash, attendee, type, state: undefined };
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
  async #hash(code, salt = this.#about.value?.salt ?? "") {
    if (!globalThis.crypto?.subtle) return null;
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(salt + code));
    return Array.from(new Uint8Array(bytes).subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

/** Marks with hashes of another salt; those of codes that this tab does not know have none. */
function withHashes(marks, hashes) {
  return Object.fromEntries(
    Object.entries(marks).map(([ticket, mark]) => [ticket, mark.hash ? { ...mark, hash: hashes[ticket] } : mark]),
  );
}

function nameOf({ code, at, isBack }) {
  return [code, at, isBack].join();
}

/** When its holder came in, by the list or by what was heard since. */
function usedAt([, , , , , at, recorded], mark) {
  return mark?.recorded >= recorded ? mark.used : at;
}

/** @returns {number} Unix milliseconds, 0 for null */
function moment(text) {
  return text ? Date.parse(text) : 0;
}

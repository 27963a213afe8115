// What a scanner keeps for the time without a network: the event's tickets by the hash of their codes, what was done with
// them since (marks), and the scans that were not sent. All tabs of a browser share them, so a ticket that any of them let
// in is used in all. Nothing here is shown; check-in.ts does that.
import { now, type Schemas } from "../../api/client.ts";
import { user } from "../../api/session.ts";
import type {
  AboutList,
  HeardCheckIn,
  Holder,
  Judged,
  KeptEvent,
  ListedTicket,
  Mark,
  Marks,
  Scan,
  TicketState,
} from "./list-types.ts";
import { Kept } from "./storage.ts";

/** What a refusal of the server says of a ticket. */
const STATES: Record<string, TicketState> = { ticket_void: "void", ticket_suspended: "suspended" };

export class GateList {
  readonly event: string;
  #user: string;
  #about: Kept<AboutList | null>;
  #list: Kept<ListedTicket[]>;
  #marks: Kept<Marks>;
  #scans: Kept<Scan[]>;
  #tickets = new Map<string, ListedTicket>();
  #met = new Map<string, string>(); // codes of tickets that are not on the list, by ticket
  #readAt = 0;
  #fetching: Promise<void> | null = null;
  #forgotten: Kept<boolean | null>;
  #heard = false;

  /** The list of an event (its id) for who scans (their id). */
  constructor(event: string, user: string) {
    this.event = event;
    this.#user = user;
    this.#about = new Kept<AboutList | null>("about", user, event, null);
    this.#list = new Kept<ListedTicket[]>("list", user, event, []);
    this.#forgotten = new Kept<boolean | null>("forgotten", user, event, null);
    const spare = [this.#list, this.#about];
    this.#marks = new Kept<Marks>("marks", user, event, {}, spare);
    this.#scans = new Kept<Scan[]>("scans", user, event, [], spare);
  }

  /** When the list was fetched (ms), 0 if there is none. */
  get fetchedAt(): number {
    return this.#about.value?.at ?? 0;
  }

  /** Whether a reload of the page will find the list, and what was done since. */
  get isSafe(): boolean {
    return [this.#list, this.#about, this.#marks, this.#scans].every((kept) => kept.isSafe);
  }

  /** Tickets that are not void. */
  get size(): number {
    return [...this.#known().values()].filter(([, , , , state]) => state !== "void").length;
  }

  /** How many tickets are used as far as this browser knows from the server. */
  get usedCount(): number {
    const marks = this.#marks.value;
    return [...this.#known().values()].filter((ticket) => usedAt(ticket, marks[ticket[1]])).length;
  }

  /** The scans that let somebody in and were not sent, oldest first. */
  get waiting(): Scan[] {
    return this.#scans.value.filter((scan) => !scan.isBack);
  }

  /** All scans that have to be sent: those that wait, and those that were taken back. */
  get unsent(): Scan[] {
    return this.#scans.value;
  }

  /** Whether somebody removed the list, in any tab, and nobody has opened the page since. */
  get isForgotten(): boolean {
    return Boolean(this.#forgotten.value);
  }

  /** Returns the server's time in ms, as far as this browser ever learned it. */
  now(): number {
    return this.#heard ? now() : Date.now() + (this.#about.value?.skew ?? 0);
  }

  /** The page was opened: it may have a list again. */
  open(): void {
    this.#forgotten.remove();
  }

  /** Fetches the whole list, unless it was forgotten; calls meanwhile wait for the same. Raises Problem. */
  async fetch(event: KeptEvent): Promise<void> {
    if (this.isForgotten) return;
    this.#fetching ??= this.#fetch(event).finally(() => {
      this.#fetching = null;
    });
    await this.#fetching;
  }

  async #fetch({ id, slug, name, timezone }: KeptEvent): Promise<void> {
    const at = Date.now();
    const { readList } = await import("./fetch-list.ts");
    const { salt, found } = await readList(this.event);
    this.#heard = true;
    if (!this.#isOurs() || this.isForgotten || this.fetchedAt > at) return; // another tab may have dropped marks for a newer one
    const hashes: Record<string, string | undefined> = {};
    if (salt !== this.#about.value?.salt) {
      for (const [ticket, code] of this.#met) hashes[ticket] = (await this.#hash(code, salt)) ?? undefined;
    }
    this.#store(
      found,
      {
        salt,
        at,
        skew: now() - Date.now(),
        event: { id, slug: slug ?? null, name, ...(timezone ? { timezone } : {}) },
      },
      hashes,
    );
  }

  #store(found: ListedTicket[], about: AboutList, hashes: Record<string, string | undefined>): void {
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

  /** Removes everything that this browser keeps of the event's visitors, and what is on its way. */
  forget(): void {
    for (const kept of [this.#about, this.#list, this.#marks, this.#scans]) kept.remove();
    this.#forgotten.change(() => true);
  }

  /** Marks tickets as the server says. What is older than known is left out. */
  hear(news: HeardCheckIn[]): void {
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
  async hearAdmitted(code: string, checkIn: Schemas["CheckIn"]): Promise<void> {
    this.#mark(checkIn.ticket, { ...(await this.#unlisted(code, checkIn)), state: "valid" });
    this.hear([checkIn]);
  }

  /** The server says who was let in with a code before. */
  async hearUsed(code: string, checkIn: Schemas["CheckIn"]): Promise<void> {
    this.#mark(checkIn.ticket, await this.#unlisted(code, checkIn));
    this.hear([checkIn]);
  }

  /** The server refused a code; `problem` is its code, `about` who has the ticket, when it says so. */
  async hearRefused(code: string, problem: string | undefined, about: Partial<Holder> = {}): Promise<void> {
    const state = STATES[problem ?? ""];
    const [hash, listed] = (!about.ticket && (await this.#find(code))) || [];
    const ticket = about.ticket ?? listed;
    const holder = about.ticket && { attendee: "", ticket_type: "", ...about, ticket: about.ticket };
    if (state && ticket) this.#mark(ticket, { ...(holder && (await this.#unlisted(code, holder))), state });
    else if (hash && listed && problem === "unknown_ticket") this.#mark(listed, { gone: hash }); // the code, not its ticket
  }

  /** A check-in was taken back on the server. */
  undo(checkIn: HeardCheckIn): void {
    this.#mark(checkIn.ticket, { used: null, recorded: moment(checkIn.recorded_at) });
  }

  /** Judges a code by the list, and keeps the scan when somebody is let in. */
  async admit(code: string, at: string, device: string): Promise<Judged> {
    const ticket = await this.#find(code);
    if (!ticket) return { verdict: "unknown_ticket" };
    const judged = this.#judge(ticket);
    if (judged.verdict !== "admitted" || !this.#isOurs()) return judged;
    const { attendee = "", type = "" } = judged;
    this.#scans.change((scans) => [...scans, { code, at, ticket: ticket[1], device, attendee, type }]);
    return { ...judged, at };
  }

  /** A scan that waits was a mistake: the ticket can be used again. The server may have heard of it. */
  takeBack(ticket: string): void {
    this.#scans.change((scans) => scans.map((scan) => (scan.ticket === ticket ? { ...scan, isBack: true } : scan)));
  }

  /** Keeps scans of somebody else. Returns whether a reload of the page will find them. */
  adopt(scans: Scan[]): boolean {
    this.#scans.change((mine) => [...scans, ...mine]);
    return this.#scans.isSafe;
  }

  /** Removes scans that were sent; what was taken back since stays. */
  drop(scans: Scan[]): void {
    const sent = new Set(scans.map(nameOf));
    this.#scans.change((left) => left.filter((scan) => !sent.has(nameOf(scan))));
  }

  #mark(ticket: string, what: Partial<Mark>): void {
    if (!this.#isOurs()) return;
    const at = Date.now();
    const since = "state" in what ? { since: at } : {};
    this.#marks.change((marks) => ({ ...marks, [ticket]: { ...marks[ticket], ...what, ...since, at } }));
  }

  /** Whether the person who scanned is still the one who is signed in: what comes in later is not kept. */
  #isOurs(): boolean {
    return user()?.id === this.#user;
  }

  /** What the server would say, in its order: used, then void or disputed. */
  #judge(ticket: ListedTicket): Judged {
    const [hash, name, attendee, type, state] = ticket;
    const mark = this.#marks.value[name];
    if (mark?.gone === hash) return { verdict: "unknown_ticket" };
    const stands = mark?.state && (mark.since ?? 0) >= this.fetchedAt ? mark.state : state;
    const scan = this.waiting.find((one) => one.ticket === name);
    const at = usedAt(ticket, mark) ?? scan?.at;
    if (at) return { verdict: "already_checked_in", attendee: attendee || scan?.attendee || "", type, at };
    if (stands !== "valid") return { verdict: `ticket_${stands}`, attendee, type };
    return { verdict: "admitted", attendee, type };
  }

  /** Returns the ticket of a code: of the list, or one that was met since. A code that another has replaced has none. */
  async #find(code: string): Promise<ListedTicket | undefined> {
    const hash = await this.#hash(code);
    if (!hash) return undefined;
    const listed = this.#known().get(hash);
    const mark = listed && this.#marks.value[listed[1]];
    if (listed) return mark?.hash && mark.hash !== hash && (mark.since ?? 0) >= this.fetchedAt ? undefined : listed;
    const [ticket, met] = Object.entries(this.#marks.value).find(([, one]) => one.hash === hash) ?? [];
    return ticket && met ? [hash, ticket, met.attendee ?? "", met.type ?? "", "valid", null, 0] : undefined;
  }

  /** Returns what a mark needs of a code that the list does not have. The state of the code before is not this one's. */
  async #unlisted(code: string, { ticket, attendee, ticket_type: type }: Holder): Promise<Partial<Mark>> {
    const hash = await this.#hash(code);
    if (!hash || this.#known().has(hash)) return {};
    this.#met.set(ticket, code);
    return { hash, attendee, type, state: undefined };
  }

  /** Returns the list by hashes, read anew when another tab fetched it. */
  #known(): Map<string, ListedTicket> {
    const at = this.fetchedAt;
    if (at !== this.#readAt) {
      this.#tickets = new Map(this.#list.value.map((ticket) => [ticket[0], ticket]));
      this.#readAt = at;
    }
    return this.#tickets;
  }

  /** Returns the hash of a code; null on a page that is not safe (http), where browsers have no hashes. */
  async #hash(code: string, salt = this.#about.value?.salt ?? ""): Promise<string | null> {
    if (!globalThis.crypto?.subtle) return null;
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(salt + code));
    return Array.from(new Uint8Array(bytes).subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

/** Returns marks with hashes of another salt; those of codes that this tab does not know have none. */
function withHashes(marks: Marks, hashes: Record<string, string | undefined>): Marks {
  return Object.fromEntries(
    Object.entries(marks).map(([ticket, mark]) => [ticket, mark.hash ? { ...mark, hash: hashes[ticket] } : mark]),
  );
}

function nameOf({ code, at, isBack }: Scan): string {
  return [code, at, isBack].join();
}

/** Returns when its holder came in, by the list or by what was heard since. */
function usedAt([, , , , , at, recorded]: ListedTicket, mark: Mark | undefined): string | null {
  return mark?.recorded !== undefined && mark.recorded >= recorded ? (mark.used ?? null) : at;
}

/** Returns Unix milliseconds, 0 for null. */
function moment(text: string | null): number {
  return text ? Date.parse(text) : 0;
}

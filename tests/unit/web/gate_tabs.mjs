// Tabs of the check-in page without a browser, over one localStorage that may be full: runs a scenario, prints the result.
// Usage: node gate_tabs.mjs <URL of web/src> <scenario>
const [folder, scenario] = process.argv.slice(2);
const AT = "2026-11-30T10:00:00Z";
const LATER = "2026-11-30T10:05:00Z";
const local = new Map();
const session = new Map();
let room = Infinity; // the number of characters that fit into localStorage
let clock = 1_000;
let requests = []; // requests that wait for an answer

function storage(values) {
  const size = (but) => [...values].reduce((sum, [name, value]) => sum + (name === but ? 0 : name.length + value.length), 0);
  const methods = {
    getItem: (name) => values.get(name) ?? null,
    setItem(name, value) {
      if (size(name) + name.length + value.length > room) throw new Error("QuotaExceededError");
      values.set(name, value);
    },
    removeItem: (name) => values.delete(name),
  };
  const shape = { ownKeys: () => [...values.keys()], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) };
  return new Proxy(methods, shape);
}

function put(name, value) {
  local.set(name, JSON.stringify(value));
}

function stored(name) {
  return JSON.parse(local.get(name) ?? "null");
}

function signIn(user) {
  put("marquee.session", { user: { id: user }, refresh_token: "r" });
  session.set("marquee.access", JSON.stringify({ token: "t", until: 1e18, user }));
}

globalThis.window = { addEventListener() {}, localStorage: storage(local), sessionStorage: storage(session) };
globalThis.localStorage = window.localStorage;
globalThis.location = { origin: "https://m.example", pathname: "/" };
Date.now = () => clock++;
globalThis.fetch = (url, { method = "GET", body } = {}) =>
  new Promise((done, fail) => {
    const answer = (told, status = 200) => done(new Response(status === 204 ? null : JSON.stringify(told), { status }));
    requests.push({ url, method, body: body && JSON.parse(body), answer, lose: () => fail(new TypeError("no network")) });
  });
signIn("U");

const { GateList } = await import(`${folder}/desk/check_in/scan-list.ts`);

/** Waits for a request and returns the oldest one. */
async function request() {
  while (!requests.length) await new Promise((done) => setTimeout(done, 1));
  return requests.shift();
}

async function hash(code) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`S${code}`));
  return Buffer.from(bytes).subarray(0, 16).toString("hex");
}

/** Returns the server's list. @param {Record<string, string | null>} used by code: when it was checked in */
async function listing(used) {
  const rows = Object.entries(used).map(async ([code, at]) => ({ hash: await hash(code), ticket: `T-${code}`, attendee: "Ann", ticket_type: "Day", state: "valid", checked_in_at: at, recorded_at: at }));
  return { salt: "S", next_cursor: null, items: await Promise.all(rows) };
}

function checkIn(code, at = AT) {
  return { ticket: `T-${code}`, attendee: "Ann", ticket_type: "Day", checked_in_at: at, recorded_at: at };
}

/** Returns a tab that has fetched a list of these codes. */
async function opened(codes) {
  const tab = new GateList("E", "U");
  const done = tab.fetch({ id: "E" });
  (await request()).answer(await listing(Object.fromEntries(codes.map((code) => [code, null]))));
  await done;
  return tab;
}

function taken() {
  return [...local].reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}

async function verdict(tab, code) {
  return (await tab.admit(code, LATER, "north")).verdict;
}

const CODES = ["A", "B", "C", "D", "E"];
const SCENARIOS = {
  /** Scans fill the storage: other events' lists are removed, then the own one; scans that do not fit stay in the tab. */
  async scans_fill_the_storage() {
    put("marquee.gate.list.U.F", ["x".repeat(200)]);
    put("marquee.gate.scans.U.F", [{ code: "of another event" }]);
    const tab = await opened(CODES);
    room = taken() + 150;
    const verdicts = [];
    for (const code of CODES) verdicts.push(await verdict(tab, code));
    const again = new GateList("E", "U");
    const kept = again.waiting.map((scan) => scan.code);
    return { verdicts, kept, safe: tab.isSafe, other: stored("marquee.gate.scans.U.F").length, list: stored("marquee.gate.list.U.F") };
  },
  async nothing_more_can_be_stored() {
    const tab = await opened(CODES);
    await verdict(tab, "A");
    room = 0;
    const verdicts = [await verdict(tab, "B"), await verdict(tab, "B"), await verdict(tab, "A")];
    const kept = stored("marquee.gate.scans.U.E").map((scan) => scan.code);
    const [waits, safe] = [tab.waiting.map((scan) => scan.code), tab.isSafe];
    room = Infinity;
    await verdict(tab, "C");
    return { verdicts, kept, waits, safe, written: stored("marquee.gate.scans.U.E").map((scan) => scan.code) };
  },
  async marks_fill_the_storage() {
    const tab = await opened(CODES);
    await tab.hearAdmitted("A", checkIn("A"));
    room = 0;
    await tab.hearAdmitted("B", checkIn("B"));
    const kept = Object.keys(stored("marquee.gate.marks.U.E"));
    return { kept, safe: tab.isSafe, verdicts: [await verdict(tab, "A"), await verdict(tab, "B")] };
  },
  /** A list that was requested before a ticket was used, and arrives after another tab's list. */
  async older_list_comes_last() {
    const [slow, quick] = [new GateList("E", "U"), new GateList("E", "U")];
    const slowly = slow.fetch({ id: "E" });
    const first = await request();
    const older = await listing({ A: null });
    await quick.hearAdmitted("A", checkIn("A"));
    const quickly = quick.fetch({ id: "E" });
    (await request()).answer(await listing({ A: AT }));
    await quickly;
    first.answer(older);
    await slowly;
    return [await verdict(slow, "A"), await verdict(quick, "A")];
  },
  /** Codes are hashed without a salt until the first list has arrived. */
  async scans_while_the_first_list_loads() {
    const tab = new GateList("E", "U");
    const done = tab.fetch({ id: "E" });
    const first = await request();
    await tab.hearAdmitted("A", checkIn("A"));
    await tab.hearAdmitted("New", checkIn("New"));
    first.answer(await listing({ A: null, B: null }));
    await done;
    const again = new GateList("E", "U");
    return [await verdict(tab, "A"), await verdict(again, "A"), await verdict(again, "New"), await verdict(tab, "B")];
  },
  /** A scan is undone after it was sent and before its answer arrives. */
  async taken_back_while_it_is_sent() {
    const { sendScans } = await import(`${folder}/desk/check_in/send-scans.ts`);
    const tab = await opened(["A"]);
    await verdict(tab, "A");
    const admitted = { results: [{ outcome: "admitted", ticket: "T-A", check_in: checkIn("A") }] };
    const sending = sendScans(tab);
    const first = await request();
    tab.takeBack("T-A");
    first.answer(admitted);
    await sending;
    const waits = [tab.waiting.length, tab.unsent.length];
    const again = sendScans(tab);
    (await request()).answer(admitted);
    const undone = await request();
    undone.answer(null, 204);
    await again;
    return { waits, undone: [undone.method, undone.url], unsent: tab.unsent.length, verdict: await verdict(tab, "A") };
  },
  async forgotten_while_the_list_loads() {
    const [tab, other] = [await opened(["A"]), new GateList("E", "U")];
    const loading = other.fetch({ id: "E" });
    const asked = await request();
    tab.forget();
    asked.answer(await listing({ A: null }));
    await loading;
    await tab.fetch({ id: "E" });
    const found = [stored("marquee.gate.list.U.E"), tab.fetchedAt, other.fetchedAt, requests.length];
    const later = new GateList("E", "U");
    later.open();
    const opening = later.fetch({ id: "E" });
    (await request()).answer(await listing({ A: null }));
    await opening;
    return [...found, later.size];
  },
  async words_of_outcomes() {
    const { wordsOf } = await import(`${folder}/desk/check_in/send-later.ts`);
    const { sendScans } = await import(`${folder}/desk/check_in/send-scans.ts`);
    const tab = await opened(["A"]);
    await verdict(tab, "A");
    const sending = sendScans(tab);
    (await request()).answer({ results: [{ outcome: "too_many_check_ins", ticket: "T-A", attendee: "Ann" }] });
    const [result] = await sending;
    return [wordsOf(result, String), await verdict(tab, "A"), wordsOf({ outcome: "void", attendee: "Ann" }, String)];
  },
  /** The release before stored scans and lists without their user. */
  async earlier_release_left_scans() {
    const { adoptEarlier, forgetOthers } = await import(`${folder}/desk/check_in/keep-page.ts`);
    for (const event of ["E", "F"]) put(`marquee.gate.list.${event}`, { tickets: [["h", "T-A", "Ann"]] });
    put("marquee.gate.scans.E", [{ code: "ORDER-1-MAC", at: AT }]);
    put("marquee.gate.scans.F", [{ code: "ORDER-2-MAC", at: AT }]);
    const tab = new GateList("E", "U");
    room = 0;
    adoptEarlier(tab, "north");
    const full = Object.keys(stored("marquee.gate.scans.E") ?? []).length;
    room = Infinity;
    const again = new GateList("E", "U");
    adoptEarlier(again, "north");
    forgetOthers("U");
    return { full, waiting: again.waiting, keys: [...local.keys()].filter((key) => key.startsWith("marquee.gate")).sort() };
  },
  /** Two users scanned in this browser. The first sign-out keeps the other's data, the second removes the rest. */
  async both_sign_out() {
    const { signOutHere } = await import(`${folder}/account/sign-out.ts`);
    for (const user of ["U", "V"]) put(`marquee.gate.list.${user}.E`, ["row"]);
    put("marquee.gate.list.E", { tickets: [["h", "T-A", "Ann"]] });
    put("marquee.gate.scans.F", [{ code: "ORDER-2-MAC", at: AT }]);
    put("marquee.gate", true);
    const kept = () => [...local.keys()].filter((key) => key.startsWith("marquee.gate")).sort();
    const button = { dataset: {} };
    const leaving = signOutHere(button, "U");
    (await request()).lose();
    await leaving;
    const told = button.textContent;
    await signOutHere(button, "U");
    const left = kept();
    requests = [];
    signIn("V");
    await signOutHere({ dataset: {} }, "V");
    return { told, left, end: kept() };
  },
};

console.log(JSON.stringify(await SCENARIOS[scenario]()));

// The check-in page without a browser: runs its own modules over a test's steps, and prints its verdict on each.
// Usage: node gate_page.mjs <URL of web/src> <file of steps, JSON lines> [forgetful]
import { readFileSync } from "node:fs";

const [folder, steps, control] = process.argv.slice(2);
const stores = new Map();
let device = "";
let answer = null; // the server's answer to the next request; null: it never arrives
let sent = null;
let clock = 1_000;
let asked = null; // resolves when the current tab requests the list

/** localStorage or sessionStorage of the current device, with its owner signed in. */
function storageOf(kind) {
  const key = `${device} ${kind}`;
  if (!stores.has(key)) {
    const session = { user: { id: device }, refresh_token: "r" };
    const access = { token: "t", until: 1e18, user: device };
    stores.set(key, new Map([["marquee.session", JSON.stringify(session)], ["marquee.access", JSON.stringify(access)]]));
  }
  const kept = stores.get(key);
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value), removeItem: (name) => kept.delete(name) };
}

globalThis.window = {
  addEventListener() {},
  get localStorage() {
    return storageOf("local");
  },
  get sessionStorage() {
    return storageOf("session");
  },
};
globalThis.location = { origin: "https://m.example", pathname: "/" };
Date.now = () => clock++;
globalThis.fetch = async (url, { method, body } = {}) => {
  if (method === "GET") return new Promise((come) => asked(come));
  if (body) sent = JSON.parse(body);
  if (answer === null) throw new TypeError("no network");
  if (method === "DELETE") return new Response(null, { status: 204 });
  return new Response(JSON.stringify(answer), { status: 200 });
};

const { GateList } = await import(`${folder}/desk/check_in/scan-list.ts`);
const { sendScans } = await import(`${folder}/desk/check_in/send-scans.ts`);
const { readCode } = await import(`${folder}/desk/check_in/ticket-code.ts`);
const tabs = new Map();
const fetching = new Map(); // by tab: the function that ends its request, given the answer

/** One of the two tabs of a device; a reload creates it again. */
function list(step, anew = false) {
  const key = `${device} ${step.event} ${step.tab}`;
  if (anew || !tabs.has(key)) tabs.set(key, new GateList(step.event, device));
  return tabs.get(key);
}

const WORK = {
  /** The server has made its answer, which arrives later, or never when the tab is reloaded meanwhile. */
  async beginFetch(step, tab) {
    const request = new Promise((told) => (asked = told));
    const done = tab.fetch({ id: step.event });
    const come = await request;
    fetching.set(tab, () => {
      come(new Response(JSON.stringify(step.answer), { status: 200 }));
      return done;
    });
    return null;
  },
  async endFetch(step, tab) {
    await fetching.get(tab)();
    fetching.delete(tab);
    return { size: tab.size, used: tab.usedCount, waits: tab.waiting.length };
  },
  async alone(step, tab) {
    const code = readCode(step.text);
    return code ? tab.admit(code, step.at, step.name) : { verdict: "unknown_ticket" };
  },
  async online(step, tab) {
    const code = readCode(step.text);
    if (!code || control === "forgetful") return null;
    if (step.admitted) await tab.hearAdmitted(code, step.admitted);
    else if (step.problem.check_in) await tab.hearUsed(code, step.problem.check_in);
    else await tab.hearRefused(code, step.problem.code, step.problem);
    return null;
  },
  async hear(step, tab) {
    tab.hear(step.news);
    return null;
  },
  async undo(step, tab) {
    tab.hear([step.check_in]);
    tab.undo(step.check_in);
    return null;
  },
  async takeBack(step, tab) {
    tab.takeBack(step.ticket);
    return null;
  },
  async reload(step) {
    list(step, true);
    return null;
  },
  async reconcile(step, tab) {
    answer = step.answer;
    sent = null;
    const results = await sendScans(tab).catch(() => null);
    return { sent, told: results?.map((one) => one.outcome) ?? null };
  },
};

const told = [];
for (const line of readFileSync(steps, "utf8").split("\n")) {
  if (!line) continue;
  const step = JSON.parse(line);
  device = step.device;
  const result = await WORK[step.do](step, list(step));
  if (result) told.push(JSON.stringify({ number: step.number, ...result }));
}
process.stdout.write(`${told.join("\n")}\n`);

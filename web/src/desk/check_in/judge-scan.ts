// Judges a scan: by the server, or by the list that the browser keeps when the server does not answer. Shows the answer.
// Used by check-in.ts.
import { asProblem, at, type Problem, type Schemas, send } from "../../api/client.ts";
import { el } from "../../ui/elements.ts";
import { verdict } from "./page-parts.ts";
import { firstCheckIn, isAway, ticketIn, within } from "./refusals.ts";
import type { GateList } from "./scan-list.ts";
import { readCode } from "./ticket-code.ts";
import { type About, isKnown, show } from "./words.ts";

/** How the page writes times (RFC 3339 or ms), and where one signs in. */
export interface Saying {
  times: (moment: string | number) => string;
  signIn: () => string;
}

/** What a scan is judged with: the event's id, the list, the device's name. */
export interface Judging extends Saying {
  event: string;
  list: GateList;
  device: string;
}

const say = (what: string, words: About) => show(verdict, what, words);

/** Judges what was scanned or typed. Returns how: `alone` is by the list, because the server did not answer. */
export async function judgeScan(text: string, page: Judging): Promise<"admitted" | "refused" | "alone" | "no code"> {
  const { event, list, device } = page;
  const code = readCode(text);
  if (!code) {
    if (text.trim()) say("no_code", { about: "Check what was typed, or scan the code again." });
    return "no code";
  }
  const scannedAt = new Date(list.now()).toISOString();
  let made: Schemas["CheckIn"];
  try {
    made = await within(send("POST", at("/events/{event}/check-ins", { event }), { code, at: scannedAt, device }));
  } catch (error) {
    const problem = asProblem(error);
    if (isAway(problem)) await judgeAlone(code, scannedAt, page);
    else await takeRefusal(code, problem, page);
    return isAway(problem) ? "alone" : "refused";
  }
  await list.hearAdmitted(code, made);
  say("admitted", { who: made.attendee, about: made.ticket_type });
  return "admitted";
}

async function takeRefusal(code: string, problem: Problem, page: Judging): Promise<void> {
  const { before, holder } = ticketIn(problem);
  if (before) await page.list.hearUsed(code, before);
  else await page.list.hearRefused(code, problem.code, holder);
  sayRefusal(problem, page);
}

/** Shows why the server refused. */
export function sayRefusal(problem: Problem, { times, signIn }: Saying): void {
  const { before, holder } = ticketIn(problem);
  if (problem.status === 401) {
    say("unauthorized", { about: el("a", { href: signIn() }, "Sign in. What this device keeps stays here.") });
    return;
  }
  say(isKnown(problem.code) ? problem.code : "", {
    who: before?.attendee ?? holder.attendee,
    about: before ? firstCheckIn(before, times) : problem.message,
  });
}

/** Judges by the list, without the server. */
async function judgeAlone(code: string, scannedAt: string, { list, device, times }: Judging): Promise<void> {
  const judged = await list.admit(code, scannedAt, device);
  if (judged.verdict === "unknown_ticket") {
    const known = `The list is from ${times(list.fetchedAt)}. Tickets sold since are not on it.`;
    const none = "This device has no list of tickets. Connect to a network, reload this page, and scan again.";
    say("unlisted", { about: list.fetchedAt ? known : none });
    return;
  }
  const isUsed = judged.verdict === "already_checked_in" && judged.at;
  const later = judged.verdict === "admitted" ? ", sent to the server later" : "";
  say(judged.verdict, { who: judged.attendee, about: `${isUsed ? times(isUsed) : judged.type} · no network${later}` });
}

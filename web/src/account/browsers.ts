// The part of the preferences page about browsers that show notifications while Marquee is closed: this one and others.
import { asProblem, Problem, type Schemas } from "../api/client.ts";
import { el } from "../ui/elements.ts";
import { exact } from "../ui/format.ts";
import { browsers, here, possible, remove, switchOff, switchOn } from "./push.ts";

const BLOCKED =
  "This browser blocks notifications from here. Allow them in its settings for this site, then come back.";
const IMPOSSIBLE = "This browser cannot. On an iPhone or iPad it can once Marquee is on the home screen.";

type Browsers = Schemas["PushSubscriptionsRead"];

/** Returns the panel; null where the server pushes to nobody. */
export async function browserPanel(): Promise<HTMLElement | null> {
  try {
    return build(await browsers());
  } catch (error) {
    const problem = asProblem(error);
    return problem.code === "push_off" ? null : build({ public_key: "", items: [] }, problem);
  }
}

/** The elements of the panel, and the browsers that it lists. */
interface Panel {
  spoken: HTMLElement;
  failed: HTMLElement;
  button: HTMLButtonElement;
  others: HTMLUListElement;
  publicKey: string;
  items: Browsers["items"];
  isBusy: boolean;
}

function build(known: Browsers, problem?: Problem): HTMLElement {
  const panel: Panel = {
    spoken: el("p", { role: "status", class: "muted" }),
    failed: el("p", { class: "notice bad", role: "alert", hidden: !problem }, problem?.message),
    button: el("button", { class: "button quiet", type: "button" }),
    others: el("ul", { class: "browsers" }),
    publicKey: known.public_key,
    items: known.items,
    isBusy: false,
  };
  panel.button.addEventListener("click", () => {
    if (isOn(panel)) carryOut(panel, switchOff, "This browser tells you no more.");
    else carryOut(panel, () => switchOn(panel.publicKey), "This browser tells you from now on.");
  });
  render(panel);
  return el(
    "section",
    { class: "browser-panel", "aria-labelledby": "closed" },
    el("h2", { id: "closed", class: "section-title" }, "When Marquee is closed"),
    el(
      "p",
      {},
      "This browser can show you the titles of new notifications even then: those whose “Push” is on above, outside of quiet hours.",
    ),
    panel.failed,
    el("p", {}, panel.button),
    panel.spoken,
    panel.others,
  );
}

/** Whether this browser is on, here and on the server, which forgets what its push service gave up. */
function isOn({ items }: Panel): boolean {
  return items.some(({ id }) => id === here());
}

function render(panel: Panel): void {
  const { button, others, spoken } = panel;
  const blocked = possible && Notification.permission === "denied";
  button.hidden = !possible || blocked || !panel.publicKey;
  button.textContent = isOn(panel) ? "Stop telling me on this browser" : "Tell me on this browser";
  if (!possible || blocked) spoken.textContent = blocked ? BLOCKED : IMPOSSIBLE;
  const rest = panel.items.filter((one) => one.id !== here());
  others.replaceChildren(...rest.map((one) => other(panel, one)));
  others.hidden = rest.length === 0;
}

/** Returns the line of one of the reader's other browsers. */
function other(panel: Panel, one: Schemas["PushSubscriptionRead"]): HTMLElement {
  const since = el("time", { datetime: one.created_at }, exact(one.created_at));
  const name = one.browser === "Other" ? "Another browser" : `${one.browser} elsewhere`;
  const stop = el(
    "button",
    { class: "button plain", type: "button" },
    "Remove",
    el("span", { class: "hidden" }, ` ${name}`),
  );
  stop.addEventListener("click", () => carryOut(panel, () => remove(one.id), `${name} tells you no more.`));
  return el("li", {}, el("span", {}, name, el("span", { class: "muted" }, " since ", since)), stop);
}

/** Does what a button is for, one at a time, and shows the result. `work` answers false when the reader refused. */
async function carryOut(panel: Panel, work: () => Promise<unknown>, done: string): Promise<void> {
  const { button, failed, others, spoken } = panel;
  if (panel.isBusy) return;
  panel.isBusy = true;
  failed.hidden = true;
  spoken.textContent = "";
  try {
    const agreed = await work();
    panel.items = (await browsers()).items;
    spoken.textContent = agreed === false ? "You did not allow it, so nothing has changed." : done;
  } catch (error) {
    const unreached = "This browser could not be reached by its push service. Try again.";
    failed.textContent = error instanceof Problem ? error.message : unreached;
    failed.hidden = false;
  }
  panel.isBusy = false;
  const focused = others.contains(document.activeElement);
  render(panel);
  if (focused) button.focus();
}

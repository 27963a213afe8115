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

function build(known: Browsers, problem?: Problem): HTMLElement {
  const spoken = el("p", { role: "status", class: "muted" });
  const failed = el("p", { class: "notice bad", role: "alert", hidden: !problem }, problem?.message);
  const button = el("button", { class: "button quiet", type: "button" });
  const others = el("ul", { class: "browsers" });
  let items = known.items;
  let busy = false;

  /** Whether this browser is on, here and on the server, which forgets what its push service gave up. */
  const tells = () => items.some(({ id }) => id === here());

  function render(): void {
    const blocked = possible && Notification.permission === "denied";
    button.hidden = !possible || blocked || !known.public_key;
    button.textContent = tells() ? "Stop telling me on this browser" : "Tell me on this browser";
    if (!possible || blocked) spoken.textContent = blocked ? BLOCKED : IMPOSSIBLE;
    const rest = items.filter((one) => one.id !== here());
    others.replaceChildren(...rest.map(other));
    others.hidden = rest.length === 0;
  }

  function other(one: Schemas["PushSubscriptionRead"]): HTMLElement {
    const since = el("time", { datetime: one.created_at }, exact(one.created_at));
    const name = one.browser === "Other" ? "Another browser" : `${one.browser} elsewhere`;
    const stop = el(
      "button",
      { class: "button plain", type: "button" },
      "Remove",
      el("span", { class: "hidden" }, ` ${name}`),
    );
    stop.addEventListener("click", () => carryOut(() => remove(one.id), `${name} tells you no more.`));
    return el("li", {}, el("span", {}, name, el("span", { class: "muted" }, " since ", since)), stop);
  }

  async function carryOut(work: () => Promise<unknown>, done: string): Promise<void> {
    if (busy) return;
    busy = true;
    failed.hidden = true;
    spoken.textContent = "";
    try {
      const agreed = await work();
      items = (await browsers()).items;
      spoken.textContent = agreed === false ? "You did not allow it, so nothing has changed." : done;
    } catch (error) {
      const unreached = "This browser could not be reached by its push service. Try again.";
      failed.textContent = error instanceof Problem ? error.message : unreached;
      failed.hidden = false;
    }
    busy = false;
    const focused = others.contains(document.activeElement);
    render();
    if (focused) button.focus();
  }

  button.addEventListener("click", () => {
    if (tells()) carryOut(switchOff, "This browser tells you no more.");
    else carryOut(() => switchOn(known.public_key), "This browser tells you from now on.");
  });
  render();
  return el(
    "section",
    { class: "browser-panel", "aria-labelledby": "closed" },
    el("h2", { id: "closed", class: "section-title" }, "When Marquee is closed"),
    el(
      "p",
      {},
      "This browser can show you the titles of new notifications even then: those whose “Push” is on above, outside of quiet hours.",
    ),
    failed,
    el("p", {}, button),
    spoken,
    others,
  );
}

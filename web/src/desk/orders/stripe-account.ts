// Who is paid for an event: the platform, or the organiser's own Stripe account, which is connected and disconnected here.
import { asProblem, at, get, Problem, type Schemas, send } from "../../api/client.ts";
import { el } from "../../ui/elements.ts";
import { when } from "../../ui/receipt.ts";
import type { Section } from "./sales-totals.ts";

type Account = Schemas["StripeAccount"];

/** Returns the part of the sales page about who is paid. */
export function stripeAccount(event: Schemas["Event"]): Section {
  const place = at("/events/{event}/stripe-account", { event: event.id });
  const problem = el("div", { class: "notice bad", role: "alert", hidden: true });
  const body = el("div", { role: "status" });
  const ways = el("div", { class: "ways" });
  const element = el(
    "section",
    { "aria-labelledby": "payout" },
    el("h2", { id: "payout", class: "section-title" }, "Who is paid"),
    body,
    problem,
    ways,
  );
  let shown = "";

  async function refresh(): Promise<void> {
    try {
      show(await get(place));
    } catch (error) {
      if (asProblem(error).status === 404) show(null);
      else complain(error);
    }
  }

  function show(account: Account | null): void {
    const stamp = JSON.stringify(account);
    if (stamp === shown) return;
    shown = stamp;
    const [title, text, tone] = standing(account);
    body.replaceChildren(
      el("p", {}, el("span", { class: `label ${tone}` }, title)),
      el("p", { class: "muted" }, text),
      ...(account
        ? [
            el(
              "p",
              { class: "muted" },
              "Account ",
              el("code", {}, account.id),
              ", connected ",
              when(account.connected_at, event.timezone),
            ),
          ]
        : []),
    );
    ways.replaceChildren(...buttons(account));
  }

  function buttons(account: Account | null): HTMLElement[] {
    const connect = (label: string) => {
      const made = el("button", { class: "button", type: "button" }, label);
      made.addEventListener("click", () => open(made));
      return made;
    };
    const disconnect = el("button", { class: "button quiet", type: "button" }, "Disconnect");
    disconnect.addEventListener("click", () => question(disconnect));
    if (!account) return [connect("Connect your Stripe account")];
    const way = account.disconnected_at ? "Connect again" : account.ready ? "" : "Continue at Stripe";
    return [...(way ? [connect(way)] : []), disconnect];
  }

  async function open(button: HTMLButtonElement): Promise<void> {
    button.setAttribute("aria-disabled", "true");
    problem.hidden = true;
    try {
      const { onboarding_url: url } = await send("POST", place);
      if (!/^https?:\/\//.test(url)) throw new Problem(502);
      location.assign(url);
    } catch (error) {
      complain(error);
    }
    button.removeAttribute("aria-disabled");
  }

  function question(button: HTMLButtonElement): void {
    const no = el("button", { class: "button quiet", type: "button" }, "No, keep it");
    const yes = el("button", { class: "button", type: "button" }, "Disconnect the account");
    const box = el(
      "div",
      { class: "notice warn question", role: "group", "aria-label": "Please confirm" },
      el("p", {}, "New orders are then paid to the platform. Orders that are paid keep their account."),
      el("div", { class: "ways" }, yes, no),
    );
    no.addEventListener("click", () => {
      box.replaceWith(ways);
      button.focus();
    });
    yes.addEventListener("click", async () => {
      try {
        await send("DELETE", place, undefined, { match: "*" });
        box.replaceWith(ways);
        await refresh();
        ways.querySelector("button")?.focus();
      } catch (error) {
        complain(error);
      }
    });
    ways.replaceWith(box);
    yes.focus();
  }

  function complain(error: unknown): void {
    problem.textContent = asProblem(error).message;
    problem.hidden = false;
  }

  return { element, refresh };
}

/** Returns the state of the account: its label, what it means, the label's tone. */
function standing(account: Account | null): [title: string, text: string, tone: string] {
  if (!account)
    return [
      "The platform",
      "Buyers pay the platform’s account, which settles with you. Connect your own to be paid directly.",
      "",
    ];
  if (account.disconnected_at)
    return [
      "Disconnected",
      "The account’s owner took the connection back. Nothing can be paid until it is connected again.",
      "bad",
    ];
  if (account.ready) return ["Your Stripe account, ready", "Buyers pay your account directly.", "good"];
  return [
    "Your Stripe account, not ready",
    "Stripe needs more from you. Nothing can be paid until it is ready.",
    "warn",
  ];
}

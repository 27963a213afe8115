// The people of an event: its staff, invitations to it or to speak (many at once), and what became of them.
import { get, getAll, Problem, send } from "../../api/client.ts";
import { MAY, ownRoles, ROLES } from "../../api/roles.ts";
import { user } from "../../api/session.ts";
import { el } from "../../ui/elements.ts";
import { exact } from "../../ui/format.ts";

const root = document.querySelector("[data-people]");
const eventId = location.pathname.split("/")[2];
const MOST_AT_ONCE = 50;
const STATES = {
  pending: "Open",
  accepted: "Accepted",
  declined: "Declined",
  revoked: "Taken back",
  expired: "Too old",
};
const OVER = new Set(["rejected", "withdrawn", "cancelled"]);
const RANKS = Object.keys(ROLES);

async function start() {
  try {
    const event = await get(`/events/${eventId}?view=all`);
    const own = (await ownRoles()).get(event.id);
    if (!own) throw new Problem(404);
    document.querySelector("[data-title]").textContent = `People of ${event.name}`;
    await page(event, own);
  } catch (error) {
    const missing = error.status === 404 ? "There is no such event, or you are not of its staff." : error.message;
    root.replaceChildren(el("div", { class: "notice bad", role: "alert" }, missing));
  }
  root.removeAttribute("aria-busy");
}

async function page(event, own) {
  const place = `/events/${event.id}`;
  const manages = MAY.manage.has(own);
  const edits = MAY.edit.has(own);
  let sessions = new Map();
  const failed = el("div", { class: "notice bad", role: "alert", hidden: true });
  const asked = el("div", {});
  const spoken = el("p", { role: "status", class: "muted", tabindex: "-1" });
  const staff = el("ul", { class: "order-list", "aria-label": "Staff" });
  const invites = el("ul", { class: "order-list", "aria-label": "Invitations" });

  /** Do something, say what was done, show how things are then. */
  async function carryOut(work, done) {
    failed.hidden = true;
    try {
      await work();
      spoken.textContent = done;
    } catch (error) {
      failed.textContent = error.message;
      failed.hidden = false;
    }
    await refresh();
    spoken.focus();
  }

  async function refresh() {
    const [members, sent] = await Promise.all([get(`${place}/roles`), edits ? get(`${place}/invites`) : { items: [] }]);
    staff.replaceChildren(...members.items.map(member));
    invites.replaceChildren(...sent.items.map(invitation));
  }

  function line(name, about, ...ways) {
    return el(
      "li",
      { class: "person" },
      el("div", {}, el("p", { class: "person-name" }, name), el("p", { class: "muted" }, about)),
      el("div", { class: "ways" }, ...ways),
    );
  }

  function button(text, about, onclick) {
    return el(
      "button",
      { class: "button quiet", type: "button", onclick },
      text,
      el("span", { class: "hidden" }, ` ${about}`),
    );
  }

  /** What somebody is invited to be. */
  function offered(one) {
    if (!one.session_id) return ROLES[one.role] ?? one.role;
    return `Speaker: ${sessions.get(one.session_id)?.title ?? "a session that is gone"}`;
  }

  function member(one) {
    const name = one.name ?? "An account that is gone";
    const isOwn = one.user_id === user()?.id;
    const may = isOwn || (manages && RANKS.indexOf(own) <= RANKS.indexOf(one.role));
    const remove = () => send("DELETE", `${place}/roles/${one.user_id}`);
    const way = isOwn
      ? button("Leave", "the staff", () =>
          sure(`Leave the staff of ${event.name}?`, () => carryOut(remove, "You are not of the staff any more.")),
        )
      : button("Remove", name, () =>
          sure(`Remove ${name} from the staff?`, () => carryOut(remove, `${name} is not of the staff any more.`)),
        );
    return line(name, [ROLES[one.role] ?? one.role, one.email].filter(Boolean).join(" · "), may && way);
  }

  function invitation(one) {
    const until = el("time", { datetime: one.expires_at }, exact(one.expires_at));
    const about = el(
      "span",
      {},
      `${offered(one)} · ${STATES[one.state] ?? one.state}`,
      one.state === "pending" && " until ",
      one.state === "pending" && until,
    );
    const again = button("Send again", `to ${one.email}`, () =>
      carryOut(() => send("POST", `${place}/invites/${one.id}/resend`), `Sent to ${one.email} again.`),
    );
    const back = button("Take back", `the invitation of ${one.email}`, () =>
      carryOut(() => send("DELETE", `${place}/invites/${one.id}`), `The invitation of ${one.email} was taken back.`),
    );
    return line(one.email, about, ["pending", "expired"].includes(one.state) && again, one.state === "pending" && back);
  }

  /** Ask once more, in place; "No" leads back to the button. */
  function sure(question, act) {
    const from = document.activeElement;
    const yes = el("button", { class: "button", type: "button", onclick: () => close() || act() }, "Yes");
    const no = el("button", { class: "button quiet", type: "button", onclick: () => close() || from?.focus() }, "No");
    const close = () => asked.replaceChildren();
    asked.replaceChildren(
      el(
        "div",
        { class: "notice warn question", role: "group", "aria-label": "Please confirm" },
        question,
        el("div", { class: "ways" }, yes, no),
      ),
    );
    yes.focus();
  }

  /** What one may invite to be: roles, and speakers of sessions. */
  function offers() {
    const roles = RANKS.filter((role) => manages && RANKS.indexOf(own) <= RANKS.indexOf(role)).map((role) =>
      el("option", { value: role, selected: role === "moderator" }, ROLES[role]),
    );
    const talks = [...sessions.values()]
      .filter((one) => !OVER.has(one.state))
      .map((one) => el("option", { value: one.id }, one.title));
    return [
      ["Staff", roles],
      ["Speaker in", talks],
    ].filter(([, options]) => options.length);
  }

  function form(groups) {
    const typed = el("textarea", { id: "addresses", rows: 4, required: true, "aria-describedby": "addresses-hint" });
    const role = el(
      "select",
      { id: "role" },
      ...groups.map(([label, options]) => el("optgroup", { label }, ...options)),
    );
    const results = el("ul", { class: "results", "aria-live": "polite" });
    const submit = el("button", { class: "button" }, "Invite");
    const made = el(
      "form",
      { class: "letter", novalidate: true },
      el(
        "div",
        { class: "field" },
        el("label", { for: "addresses" }, "E-mail addresses"),
        typed,
        el("p", { class: "hint", id: "addresses-hint" }, `One a line, or with commas between; up to ${MOST_AT_ONCE}.`),
      ),
      el("div", { class: "field" }, el("label", { for: "role" }, "As"), role),
      submit,
      results,
    );
    made.addEventListener("submit", async (event) => {
      event.preventDefault();
      const all = [...new Set(typed.value.split(/[\s,;]+/).filter(Boolean))];
      const addresses = all.slice(0, MOST_AT_ONCE);
      if (!addresses.length) return typed.focus();
      submit.disabled = true;
      results.replaceChildren();
      const left = [];
      for (const email of addresses) {
        let said = "invited";
        try {
          const [path, body] = sessions.has(role.value)
            ? [`${place}/sessions/${role.value}/speaker-invites`, { email }]
            : [`${place}/invites`, { email, role: role.value }];
          await send("POST", path, body, { key: crypto.randomUUID() });
        } catch (error) {
          left.push(email);
          said = error.errors[0]?.pointer === "/email" ? "is no e-mail address" : error.message;
        }
        results.append(el("li", { class: left.includes(email) ? "bad" : "good" }, `${email}: ${said}`));
      }
      const rest = all.slice(MOST_AT_ONCE);
      if (rest.length) results.append(el("li", { class: "bad" }, `${rest.length} more are left for the next time.`));
      typed.value = [...left, ...rest].join("\n");
      submit.disabled = false;
      await refresh();
    });
    return made;
  }

  if (edits) sessions = new Map((await getAll(`${place}/sessions?view=all`)).map((one) => [one.id, one]));
  await refresh();
  const groups = offers();
  root.replaceChildren(
    failed,
    asked,
    spoken,
    el("section", { "aria-label": "Staff" }, el("h2", {}, "Staff"), staff),
    ...(groups.length ? [el("section", { "aria-label": "Invite" }, el("h2", {}, "Invite"), form(groups))] : []),
    ...(edits ? [el("section", { "aria-label": "Invitations" }, el("h2", {}, "Invitations"), invites)] : []),
  );
}

if (user()) start();
else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);

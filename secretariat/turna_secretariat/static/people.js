// People: one's own password; for administrators everybody's account, and the log of who did what.

import { act, read, tell } from "./archive.js";
import { button, byId, element, offer, option, show } from "./elements.js";
import { phrase } from "./languages.js";
import { mayAdminister, me, ROLE_WORDS } from "./signed_in.js";
import { age, clockTime } from "./words.js";

const LOG_ROWS = 100;

// What the view needs; nobody but an administrator is told.
export async function readPeople() {
  if (!mayAdminister()) return { accounts: [], log: [] };
  const [accounts, log] = await Promise.all([read("/api/accounts"), read(`/api/audit?limit=${LOG_ROWS}`)]);
  return { accounts, log };
}

export function showPeople(page, actions) {
  byId("administration").hidden = !mayAdminister();
  offer(byId("new-role"), Object.entries(ROLE_WORDS).map(([role, text]) => option(role, phrase(text))));
  show(byId("accounts"), page.people.accounts.map((account) => card(account, page, actions)));
  show(byId("log-rows"), page.people.log.map((entry) => element("tr", null, {},
    element("td", clockTime(entry.at_ms, page.now_ms), { class: "number" }), element("td", entry.account), element("td", entry.did), element("td", entry.came_of_it), element("td", entry.address))));
}

function card(account, page, actions) {
  const own = account.name === me().name;
  const does = (text, path, said) => button(text, { "data-key": `${path}-${account.name}` }, () => deed(account, path, said, actions));
  const role = element("select", null, { "aria-label": phrase("Role of {name}", { name: account.name }), "data-key": `role-${account.name}` }, ...Object.entries(ROLE_WORDS).map(([value, text]) => option(value, phrase(text))));
  role.value = account.role;
  for (const each of role.options) each.toggleAttribute("selected", each.value === account.role);
  role.disabled = own;
  role.addEventListener("change", () => deed(account, "", { role: role.value }, actions));
  return element("article", null, { class: `card ${account.disabled ? "over" : ""}` },
    element("h3", null, {}, element("bdi", account.person), ` (${account.name})`, account.is_demo ? element("span", phrase("demo account"), { class: "tag" }) : "", account.disabled ? element("span", phrase("disabled"), { class: "tag bad" }) : ""),
    element("p", `${phrase("sees")}: ${account.countries.length ? account.countries.map((each) => each.toUpperCase()).join(", ") : phrase("all countries")}`),
    element("p", phrase("last seen {age}", { age: age(account.last_seen_ms, page.now_ms) }), { class: "soft" }),
    own ? element("p", phrase("This is you: somebody else changes your role."), { class: "soft" })
      : element("p", null, { class: "deeds" }, element("label", null, {}, element("span", phrase("Role")), " ", role),
        account.disabled ? does(phrase("Enable"), "enabled") : does(phrase("Disable"), "disabled"),
        button(phrase("New password"), { "data-key": `password-${account.name}` }, () => renew(account, actions))));
}

async function deed(account, path, said, actions) {
  tell(await act(`/api/accounts/${account.name}${path ? `/${path}` : ""}`, said));
  await actions.refresh();
}

// A password that nobody has to think up: 20 letters and digits that cannot be mistaken for each other.
function made() {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789";
  const chance = crypto.getRandomValues(new Uint32Array(20));
  return [...chance].map((number) => letters[number % letters.length]).join("").replace(/(.{5})(?=.)/g, "$1-");
}

async function renew(account, actions) {
  const password = made();
  const problem = await act(`/api/accounts/${account.name}/password`, { password });
  tell(problem);
  if (!problem) told(account.person, password);
  await actions.refresh();
}

// Shown once: it is kept nowhere but as a hash.
function told(person, password) {
  byId("password-told").replaceChildren(phrase("Tell {person} this password now, it is not shown again:", { person }), " ", element("code", password));
  byId("password-told").hidden = false;
}

async function add(actions) {
  const password = made();
  const person = byId("new-person").value.trim();
  const said = { name: byId("new-name").value.trim().toLowerCase(), person, role: byId("new-role").value, password, countries: byId("new-countries").value.toLowerCase().split(/[\s,;]+/).filter(Boolean) };
  const problem = await act("/api/accounts", said);
  tell(problem);
  if (!problem) {
    told(person, password);
    byId("adding").reset();
  }
  await actions.refresh();
}

async function changeOwn() {
  const said = { old: byId("own-old").value, new: byId("own-new").value };
  const problem = await act("/api/password", said);
  byId("own-note").textContent = problem ?? "";
  if (!problem) location.replace("/login?changed"); // the old password's sessions have ended
}

export function preparePeople(actions) {
  byId("adding").addEventListener("submit", (event) => { event.preventDefault(); add(actions); });
  byId("own-password").addEventListener("submit", (event) => { event.preventDefault(); changeOwn(); });
}

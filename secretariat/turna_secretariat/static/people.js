// People: one's own password; for administrators everybody's account: roles, countries, new passwords.

import { act, read, tell } from "./archive.js";
import { prepareLog, readLog, showLog } from "./audit.js";
import { button, byId, element, offer, option, show } from "./elements.js";
import { phrase } from "./languages.js";
import { empty, onSubmit } from "./sending.js";
import { mayAdminister, me, ROLE_WORDS } from "./signed_in.js";
import { age } from "./words.js";

let countries = { choices: [], of_mission: [] };

// What the view needs; nobody but an administrator is told.
export async function readPeople() {
  if (!mayAdminister()) return { accounts: [], log: [] };
  const [accounts, log, known] = await Promise.all([read("/api/accounts"), readLog(), read("/api/accounts/countries")]);
  countries = known;
  return { accounts, log };
}

export function showPeople(page, actions) {
  byId("administration").hidden = !mayAdminister();
  offer(byId("new-role"), Object.entries(ROLE_WORDS).map(([role, text]) => option(role, phrase(text))));
  show(byId("accounts"), page.people.accounts.map((account) => card(account, page, actions)));
  offerCountries();
  showLog(page);
}

// The names of countries are the browser's own; the mission's countries stand first.
function countryWords(code) {
  const name = new Intl.DisplayNames([document.documentElement.lang, "en"], { type: "region" }).of(code.toUpperCase());
  return `${code.toUpperCase()} ${name}${countries.of_mission.includes(code) ? "" : ` (${phrase("no handset yet")})`}`;
}

const inOrder = () => [...countries.of_mission, ...countries.choices.filter((code) => !countries.of_mission.includes(code))];

function countryBoxes(chosen, prefix) {
  return inOrder().map((code) => element("label", null, { class: "tick" }, element("input", null, { type: "checkbox", value: code, "data-key": `${prefix}-${code}`, ...(chosen.includes(code) ? { checked: "" } : {}) }), ` ${countryWords(code)}`));
}

const ticked = (place) => [...place.querySelectorAll("input:checked")].map((each) => each.value);

// Drawn anew only for another language or other countries: what was ticked stays.
function offerCountries() {
  const look = `${document.documentElement.lang} ${countries.choices} ${countries.of_mission}`;
  if (byId("new-countries").dataset.look === look) return;
  const chosen = ticked(byId("new-countries"));
  byId("new-countries").dataset.look = look;
  byId("new-countries").replaceChildren(...countryBoxes(chosen, "new-country"));
}

function card(account, page, actions) {
  const own = account.name === me().name;
  const does = (text, path, said) => button(text, { "data-key": `${path}-${account.name}` }, () => deed(account, path, said, actions));
  const role = element("select", null, { "aria-label": phrase("Role of {name}", { name: account.name }), "data-key": `role-${account.name}` }, ...Object.entries(ROLE_WORDS).map(([value, text]) => option(value, phrase(text))));
  role.value = account.role;
  for (const each of role.options) each.toggleAttribute("selected", each.value === account.role);
  role.disabled = own;
  role.addEventListener("change", () => deed(account, "", { role: role.value }, actions));
  const boxes = element("div", null, { class: "ticks" }, ...countryBoxes(account.countries, `country-${account.name}`));
  const seen = element("details", null, {}, element("summary", phrase("Change the countries"), { "data-key": `countries-${account.name}` }), boxes,
    button(phrase("Keep the countries"), { "data-key": `keep-${account.name}` }, () => deed(account, "", { countries: ticked(boxes) }, actions)));
  return element("article", null, { class: `card ${account.disabled ? "over" : ""}` },
    element("h3", null, {}, element("bdi", account.person), ` (${account.name})`, account.is_demo ? element("span", phrase("demo account"), { class: "tag" }) : "", account.disabled ? element("span", phrase("disabled"), { class: "tag bad" }) : ""),
    element("p", `${phrase("sees")}: ${account.countries.length ? account.countries.map((each) => each.toUpperCase()).join(", ") : phrase("all countries")}`),
    element("p", phrase("page last open {age}", { age: age(account.last_seen_ms, page.now_ms) }), { class: "soft" }),
    own ? element("p", phrase("This is you: somebody else changes your role."), { class: "soft" })
      : element("p", null, { class: "deeds" }, element("label", null, {}, element("span", phrase("Role")), " ", role),
        account.disabled ? does(phrase("Enable"), "enabled") : does(phrase("Disable"), "disabled"),
        does(phrase("Sign out everywhere"), "signed-out"),
        button(phrase("New password"), { "data-key": `password-${account.name}` }, () => renew(account, actions))),
    own || account.role === "administrator" ? "" : seen);
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

async function add(contents, actions) {
  const password = made();
  const person = byId("new-person").value.trim();
  const said = { name: byId("new-name").value.trim().toLowerCase(), person, role: byId("new-role").value, password, countries: ticked(byId("new-countries")) };
  const problem = await act("/api/accounts", said);
  tell(problem);
  if (!problem) {
    told(person, password);
    empty(contents);
  }
  actions.refresh();
}

async function changeOwn() {
  const said = { old: byId("own-old").value, new: byId("own-new").value };
  const problem = await act("/api/password", said);
  byId("own-note").textContent = problem ?? "";
  if (!problem) location.replace("/login?changed"); // the old password's sessions have ended
}

async function signOutEverywhere() {
  const problem = await act("/api/logout/everywhere");
  byId("own-note").textContent = problem ?? "";
  if (!problem) location.replace("/login");
}

export function preparePeople(actions) {
  prepareLog(actions);
  byId("everywhere").addEventListener("click", signOutEverywhere);
  onSubmit(byId("adding"), (contents) => add(contents, actions));
  onSubmit(byId("own-password"), changeOwn);
}

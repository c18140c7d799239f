// The situation report of a sector or of the whole incident, on paper as on the screen.

import { read } from "./archive.js";
import { byId, element, offer, option } from "./elements.js";
import { label } from "./form_words.js";
import { phrase, prepareLanguages, say, sayLater, understood } from "./languages.js";
import { modeWords, shortTime } from "./words.js";

const LEVELS = ["asr3", "asr4", "asr5"];
const STATES = { active: sayLater("active"), pending: sayLater("pending"), completed: sayLater("completed"), identified: sayLater("total identified") };
const TRIAGES = "ABCD";
// Whom a SITREP counts; INSARAG's form has no colours, the rescuers' own words are said.
const COUNTED = {
  trapped: () => label("trapped"), rescued: () => label("rescued"),
  immediate: () => say("triage", "red", "red: immediate"), delayed: () => say("triage", "yellow", "yellow: delayed"), minor: () => say("triage", "green", "green: minor"),
  expectant: () => say("triage", "grey", "grey: expectant"), deceased: () => say("triage", "black", "black: deceased"),
};

let found = null;
let refused = ""; // why there is no form

async function look() {
  const wanted = new URLSearchParams(location.search);
  refused = "";
  try {
    found = await read(`/api/situation?${wanted}`);
  } catch (error) {
    refused = error.reason || phrase("The situation cannot be read now.");
    // What there is to choose from, and whether it is an exercise, stands there all the same.
    found = error.reason ? await read("/api/situation").catch(() => found) : null;
  }
  show();
}

function show() {
  byId("problem").textContent = understood(refused);
  if (!found) return;
  const real = found.mode === "actual";
  byId("mode").hidden = false;
  byId("mode").classList.toggle("real", real);
  byId("mode").textContent = real ? phrase("REAL OPERATION") : `${modeWords(found.mode)} · ${phrase("nothing shown here is real")} · ${modeWords(found.mode)}`;
  document.title = `${real ? "" : `${modeWords(found.mode)} · `}Turna: ${phrase("situation report")}`;
  offer(byId("sector"), [option("", phrase("the whole incident")), ...found.sectors.map((name) => option(name, name))]);
  byId("sector").value = found.sector ?? "";
  if (refused) byId("sector").selectedIndex = -1;
  byId("form").replaceChildren(...(refused ? [] : [heading(), worksites(), people(), work(), sites()]));
}

const time = (ms) => `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const known = (value) => value ?? "";

function rows(...given) {
  return element("table", null, {}, element("tbody", null, {}, ...given.map(([number, name, value]) => element("tr", null, {}, element("td", number, { class: "field" }), element("th", name, { scope: "row" }), element("td", known(value))))));
}

function heading() {
  return rows(
    ["1", phrase("Incident"), found.mission],
    ["3", phrase("Sector"), found.sector ?? phrase("the whole incident")],
    ["5–6", phrase("Begin of the period"), time(found.since_ms)],
    ["7–8", phrase("End of the period"), time(found.until_ms)],
    ["", phrase("Teams that reported"), `${found.teams.length}: ${found.teams.join(", ")}`],
    ["", phrase("Heavy / Medium / Other teams"), ""]);
}

function worksites() {
  const body = Object.entries(STATES).map(([state, text]) => element("tr", null, {}, element("th", phrase(text), { scope: "row" }), ...["total", ...LEVELS].map((name) => element("td", found.worksites[state][name]))));
  const head = element("tr", null, {}, element("th", phrase("Worksites"), { scope: "col" }), element("th", phrase("total"), { scope: "col" }), ...LEVELS.map((level) => element("th", level.toUpperCase(), { scope: "col" })));
  const triage = [...TRIAGES].map((letter) => `${letter}: ${found.triage[letter]}`).join(" · ");
  return element("section", null, {}, element("h2", phrase("Worksites")), element("table", null, {}, element("thead", null, {}, head), element("tbody", null, {}, ...body)), element("p", `${phrase("Open worksites by triage")}: ${triage}`));
}

function people() {
  const line = (text, both) => element("tr", null, {}, element("th", text, { scope: "row" }), element("td", known(both.current)), element("td", known(both.overall)));
  const head = element("tr", null, {}, element("td", ""), element("th", phrase("in this period"), { scope: "col" }), element("th", phrase("overall"), { scope: "col" }));
  return element("section", null, {}, element("h2", phrase("People")),
    element("table", null, {}, element("thead", null, {}, head), element("tbody", null, {}, line(phrase("Live rescued"), found.rescued_live), line(phrase("Dead recovered"), found.recovered_dead))),
    rows(["", phrase("Victim forms: live / deceased"), `${found.victims.live} / ${found.victims.deceased}`], ["", phrase("Still missing"), found.missing], ["", phrase("Live contacts"), found.live_contacts]),
    counted());
}

// What handsets have counted at a glance stands apart: the forms above may hold the same people.
function counted() {
  const line = ([name, words]) => {
    const { total, handsets } = found.sitreps[name];
    const said = handsets.map((each) => `${each.call_sign}: ${each.number} (${shortTime(each.at_ms, found.until_ms)})`).join(", ");
    return element("tr", null, {}, element("th", words(), { scope: "row" }), element("td", known(total)), element("td", said));
  };
  const head = element("tr", null, {}, element("td", ""), element("th", phrase("at least, in all"), { scope: "col" }), element("th", phrase("by handset, in this period"), { scope: "col" }));
  return element("div", null, { id: "sitreps" }, element("h3", phrase("Counted in SITREPs")),
    element("p", phrase("Not added to the numbers above: they may be the same people. In all: of each team the highest number that one of its handsets has given, since they may count the same people."), { class: "soft" }),
    element("table", null, {}, element("thead", null, {}, head), element("tbody", null, {}, ...Object.entries(COUNTED).map(line))));
}

function work() {
  const needs = Object.entries(found.needs).map(([item, number]) => `${number ?? "?"} ${say("need", item)}`).join(", ");
  return element("section", null, {}, element("h2", phrase("Work")), rows(
    ["", phrase("Safety issues"), found.safety.map((name) => say("hazard", name)).join(", ")],
    ["", phrase("Security level (1 to 6)"), found.security_level],
    ["", phrase("Resources needed"), needs],
    ["", phrase("People who can be released"), found.releasable],
    ["", phrase("Teams available for reassignment"), found.available_teams.join(", ")],
    ...(found.revoked_teams.length ? [["", phrase("Not available, because their keys are revoked"), found.revoked_teams.join(", ")]] : []),
    ["21–24", phrase("Next period, objectives, planning issues"), ""]));
}

function sites() {
  const body = found.list.map((site) => element("tr", null, {}, element("th", site.worksite, { scope: "row" }), element("td", known(site.triage)), element("td", phrase(STATES[site.state])), element("td", (site.asr_level ?? "").toUpperCase()), element("td", site.teams.join(", "))));
  const head = element("tr", null, {}, ...[phrase("Worksite"), phrase("Triage"), phrase("State"), "ASR", phrase("Teams")].map((text) => element("th", text, { scope: "col" })));
  return element("section", null, {}, element("h2", phrase("List of worksites")), element("table", null, {}, element("thead", null, {}, head), element("tbody", null, {}, ...body)));
}

byId("choices").addEventListener("change", (event) => {
  if (event.target.id === "language") return;
  history.replaceState(null, "", `?${new URLSearchParams({ sector: byId("sector").value, since: byId("since").value })}`);
  look();
});
byId("choices").addEventListener("submit", (event) => event.preventDefault());
byId("print").addEventListener("click", () => print());
byId("since").value = new URLSearchParams(location.search).get("since") ?? "24h";
prepareLanguages(show);
await look();

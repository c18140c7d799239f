// The log of who did what: in words, by person, kind of deed and time.

import { read } from "./archive.js";
import { byId, element, offer, option, show } from "./elements.js";
import { label } from "./form_words.js";
import { phrase, say, sayLater, understood } from "./languages.js";
import { clockTime, modeWords, typeWords } from "./words.js";

const ROWS_AT_ONCE = 100;
const KINDS = {
  "": sayLater("every deed"), signing_in: sayLater("signing in and out"), accounts: sayLater("accounts"), reports: sayLater("reports and SOS"), field: sayLater("what was said to the field"),
  keys: sayLater("keys taken away"), notices: sayLater("official alerts"), medical: sayLater("medical teams"), downloads: sayLater("downloads"), other: sayLater("other"),
};
const TIMES = { "": sayLater("at any time"), "1h": sayLater("of the last hour"), "24h": sayLater("of the last 24 hours"), "7d": sayLater("of the last 7 days") };
const OUTCOMES = { done: sayLater("done"), refused: sayLater("refused"), failed: sayLater("failed"), "not known": sayLater("not known") };

let before = null; // below which line of the log what is shown begins; null: the newest
let lookFrom = () => {};

export function readLog() {
  const asked = new URLSearchParams({ limit: String(ROWS_AT_ONCE) });
  if (before !== null) asked.set("before_id", before);
  for (const [name, value] of [["who", byId("log-who").value], ["kind", byId("log-kind").value], ["since", byId("log-since").value], ["outcome", byId("log-refused").checked ? "refused" : ""]]) if (value) asked.set(name, value);
  return read(`/api/audit?${asked}`);
}

const choices = (said) => Object.entries(said).map(([value, text]) => option(value, phrase(text)));

export function showLog({ people, now_ms }) {
  offer(byId("log-who"), [option("", phrase("everybody")), ...people.accounts.map((account) => option(account.name, `${account.person} (${account.name})`))]);
  offer(byId("log-kind"), choices(KINDS));
  offer(byId("log-since"), choices(TIMES));
  byId("log-older").hidden = people.log.length < ROWS_AT_ONCE;
  byId("log-older").onclick = () => lookFrom(people.log.at(-1).id);
  byId("log-newest").hidden = before === null;
  byId("log-none").hidden = people.log.length > 0;
  show(byId("log-rows"), people.log.map((entry) => row(entry, now_ms)));
}

function row(entry, now_ms) {
  const bad = entry.outcome === "done" ? "" : "bad";
  const why = entry.why ? element("span", ` · ${understood(entry.why)}`, { class: "soft" }) : "";
  return element("tr", null, {}, element("td", clockTime(entry.at_ms, now_ms), { class: "number" }),
    element("td", null, {}, element("bdi", entry.person ?? entry.account), entry.person ? element("span", ` (${entry.account})`, { class: "soft" }) : ""),
    element("td", deed(entry)), element("td", null, { class: bad }, phrase(OUTCOMES[entry.outcome]), why), element("td", entry.address));
}

// Which values of a deed are codes, and how they are said; all others are names, or what a person wrote.
const CODES = [
  ["say_task", (word) => say("task", word.replaceAll(" ", "_"), word)], ["say_settings", label], ["alarm_closed", understood],
  ["report_", phrase], ["account_", phrase], ["download", (text) => text.split("&").map(chosen).join(", ")],
];

function chosen(pair) {
  const [name, value] = pair.split("=");
  return name === "mode" ? modeWords(value) : name === "type" ? typeWords(value) : pair;
}

// What the server says in English, said in the officer's language; a value may be several words.
function deed({ deed, sentence, about }) {
  const values = Object.entries(about).map(([name, value]) => [name, [value].flat().map((each) => inWords(deed, name, each)).join(", ")]);
  return phrase(sentence, Object.fromEntries(values));
}

function inWords(deed, name, value) {
  if (value.startsWith("“") || name === "name") return value;
  if (name === "whom") return phrase(value); // everybody
  const [, words] = CODES.find(([code]) => deed.startsWith(code)) ?? [];
  return words ? words(value) : value;
}

export function prepareLog(actions) {
  lookFrom = (line) => { before = line; actions.refresh(); };
  for (const id of ["log-who", "log-kind", "log-since", "log-refused"]) byId(id).addEventListener("change", () => lookFrom(null));
  byId("log-newest").addEventListener("click", () => lookFrom(null));
}

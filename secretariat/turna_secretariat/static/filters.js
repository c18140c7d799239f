// The search above the stream: what is chosen goes into the address, what is in the address is chosen.

import { ask, asked } from "./address.js";
import { byId, offer, option } from "./elements.js";
import { phrase, sayLater, understood } from "./languages.js";
import { MODES, TYPES, modeWords, stateWords, typeWords } from "./words.js";

const NAMES = ["type", "team", "country", "mode", "state", "since", "text"];
const FOLDED = ["team", "country", "mode", "state", "since"]; // what is chosen is never out of sight
const NOTHING = { ...Object.fromEntries(NAMES.map((name) => [name, ""])), device: "", until: "", before: "" };
const SINCE = { "": sayLater("at any time"), "1h": sayLater("in the last hour"), "6h": sayLater("in the last 6 hours"), "24h": sayLater("in the last 24 hours"), "7d": sayLater("in the last 7 days") };
const TYPING_MS = 300;

export function prepareFilters() {
  let typing = null;
  const choose = (name) => { tellDropped(""); ask({ [name]: byId(`filter-${name}`).value.trim(), before: "" }); };
  for (const name of NAMES) byId(`filter-${name}`).addEventListener("change", () => choose(name));
  byId("filter-text").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => choose("text"), TYPING_MS); });
  byId("filters").addEventListener("submit", (event) => { event.preventDefault(); choose("text"); });
  byId("filter-clear").addEventListener("click", () => { tellDropped(""); ask(NOTHING); });
  byId("newest").addEventListener("click", () => ask({ before: "" }));
}

export function showFilters(page) {
  const all = (values) => [option("", phrase("all")), ...values];
  offer(byId("filter-type"), [option("", phrase("all but device health")), option("notable", phrase("all but positions and device health")), option("all", phrase("everything")), ...Object.keys(TYPES).map((type) => option(type, typeWords(type)))]);
  const named = (name) => [...new Set(page.handsets.map((handset) => handset[name]))].sort();
  offer(byId("filter-team"), all(named("team").map((team) => option(team, team))));
  offer(byId("filter-country"), all(named("country").map((country) => option(country, country.toUpperCase()))));
  offer(byId("filter-mode"), all(Object.keys(MODES).map((mode) => option(mode, modeWords(mode)))));
  offer(byId("filter-state"), all([2, 3, 4, 5, 6].map((state) => option(String(state), stateWords(state)))));
  offer(byId("filter-since"), Object.entries(SINCE).map(([value, text]) => option(value, phrase(text))));
  const wanted = asked();
  for (const name of NAMES) if (document.activeElement !== byId(`filter-${name}`)) choose(byId(`filter-${name}`), wanted[name]);
  const only = page.handsets.find((handset) => String(handset.device) === wanted.device);
  byId("only").textContent = only ? phrase("only {who}", { who: only.call_sign }) : "";
  if (FOLDED.some((name) => wanted[name])) byId("more-filters").open = true;
  byId("filter-clear").hidden = ![...NAMES, "device", "until", "before"].some((name) => wanted[name]);
  byId("newest").hidden = !wanted.before;
}

function tellDropped(text) {
  byId("filter-dropped").textContent = text;
  byId("filter-dropped").hidden = !text;
}

// What an address asks for and nobody can look for is said where it was chosen, and asked for no more.
export function dropSearch(error, names = Object.keys(NOTHING)) {
  if (!names.some((name) => asked()[name])) return false;
  tellDropped(phrase("Left out of the search: {reason}", { reason: understood(error.reason || error.message) }));
  ask(Object.fromEntries(names.map((name) => [name, ""])));
  return true;
}

// An address that somebody sent may ask for what the list does not offer.
function choose(field, value) {
  if (field.tagName === "SELECT" && ![...field.options].some((each) => each.value === value)) field.append(option(value, value));
  field.value = value;
}

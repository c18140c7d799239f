// The search above the stream: what is chosen goes into the address, what is in the address is chosen.

import { ask, asked } from "./address.js";
import { byId, offer, option, plain } from "./elements.js";
import { phrase, sayLater, understood } from "./languages.js";
import { MODES, TYPES, modeWords, stateWords, typeWords } from "./words.js";

const NAMES = ["type", "team", "country", "mode", "state", "since", "text"];
const FOLDED = ["team", "country", "mode", "state", "since"]; // what is chosen is never out of sight
const NOTHING = { ...Object.fromEntries(NAMES.map((name) => [name, ""])), device: "", until: "", before: "" };
const SINCE = { "": sayLater("at any time"), "1h": sayLater("in the last hour"), "6h": sayLater("in the last 6 hours"), "24h": sayLater("in the last 24 hours"), "7d": sayLater("in the last 7 days") };
const TYPING_MS = 300;
const NAMED = /^(?:query\.)?(\w+)/; // what a refusal is about stands first in it

let dropped = []; // what was left out since something was chosen last

export function prepareFilters() {
  let typing = null;
  const choose = (name) => { tellDropped([]); ask({ [name]: byId(`filter-${name}`).value.trim(), before: "" }); };
  for (const name of NAMES) byId(`filter-${name}`).addEventListener("change", () => choose(name));
  byId("filter-text").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => choose("text"), TYPING_MS); });
  byId("filters").addEventListener("submit", (event) => { event.preventDefault(); choose("text"); });
  byId("filter-clear").addEventListener("click", () => { tellDropped([]); ask(NOTHING); });
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

function tellDropped(all) {
  dropped = all;
  byId("filter-dropped").textContent = all.length ? plain(phrase("Left out of the search: {reason}", { reason: all.join(" · ") })) : "";
  byId("filter-dropped").hidden = !all.length;
}

// What nobody can look for is said where it was chosen, and asked for no more; what else was asked for stays.
// `called` has what the question calls otherwise than the address; a refusal that names nothing ends all of `names`.
export function dropSearch(error, called = { before_id: "before" }, names = Object.keys(NOTHING)) {
  const reason = error.reason || error.message;
  const word = NAMED.exec(reason)?.[1];
  const wanted = asked();
  const refused = [called[word] ?? word].filter((name) => wanted[name]);
  const left = refused.length ? refused : names.filter((name) => wanted[name]);
  if (!left.length) return false;
  tellDropped([...dropped, `${left.map((name) => `${name}=${wanted[name]}`).join(", ")}: ${understood(reason)}`]);
  ask(Object.fromEntries(left.map((name) => [name, ""])));
  return true;
}

// An address that somebody sent may ask for what the list does not offer.
function choose(field, value) {
  if (field.tagName === "SELECT" && ![...field.options].some((each) => each.value === value)) field.append(option(value, value));
  field.value = value;
}

// Turns what the archive knows into words.

import { element, plain } from "./elements.js";
import { codeWords, isCode, label, measure, stateOf } from "./form_words.js";
import { phrase, say, sayLater } from "./languages.js";

// One shape a delivery state, none told by colour alone.
export const STATE_SIGNS = ["○", "◔", "◑", "◕", "●", "⊘", "⊖"];
const STATE_WORDS = [sayLater("saved on the handset"), sayLater("stored at gateway"), sayLater("stored at Secretariat"), sayLater("read by a person"), sayLater("acted on"), sayLater("refused"), sayLater("false alarm")];
export const TYPES = {
  sitrep: sayLater("situation report"), sos: sayLater("SOS"), position: sayLater("position"), node_health: sayLater("device health"),
  worksite_triage: sayLater("worksite triage"), worksite_report: sayLater("worksite report"), victim: sayLater("victim"), hazard: sayLater("hazard"),
  medevac: sayLater("medevac"), needs: sayLater("needs"), area: sayLater("area"), message: sayLater("message"), task: sayLater("task"),
  task_status: sayLater("task status"), unknown: sayLater("of unknown form"),
};
const STANDINGS = {
  not_authentic: sayLater("not authentic"), unknown_device: sayLater("unknown device"), clone: sayLater("clone"), undecodable: sayLater("undecodable"), revoked: sayLater("revoked"),
};
export const MODES = { exercise: sayLater("EXERCISE"), actual: sayLater("REAL"), test: sayLater("TEST"), unknown: sayLater("unknown") };

export const stateWords = (state) => phrase(STATE_WORDS[state]);
export const typeWords = (type) => phrase(TYPES[type] ?? words(type));
export const standingWords = (standing) => phrase(STANDINGS[standing] ?? words(standing));
export const modeWords = (mode) => phrase(MODES[mode] ?? mode);
export const words = (name) => String(name).replaceAll("_", " ");

export function shortTime(ms, now_ms = ms) {
  const iso = new Date(ms).toISOString();
  const isToday = new Date(now_ms).toISOString().startsWith(iso.slice(0, 10));
  return (isToday ? "" : `${iso.slice(0, 10)} `) + iso.slice(11, 19);
}

export const clockTime = (ms, now_ms) => ms === null || ms === undefined ? phrase("never") : `${shortTime(ms, now_ms)} UTC`;

// From how many seconds on in which unit.
const UNITS = [
  { from_s: 172_800, unit_s: 86_400, ago: sayLater("{n} days ago"), lasts: sayLater("{n} days") }, { from_s: 5400, unit_s: 3600, ago: sayLater("{n} h ago"), lasts: sayLater("{n} h") },
  { from_s: 90, unit_s: 60, ago: sayLater("{n} min ago"), lasts: sayLater("{n} min") }, { from_s: 0, unit_s: 1, ago: sayLater("{n} s ago"), lasts: sayLater("{n} s") },
];

function inUnits(s, said) {
  const unit = UNITS.find(({ from_s }) => s >= from_s);
  return phrase(unit[said], { n: Math.round(s / unit.unit_s) });
}

export const age = (ms, now_ms) => ms === null || ms === undefined ? phrase("never") : inUnits(Math.max(0, Math.round((now_ms - ms) / 1000)), "ago");

export const lasting = (s) => s === null ? phrase("unknown") : inUnits(s, "lasts");

export const place = (position, decimals = 5) => position ? `${position.lat.toFixed(decimals)}, ${position.lon.toFixed(decimals)}` : phrase("unknown");

// What is of the mission's own mode and real has no mark; a real one among exercises has the loudest.
let missionMode = "actual";
export const setMissionMode = (mode) => { missionMode = mode; };

export function modeTag(mode) {
  if (mode === "unknown" || (mode === "actual" && missionMode === "actual")) return "";
  return element("span", modeWords(mode), { class: `tag mode-tag mode-${mode}` });
}

// How many there are; if not all are of the mission's mode, how many of each: they are never added up.
export function countByMode(rows) {
  const counts = new Map();
  for (const row of rows) counts.set(row.mode, (counts.get(row.mode) ?? 0) + 1);
  return byMode([...counts]);
}

export function byMode(counts) {
  if (counts.every(([mode]) => mode === missionMode)) return String(counts[0]?.[1] ?? 0);
  return counts.map(([mode, count]) => `${count} ${modeWords(mode)}`).join(" + ");
}

export function sender(report) {
  return element("span", null, { class: "sender" }, element("strong", report.call_sign, { dir: "auto" }),
    report.country ? element("span", report.country.toUpperCase(), { class: "tag country" }) : "");
}

export function standing(report) {
  if (!["authentic", "undecodable"].includes(report.standing)) return element("span", `⚠ ${standingWords(report.standing)}`, { class: "standing bad" });
  const by = report.person ? element("bdi", report.person) : "";
  return element("span", null, { class: `standing state-${report.state}` },
    element("span", STATE_SIGNS[report.state], { class: "sign", "aria-hidden": "true" }), element("span", stateWords(report.state)), by);
}

const COUNTED = [["immediate", "red"], ["delayed", "yellow"], ["minor", "green"], ["expectant", "grey"], ["deceased", "black"]];
// Codes that need no name of their field in front.
const SAID_BY_THEMSELVES = new Set(["kind", "hazard", "phrase", "task", "status", "asr_level", "use", "construction", "outcome", "work_level", "age_group", "sex", "urgency", "precedence", "worksite", "severity", "certainty", "action", "state"]);
const SAID_ELSEWHERE = new Set(["type", "mode", "time", "time_quality", "position", "phase", "team_status", "casualties", "patients", "text", "needs", "hazards", "battery_pct", "altitude_m", "sos_reference"]);
const UNSAID = new Set([null, 0, "", "unknown", "unspecified", "none", false]);
const PEOPLE = new Set(["trapped", "rescued"]);

const GIST_MOST = 300;
const PHASES = { update: sayLater("an addition"), cancel: sayLater("TAKEN BACK by the sender") };

// The report in one line, beside the name of its type: what an officer acts on comes first.
export function gist(said) {
  const parts = [];
  if (PHASES[said.phase]) parts.push(phrase(PHASES[said.phase]));
  if (said.team_status) parts.push(say("team_status", said.team_status));
  const counted = said.casualties ?? said.patients ?? {};
  for (const [name, colour] of COUNTED) if (counted[name]) parts.push(`${counted[name]} ${say("triage", colour, name)}`);
  for (const [name, value] of Object.entries(said)) if (!SAID_ELSEWHERE.has(name) && !UNSAID.has(value)) parts.push(...inShort(name, value, said));
  if (said.hazards?.length) parts.push(`${say("summary", "hazards", "hazards")}: ${said.hazards.map((code) => say("hazard", code)).join(", ")}`);
  if (said.needs && Object.keys(said.needs).length) parts.push(`${say("summary", "needs")} ` + Object.entries(said.needs).map(([item, number]) => `${number ?? "?"} ${say("need", item)}`).join(", "));
  if (said.text) parts.push(`“${said.text}”`);
  if (!parts.length && said.position) parts.push(place(said.position));
  const whole = plain(parts.join(" · "));
  return whole.length > GIST_MOST ? `${whole.slice(0, GIST_MOST)} …` : whole; // all of it stands in the report
}

function inShort(name, value, said) {
  if (name === "width_m" && said.length_m) return [];
  if (name === "length_m" && said.width_m) return [`${value} × ${measure("width_m", said.width_m)}`];
  if (Array.isArray(value)) return value.length ? [`${label(name)}: ${value.map((code) => codeWords(name, code)).join(", ")}`] : [];
  if (typeof value === "object") return Object.entries(value).filter(([, each]) => !UNSAID.has(each)).map(([each, state]) => `${codeWords(name, each)}: ${stateOf(state)}`);
  if (value === true) return [label(name)];
  if (PEOPLE.has(name)) return [`${value} ${say("count", name)}`];
  const text = typeof value === "string" && isCode(name) ? codeWords(name, value) : measure(name, value);
  return [SAID_BY_THEMSELVES.has(name) ? text : `${label(name)} ${text}`];
}

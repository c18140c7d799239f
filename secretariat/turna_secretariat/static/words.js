// Turns what the archive knows into words. Text from the field becomes text nodes, never markup.

import { say, spokenTag } from "./languages.js";

// One shape a delivery state, none told by colour alone.
export const STATE_SIGNS = ["○", "◔", "◑", "◕", "●", "⊘"];
const STATE_WORDS = ["saved on the handset", "stored at gateway", "stored at Secretariat", "read by a person", "acted on", "refused"];

export const stateWords = (state) => say("state", state, STATE_WORDS[state]);

export const byId = (id) => document.getElementById(id);
export const words = (name) => String(name).replaceAll("_", " ");

export function element(tag, text, attributes = {}, ...children) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function button(text, attributes, onClick) {
  const made = element("button", text, { type: "button", ...attributes });
  made.addEventListener("click", onClick);
  return made;
}

// While a finger or a mouse button is down nothing is replaced, or the click would hit what is gone.
let pressed = false;
const postponed = new Map();
addEventListener("pointerdown", () => { pressed = true; }, true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(release), true);

function release() {
  pressed = false;
  for (const [container, rows] of postponed) show(container, rows);
  postponed.clear();
}

// Puts new rows in place of old ones; whoever stood on one by keyboard stands there still.
export function show(container, rows) {
  if (pressed) { postponed.set(container, rows); return; }
  const old = container.children;
  if (old.length === rows.length && rows.every((row, index) => row.isEqualNode(old[index]))) return;
  const key = container.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  container.replaceChildren(...rows);
  if (key) container.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

export function shortTime(ms, now_ms = ms) {
  const iso = new Date(ms).toISOString();
  return (Math.abs(now_ms - ms) > 72_000_000 ? `${iso.slice(5, 10)} ` : "") + iso.slice(11, 19);
}

export const clockTime = (ms, now_ms) => ms === null || ms === undefined ? "never" : `${shortTime(ms, now_ms)} UTC`;

export function age(ms, now_ms) {
  if (ms === null || ms === undefined) return "never";
  const s = Math.max(0, Math.round((now_ms - ms) / 1000));
  if (s < 90) return `${s} s ago`;
  if (s < 5400) return `${Math.round(s / 60)} min ago`;
  return s < 172_800 ? `${Math.round(s / 3600)} h ago` : `${Math.round(s / 86_400)} days ago`;
}

export const place = (position, decimals = 5) => position ? `${position.lat.toFixed(decimals)}, ${position.lon.toFixed(decimals)}` : "unknown";

export function modeTag(mode) {
  return mode === "actual" ? "" : element("span", say("mode", mode, mode.toUpperCase()), { class: "tag mode-tag", lang: spokenTag() });
}

export function sender(report) {
  return element("span", null, { class: "sender" }, element("strong", report.call_sign),
    report.country ? element("span", report.country.toUpperCase(), { class: "tag country" }) : "");
}

export function standing(report) {
  if (!["authentic", "undecodable"].includes(report.standing)) return element("span", `⚠ ${words(report.standing)}`, { class: "standing bad" });
  const by = report.person ? ` · ${report.person}` : "";
  return element("span", null, { class: `standing state-${report.state}` },
    element("span", STATE_SIGNS[report.state], { class: "sign", "aria-hidden": "true" }), element("span", stateWords(report.state), { lang: spokenTag() }), by);
}

const COUNTED = [["immediate", "red"], ["delayed", "yellow"], ["minor", "green"], ["expectant", "grey"], ["deceased", "black"]];
// Which list of codes a field's value is from.
export const CODES_OF = { team_status: "team_status", hazard: "hazard", hazards: "hazard", needs: "need", kind: "sos_kind", phase: "sos_phase", phrase: "phrase", task: "task", mode: "mode" };
const SAID_BY_THEMSELVES = new Set(["kind", "hazard", "phrase", "task"]);
const SAID_ELSEWHERE = new Set(["type", "mode", "time", "time_quality", "position", "phase", "team_status", "casualties", "text", "needs", "hazards", "battery_pct", "altitude_m", "sos_reference"]);

const UNSAID = new Set([null, 0, "", "unknown", "unspecified"]);

const PEOPLE = new Set(["trapped", "rescued", "people"]);
// How a field's name ends says its unit.
const UNITS = { mv: (value) => `${(value / 1000).toFixed(2)} V`, c: (value) => `${value} °C`, dbm: (value) => `${value} dBm`, db: (value) => `${value} dB`, pct: (value) => `${value} %`, min: (value) => `${value} min`, s: (value) => `${value} s`, m: (value) => `${value} m` };
const unitOf = (name) => Object.hasOwn(UNITS, name.split("_").at(-1)) && name.includes("_") ? name.split("_").at(-1) : null;

export const label = (name) => words(unitOf(name) ? name.slice(0, name.lastIndexOf("_")) : name);
export const measure = (name, value) => unitOf(name) && typeof value === "number" ? UNITS[unitOf(name)](value) : String(value);

// The report in one line: what an officer acts on comes first.
export function gist(said) {
  const parts = [];
  if (said.phase) parts.push(say("sos_phase", said.phase, { declare: "SOS", update: "SOS, update", cancel: "SOS CANCELLED by the sender" }[said.phase]));
  if (said.team_status) parts.push(say("team_status", said.team_status));
  for (const [name, colour] of COUNTED) if (said.casualties?.[name]) parts.push(`${said.casualties[name]} ${say("triage", colour, name)}`);
  for (const [name, value] of Object.entries(said)) {
    if (SAID_ELSEWHERE.has(name) || UNSAID.has(value) || typeof value === "object") continue;
    if (SAID_BY_THEMSELVES.has(name) && typeof value === "string") parts.push(say(CODES_OF[name], value));
    else if (PEOPLE.has(name)) parts.push(`${value} ${say("count", name)}`);
    else parts.push(`${label(name)} ${typeof value === "string" ? words(value) : measure(name, value)}`);
  }
  if (said.hazards?.length) parts.push(`${say("summary", "hazards", "hazards")}: ${said.hazards.map((code) => say("hazard", code)).join(", ")}`);
  if (said.needs && Object.keys(said.needs).length) parts.push(`${say("summary", "needs")} ` + Object.entries(said.needs).map(([item, number]) => `${number ?? "?"} ${say("need", item)}`).join(", "));
  if (said.text) parts.push(`“${said.text}”`);
  if (!parts.length && said.position) parts.push(`at ${place(said.position)}`);
  return parts.join(" · ");
}

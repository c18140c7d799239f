// One report with its whole way: handset, hops, gateways, Secretariat, people, raw bytes.

import { act, read, tell } from "./archive.js";
import { byId, element, openModal, show } from "./elements.js";
import { codeWords, isCode, label, measure, stateOf } from "./form_words.js";
import { phrase, say, sayLater } from "./languages.js";
import { mayAct, whyNot } from "./signed_in.js";
import { askFalseAlarm } from "./sos.js";
import { askOnce } from "./sure.js";
import { STATE_SIGNS, clockTime, modeTag, place, sender, stateWords, typeWords, words } from "./words.js";

const HEADING = new Set(["type", "mode", "position", "time", "time_quality"]);
const COUNTS = new Set(["casualties", "patients"]);
const WITH_CAP = new Set(["sos", "hazard"]);
export const PROOFS = {
  authentic: sayLater("proved to be its sender's"), undecodable: sayLater("proved to be its sender's, but of no known form"), not_authentic: sayLater("NOT proved to be its sender's"),
  unknown_device: sayLater("from a device that is not registered"), clone: sayLater("a second report under the same number"), revoked: sayLater("proved by keys that were revoked"),
};
const DEEDS = {
  read: sayLater("read by {person}"), accepted: sayLater("accepted by {person}"), acted: sayLater("acted on by {person}"),
  refused: sayLater("refused by {person}"), false_alarm: sayLater("called a false alarm by {person}"),
};

let wanted = null; // the number of the report that is open, or about to be
let looks = 0; // an answer that a later look has overtaken is dropped

export async function openReport(id, actions) {
  wanted = id;
  byId("report-note").textContent = "";
  await followReport(actions);
}

// Again whenever something has changed, as long as it is wanted.
export async function followReport(actions) {
  if (wanted === null) return;
  const look = ++looks;
  const report = await read(`/api/reports/${wanted}`).catch(() => null);
  if (look !== looks || wanted === null) return;
  if (report) draw(report, actions);
  else if (!byId("report").open) { wanted = null; tell(phrase("This report cannot be read now.")); }
}

function draw(report, actions) {
  const isProved = ["authentic", "undecodable", "clone"].includes(report.standing);
  byId("report-may-not").textContent = !mayAct() ? whyNot() : isProved ? "" : phrase("It is not proved to be its sender's: close its alarm instead.");
  byId("report-title").replaceChildren(element("span", `${typeWords(report.type)} `), sender(report), modeTag(report.mode));
  show(byId("report-body"), [way(report, actions), facts(report), raw(report)]);
  for (const each of document.querySelectorAll("[data-deed]")) {
    each.disabled = !mayAct() || !isProved;
    each.hidden = !offers(report, each.dataset.deed);
    each.onclick = () => begin(report, each.dataset.deed, actions);
  }
  openModal(byId("report"));
}

// Who has accepted an SOS has read it; both are said once.
function offers(report, deed) {
  if (report.type !== "sos") return !["accepted", "false_alarm"].includes(deed);
  const answered = report.actions.some((each) => ["accepted", "acted", "refused", "false_alarm"].includes(each.did));
  return !answered || !["accepted", "read"].includes(deed);
}

// What is final is asked for once: a refusal of anything, and each last word on a call for help.
function begin(report, deed, actions) {
  if (deed === "false_alarm") return askFalseAlarm(report, actions);
  if (deed === "refused") return askFinal(report, deed, phrase("Really refuse it? {what}", { what: named(report) }), phrase("Yes, refuse it"), actions);
  if (deed === "acted" && report.type === "sos") return askFinal(report, deed, phrase("Really dealt with? {what}", { what: named(report) }), phrase("Yes, it is dealt with"), actions);
  return perform(report, deed, actions);
}

const named = (report) => `${typeWords(report.type)}, ${report.call_sign}`;

function askFinal(report, deed, title, yes, actions) {
  askOnce({ title, yes, what: phrase("The handset shows it to the team, and it stands: nobody can take it back."), reasons: deed === "refused" ? [] : undefined, deed: (reason) => perform(report, deed, actions, reason) });
}

// Returns null when it is stored, else why it is not.
async function perform(report, deed, actions, reason = "") {
  const problem = await act(`/api/reports/${report.id}/${deed}`, { reason });
  await actions.refresh();
  if (wanted === report.id) byId("report-note").textContent = problem ?? "";
  else tell(problem);
  return problem;
}

export function prepareDetail() {
  byId("report").addEventListener("close", () => { if (!byId("report").open) wanted = null; });
  byId("report-close").addEventListener("click", () => byId("report").close());
}

// How many relays passed it on: what it began with, less what was left.
function hops(left, began) {
  const passed = began - left;
  if (passed < 0) return phrase("hops left: {n}", { n: left });
  return passed ? phrase("through relays: {n}", { n: passed }) : phrase("directly");
}

function way(report, actions) {
  const steps = [];
  const step = (sign, title, text) => steps.push(element("li", null, {}, element("span", sign, { class: "sign", "aria-hidden": "true" }), element("div", null, {}, element("strong", title), element("p", text))));
  step(STATE_SIGNS[0], phrase("Written on {who}", { who: report.call_sign }), report.observed_s === null ? phrase("the handset had no time") : clockTime(report.observed_s * 1000));
  for (const each of report.carried_by) {
    const heard = [clockTime(each.heard_ms), `${each.rssi_dbm} dBm`, `SNR ${each.snr_db} dB`, hops(each.hops, actions.hops()), phrase("brought here {time}", { time: clockTime(each.arrived_ms) })];
    if (each.copies > 1) heard.push(phrase("brought {n} times", { n: each.copies }));
    step(STATE_SIGNS[1], phrase("Heard by gateway {name}", { name: each.gateway }), heard.join(" · "));
  }
  step(STATE_SIGNS[2], phrase("Stored at the Secretariat"), `${clockTime(report.arrived_ms)} · ${phrase(PROOFS[report.standing] ?? words(report.standing))}`);
  for (const each of report.actions) step({ acted: STATE_SIGNS[4], false_alarm: STATE_SIGNS[6], refused: STATE_SIGNS[5] }[each.did] ?? STATE_SIGNS[3], phrase(DEEDS[each.did] ?? "{person}", { person: each.person }), [clockTime(each.at_ms), each.reason && `“${each.reason}”`].filter(Boolean).join(" · "));
  return element("section", null, { class: "way" }, element("h3", phrase("Its way: {state}", { state: stateWords(report.state) })), element("ol", null, {}, ...steps));
}

function facts(report) {
  const list = element("dl");
  const add = (name, value) => list.append(element("dt", name), element("dd", value));
  const said = report.report;
  if (said.position) add(phrase("position"), where(said.position));
  for (const [name, value] of Object.entries(said)) if (!HEADING.has(name) && !goesWithoutSaying(said, name)) add(label(name), spoken(name, value));
  return element("section", null, {}, element("h3", phrase("What it says")), list);
}

// A call for help is one by its name; a later word that names no call speaks of all before it.
const goesWithoutSaying = (said, name) => said.type === "sos" && ((name === "phase" && said.phase === "declare") || (name === "sos_reference" && said.sos_reference === null));

function where(position) {
  const parts = [place(position)];
  if (position.accuracy_m !== null) parts.push(phrase("within {n} m", { n: position.accuracy_m }));
  if (position.fix_age_s) parts.push(phrase("{n} s old", { n: position.fix_age_s }));
  return parts.join(", ");
}

function spoken(name, value) {
  if (value === null) return say("count", "unknown", phrase("unknown"));
  if (typeof value === "boolean") return value ? phrase("yes") : phrase("no");
  if (typeof value === "number") return measure(name, value);
  if (Array.isArray(value)) return value.map((code) => codeWords(name, code)).join(", ") || say("count", "none", phrase("none"));
  if (typeof value === "object") return Object.entries(value).map(([code, each]) => `${COUNTS.has(name) ? say("count", code) : codeWords(name, code)}: ${stateOf(each)}`).join(", ") || say("count", "none", phrase("none"));
  return isCode(name) ? codeWords(name, value) : value;
}

function raw(report) {
  const list = element("dl", null, { class: "raw" });
  const bytes = (hex) => hex.match(/../g)?.join(" ") ?? "-";
  const add = (name, value) => list.append(element("dt", name), element("dd", value));
  add(phrase("number"), phrase("device {device}, generation {generation}, sequence {seq}", report));
  add(phrase("content"), bytes(report.content_hex));
  add(phrase("proof"), bytes(report.end_to_end_tag_hex));
  const section = element("section", null, {}, element("h3", phrase("Raw bytes")), list);
  if (WITH_CAP.has(report.type) && report.standing === "authentic") section.append(element("p", null, { class: "links" }, element("a", phrase("As a CAP 1.2 alert"), { href: `/export/report/${report.id}.cap.xml`, download: "", "data-key": "cap" })));
  return section;
}

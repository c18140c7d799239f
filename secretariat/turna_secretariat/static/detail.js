// One report with its whole way: handset, gateways, Secretariat, people, raw bytes.

import { act, read, say } from "./archive.js";
import { say as inWords } from "./languages.js";
import { CODES_OF, STATE_SIGNS, byId, clockTime, element, label, measure, modeTag, place, sender, stateWords, words } from "./words.js";

const HEADING = new Set(["type", "mode", "position", "time", "time_quality"]);

export async function openReport(id, actions) {
  const report = await read(`/api/reports/${id}`).catch(() => null);
  if (!report) return say("This report cannot be read now.");
  byId("report-note").textContent = "";
  byId("report-title").replaceChildren(element("span", `${words(report.type).toUpperCase()} `), sender(report), modeTag(report.mode));
  byId("report-body").replaceChildren(way(report), facts(report), raw(report));
  for (const each of document.querySelectorAll("[data-deed]")) {
    each.disabled = !["authentic", "undecodable", "clone"].includes(report.standing);
    each.hidden = each.dataset.deed === "accepted" && report.type !== "sos";
    each.onclick = async () => {
      const problem = await act(`/api/reports/${id}/${each.dataset.deed}`);
      await actions.refresh();
      if (!problem) return openReport(id, actions);
      byId("report-note").textContent = problem;
    };
  }
  if (!byId("report").open) byId("report").showModal();
}

export function prepareDetail() {
  byId("report-close").addEventListener("click", () => byId("report").close());
}

function way(report) {
  const steps = [];
  const step = (sign, title, text) => steps.push(element("li", null, {}, element("span", sign, { class: "sign", "aria-hidden": "true" }), element("div", null, {}, element("strong", title), element("p", text))));
  step(STATE_SIGNS[0], `Written on ${report.call_sign}`, report.observed_s === null ? "the handset had no time" : clockTime(report.observed_s * 1000));
  for (const each of report.carried_by) {
    const copies = each.copies > 1 ? `, brought ${each.copies} times` : "";
    step(STATE_SIGNS[1], `Heard by gateway ${each.gateway}`, `${clockTime(each.heard_ms)} · ${each.rssi_dbm} dBm, SNR ${each.snr_db} dB · ${each.hops} hops left${copies}`);
  }
  const proof = { authentic: "proved to be its sender's", undecodable: "proved to be its sender's, but of no known form", not_authentic: "NOT proved to be its sender's", unknown_device: "from a device that is not registered", clone: "a second report under the same number" }[report.standing] ?? report.standing;
  step(STATE_SIGNS[2], "Stored at the Secretariat", `${clockTime(report.arrived_ms)} · ${proof}`);
  for (const each of report.actions) step({ acted: STATE_SIGNS[4], refused: STATE_SIGNS[5] }[each.did] ?? STATE_SIGNS[3], `${words(each.did)} by ${each.person}`, clockTime(each.at_ms));
  return element("section", null, { class: "way" }, element("h3", `Its way: ${stateWords(report.state)}`), element("ol", null, {}, ...steps));
}

function facts(report) {
  const list = element("dl");
  const add = (name, value) => list.append(element("dt", words(name)), element("dd", value));
  const said = report.report;
  if (said.position) add("position", `${place(said.position)}${said.position.accuracy_m === null ? "" : `, within ${said.position.accuracy_m} m`}${said.position.fix_age_s ? `, ${said.position.fix_age_s} s old` : ""}`);
  for (const [name, value] of Object.entries(said)) if (!HEADING.has(name)) add(label(name), typeof value === "number" ? measure(name, value) : spoken(value, CODES_OF[name]));
  return element("section", null, {}, element("h3", "What it says"), list);
}

function spoken(value, kind) {
  if (value === null) return inWords("count", "unknown");
  if (Array.isArray(value)) return value.length ? value.map((each) => spoken(each, kind)).join(", ") : inWords("count", "none");
  if (typeof value === "object") return Object.entries(value).map(([name, each]) => `${kind ? inWords(kind, name) : words(name)} ${spoken(each)}`).join(", ") || inWords("count", "none");
  return typeof value === "string" && kind ? inWords(kind, value, value) : String(value);
}

function raw(report) {
  const list = element("dl", null, { class: "raw" });
  const bytes = (hex) => hex.match(/../g)?.join(" ") ?? "none";
  list.append(element("dt", "number"), element("dd", `device ${report.device}, generation ${report.generation}, sequence ${report.seq}`),
    element("dt", "content"), element("dd", bytes(report.content_hex)), element("dt", "proof"), element("dd", bytes(report.end_to_end_tag_hex)));
  return element("section", null, {}, element("h3", "Raw bytes"), list);
}

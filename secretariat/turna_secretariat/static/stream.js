// The stream of reports, newest first.

import { asked } from "./address.js";
import { button, byId, element, showLong } from "./elements.js";
import { phrase } from "./languages.js";
import { countByMode, gist, modeTag, sender, shortTime, standing, typeWords } from "./words.js";

let newest = 0;

export function showReports(page, actions) {
  const { reports } = page;
  byId("no-reports").hidden = reports.length > 0;
  byId("no-reports").textContent = nothing(page);
  byId("report-table").hidden = reports.length === 0;
  byId("older").hidden = page.olderBefore === null;
  byId("older").textContent = reports.length ? phrase("Show older reports") : phrase("Look further back");
  byId("count-stored").textContent = phrase("shown: {n}", { n: countByMode(reports) });
  const before = newest;
  newest = Math.max(newest, ...reports.map((report) => report.id), 0);
  const lang = document.documentElement.lang;
  const today = new Date(page.now_ms).toISOString().slice(0, 10);
  showLong(byId("report-rows"), reports.map((report) => [report.id, `${lang} ${today} ${report.state} ${report.person} ${report.standing} ${page.missedAfter}`, () => row(report, page, actions, before)]));
}

function nothing(page) {
  if (page.olderBefore !== null) return phrase("Nothing like this among the newest reports. Older ones have not been looked through.");
  return Object.values(asked()).some(Boolean) ? phrase("No report is like this.") : phrase("No report yet. Reports appear here as soon as they are stored.");
}

function row(report, page, actions, before) {
  const marks = [report.type === "sos" ? "sos-row" : "", before && report.id > before ? "new" : "",
    page.missedAfter !== null && report.id > page.missedAfter ? "was-missed" : ""];
  const called = phrase("{type} of {who}, show its way", { type: typeWords(report.type), who: report.call_sign });
  const open = button(typeWords(report.type), { "data-key": `report-${report.id}`, class: `type type-${report.type}`, "aria-label": called }, () => actions.open(report.id));
  return element("tr", null, { class: marks.join(" ").trim() },
    element("td", null, { class: "number" }, element("span", shortTime(report.arrived_ms, page.now_ms)), modeTag(report.mode)),
    element("td", null, {}, sender(report)),
    element("td", null, { class: "says" }, open, " ", element("span", gist(report.report), { class: "gist" })),
    element("td", null, {}, standing(report)));
}

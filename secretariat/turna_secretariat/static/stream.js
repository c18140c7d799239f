// The stream of reports, newest first, and the table of handsets.

import { say, spokenTag } from "./languages.js";
import { age, button, byId, clockTime, element, gist, modeTag, place, sender, shortTime, show, standing } from "./words.js";

const SILENT_MS = 15 * 60_000;
const LOW_BATTERY_PCT = 20;

let newest = 0;

export function showReports(page, actions) {
  const { reports } = page;
  byId("no-reports").hidden = reports.length > 0;
  document.querySelector("#reports table").hidden = reports.length === 0;
  byId("older").hidden = !page.mayBeOlder;
  const stored = Object.values(page.status.counts.by_standing).reduce((sum, each) => sum + each, 0);
  byId("count-stored").textContent = `${stored} stored`;
  const before = newest;
  newest = Math.max(newest, ...reports.map((report) => report.id), 0);
  show(byId("report-rows"), reports.map((report) => row(report, page, actions, before)));
}

function row(report, page, actions, before) {
  const marks = [report.type === "sos" ? "sos-row" : "", before && report.id > before ? "new" : "",
    page.missedAfter && report.id > page.missedAfter ? "was-missed" : ""];
  const open = button(say("type", report.type), { "data-key": `report-${report.id}`, class: `type type-${report.type}`, lang: spokenTag(), "aria-label": `${say("type", report.type)} of ${report.call_sign}, show its way` }, () => actions.open(report.id));
  return element("tr", null, { class: marks.join(" ").trim() },
    element("td", null, { class: "number" }, element("span", shortTime(report.arrived_ms, page.now_ms)), modeTag(report.mode)),
    element("td", null, {}, sender(report)),
    element("td", null, {}, open),
    element("td", gist(report.report), { class: "gist", lang: spokenTag() }),
    element("td", null, {}, standing(report)));
}

export function showHandsets(page, actions) {
  const { now_ms } = page;
  show(byId("handset-rows"), page.handsets.map((handset) => {
    const silent = handset.last_contact_ms === null || now_ms - handset.last_contact_ms > SILENT_MS;
    const low = handset.battery_pct !== null && handset.battery_pct < LOW_BATTERY_PCT;
    const where = handset.position
      ? button(place(handset.position, 4), { class: "plain", "data-key": `place-${handset.device}`, "aria-label": `show ${handset.call_sign} on the map` }, () => actions.goTo(handset.position))
      : element("span", "unknown", { class: "soft" });
    return element("tr", null, { class: silent ? "silent" : "" },
      element("td", null, {}, sender(handset)),
      element("td", `${handset.last_contact_ms !== null && silent ? "⚠ silent, " : ""}${age(handset.last_contact_ms, now_ms)}`, { class: "number", title: clockTime(handset.last_contact_ms, now_ms) }),
      element("td", handset.battery_pct === null ? "?" : `${low ? "⚠ low " : ""}${handset.battery_pct} %`, { class: "number" }),
      element("td", handset.rssi_dbm === null ? "?" : `${handset.rssi_dbm} dBm`, { class: "number" }),
      element("td", null, { class: "number" }, where),
      element("td", handset.reports, { class: "number" }));
  }));
}

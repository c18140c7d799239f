// The duty officer's page: holds what is known, and shows it anew whenever something has changed.

import { read, reportsAddress } from "./archive.js";
import { openReport, prepareDetail } from "./detail.js";
import { prepareExports } from "./exports.js";
import { showAlarms, showHealth } from "./health.js";
import { prepareLanguages } from "./languages.js";
import { Line } from "./line.js";
import { goTo, showMap } from "./map.js";
import { prepareSound } from "./sound.js";
import { showSos } from "./sos.js";
import { showHandsets, showReports } from "./stream.js";
import { byId, clockTime } from "./words.js";

const REFRESH_AFTER_MS = 120; // several changes of one commit become one look
const PAGE_SIZE = 60;

const page = { status: null, reports: [], handsets: [], alarms: [], now_ms: 0, connected: false, cutOff: false, limit: PAGE_SIZE, mayBeOlder: false, missedAfter: 0 };
const actions = { refresh, goTo, open: (id) => openReport(id, actions), reportsOf };

let looking = null;
let again = false;

// One look at a time; a change during it leads to one more.
function refresh() {
  if (looking) { again = true; return looking; }
  looking = look().finally(() => {
    looking = null;
    if (again) { again = false; refresh(); }
  });
  return looking;
}

async function look() {
  const addresses = ["/api/status", reportsAddress(byId("filter").value, page.limit), "/api/handsets", "/api/alarms"];
  try {
    [page.status, page.reports, page.handsets, page.alarms] = await Promise.all(addresses.map(read));
  } catch {
    return cutOff();
  }
  page.now_ms = page.status.now_ms;
  page.connected = page.status.feed.connected;
  page.mayBeOlder = page.reports.length >= page.limit;
  showAll();
}

function showAll() {
  showHealth(page);
  showSos(page, actions);
  showAlarms(page, actions);
  showReports(page, actions);
  showHandsets(page, actions);
  showMap(page, actions);
  showFeed();
}

function showFeed() {
  const since = page.status?.feed.changed_ms;
  const text = page.cutOff ? "CUT OFF from the Secretariat: what you see is old. Trying again …"
    : page.status && !page.connected ? `The BACKBONE IS DOWN${since ? ` since ${clockTime(since)}` : ""}: no report can arrive until it is back. Gateways keep what they hear.` : "";
  if (byId("cut-off").textContent !== text) byId("cut-off").textContent = text;
  byId("cut-off").hidden = !text;
  document.body.classList.toggle("old", page.cutOff);
}

function cutOff() {
  if (!page.cutOff) page.missedAfter = Math.max(0, ...page.reports.map((report) => report.id));
  page.cutOff = true;
  if (page.status) showHealth(page);
  showFeed();
}

async function back() {
  page.cutOff = false;
  await refresh();
  const missed = page.reports.filter((report) => report.id > page.missedAfter).length;
  byId("missed").textContent = missed ? `Back. ${missed === page.limit ? `${missed} or more` : missed} reports came while this page was cut off; they are marked.` : "Back. Nothing was missed.";
  byId("missed").hidden = false;
  setTimeout(() => { byId("missed").hidden = true; page.missedAfter = 0; }, 30_000);
}

function pulse({ now_ms, connected }) {
  page.now_ms = now_ms;
  if (!page.status) return;
  if (page.connected !== connected) { refresh(); return; }
  showHealth(page);
  showSos(page, actions);
  showAlarms(page, actions);
  showHandsets(page, actions);
  showMap(page, actions);
}

let timer = null;
const later = () => { timer ??= setTimeout(() => { timer = null; refresh(); }, REFRESH_AFTER_MS); };

function reportsOf(device) {
  const newest = page.reports.find((report) => report.device === device);
  if (newest) openReport(newest.id, actions);
}

byId("person").value = localStorage.getItem("person") ?? "";
byId("person").addEventListener("change", () => {
  localStorage.setItem("person", byId("person").value.trim());
  if (page.status) showSos(page, actions);
});
byId("filter").addEventListener("change", refresh);
byId("older").addEventListener("click", () => { page.limit = Math.min(500, page.limit + PAGE_SIZE); refresh(); });
prepareLanguages(() => { if (page.status) showAll(); });
prepareSound();
prepareDetail();
prepareExports(page);
new Line({ onChange: later, onPulse: pulse, onCut: cutOff, onBack: back });
await refresh();

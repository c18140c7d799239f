// The duty officer's page: holds what is known, and shows it anew whenever something has changed.

import { ask, asked, prepareAddress, searchAddress, trailsAddress } from "./address.js";
import { SIGNED_OUT, isRefusal, read, tell } from "./archive.js";
import { showBook } from "./book.js";
import { followReport, openReport, prepareDetail } from "./detail.js";
import { prepareDown, readWords, showDown } from "./down.js";
import { byId } from "./elements.js";
import { prepareExports } from "./exports.js";
import { dropSearch, prepareFilters, showFilters } from "./filters.js";
import { openHandset, prepareHandset, showHandset } from "./handset.js";
import { showHandsets } from "./handsets.js";
import { showAlarms, showHealth, showHealthInDetail } from "./health.js";
import { showInHand } from "./in_hand.js";
import { phrase, prepareLanguages, understood } from "./languages.js";
import { Line } from "./line.js";
import { goTo, showMap } from "./map.js";
import { markCut, prepareMarks } from "./marks.js";
import { prepareMedical, readMedical, showMedical } from "./medical.js";
import { prepareNotices, readNotices, showNotices } from "./notices.js";
import { oneAtATime } from "./one_at_a_time.js";
import { hear, mayHaveActed, prepareOthers, showOthers } from "./others.js";
import { preparePeople, readPeople, showPeople } from "./people.js";
import { prepareSaying, showSaying } from "./saying.js";
import { prepareSignedIn, showSignedIn } from "./signed_in.js";
import { prepareSound, showSound } from "./sound.js";
import { prepareSos, showSos } from "./sos.js";
import { showReports } from "./stream.js";
import { prepareSure } from "./sure.js";
import { prepareViews, showView } from "./views.js";
import { age, clockTime, countByMode, setMissionMode } from "./words.js";

const REFRESH_AFTER_MS = 120; // several changes of one commit become one look
const PAGE_SIZE = 60;
const PAGE_LIMIT = 480;

const page = {
  status: null, reports: [], olderBefore: null, handsets: [], alarms: [], places: { worksites: [], hazards: [] }, trails: null, revocations: [], inHand: [], calls: [], words: [], notices: [], medical: [], people: { accounts: [], log: [] },
  now_ms: 0, connected: false, cutOff: false, limit: PAGE_SIZE, newestRead: null, missedAfter: null, cutOff_ms: null,
};
const actions = { refresh, goTo: show, open: (id) => openReport(id, actions), handset: (handset) => openHandset(handset, page, actions), hops: () => page.status.hops, reportsOf };

const known = prepareSignedIn(() => { if (page.status) refresh(); }); // who is there, before anything is shown
let painted = false;
let isRead = false; // all that the views need, once
let readUpTo = -1; // the number of a change
let heardAt = performance.now(); // when the page's time was told last

// True if all was read.
async function refresh() {
  const calls = lookForCalls();
  const all = await Promise.all([calls, lookAround(calls)]);
  return all.every(Boolean);
}

async function trails() {
  const question = trailsAddress();
  return question ? read(question).catch((error) => leftOut(error, question !== trailsAddress(), { since: "trail" }, ["trail"])) : null;
}

// A question that is refused is asked again without what was refused, unless another look is on its way.
function leftOut(error, isOld, ...search) {
  if (!isRefusal(error) || !(isOld || dropSearch(error, ...search))) throw error;
  return null;
}

// What each view needs beyond what all of them do.
const OF_VIEW = {
  picture: async () => { [page.places, page.revocations, page.inHand, page.trails] = await Promise.all([read("/api/places"), read("/api/down/revocations"), read("/api/sos/in_hand"), trails()]); },
  down: async () => { page.words = await readWords(); },
  book: async () => { page.calls = await read("/api/sos"); },
  notices: async () => { page.notices = await readNotices(); },
  emt: async () => { page.medical = await readMedical(); },
  people: async () => { await known; page.people = await readPeople(); },
};

// Who calls is shown whatever becomes of all else that is asked for, and does not wait for it.
const lookForCalls = oneAtATime(async () => {
  try {
    const [status, alarms] = await Promise.all([read("/api/status"), read("/api/alarms"), known]);
    Object.assign(page, { status, alarms, now_ms: status.now_ms, connected: status.feed.connected });
  } catch (error) {
    return notRead(error);
  }
  heardAt = performance.now();
  setMissionMode(page.status.mode);
  showCalls();
  return true;
});

// All else, after the status: whatever had changed by then is in it.
const lookAround = oneAtATime(async (calls) => {
  if (!await calls) return false;
  const upTo = page.status.newest_change;
  const parts = await Promise.allSettled([handsets(), search(), OF_VIEW[asked().view || "picture"]?.(), followReport(actions)]);
  const failures = parts.filter((part) => part.status === "rejected");
  failures.forEach((part) => notRead(part.reason));
  if (isRead) showAll();
  if (failures.length) return false;
  readUpTo = upTo;
  return true;
});

async function handsets() {
  page.handsets = await read("/api/handsets");
  isRead = true;
}

async function search() {
  const question = searchAddress(page.limit);
  const found = await read(question).catch((error) => leftOut(error, question !== searchAddress(page.limit)));
  if (found) Object.assign(page, { reports: found.reports, olderBefore: found.older_before_id, newestRead: found.newest_id });
}

function notRead(error) {
  if (error.status === SIGNED_OUT) location.replace("/login");
  else if (isRefusal(error)) tell(understood(error.reason || error.message));
  else cutOff();
  return false;
}

function showCalls() {
  showSos(page, actions);
  showHealth(page);
  showFeed();
}

function showAll() {
  showView();
  showWhatAges();
  showFilters(page);
  showReports(page, actions);
  showBook(page, actions);
  showSaying(page);
  showDown(page, actions);
  showNotices(page);
  showMedical(page, actions);
  showPeople(page, actions);
  showHandset(page, actions);
  showOthers(page);
}

function showWhatAges() {
  showCalls();
  showAlarms(page, actions);
  showHealthInDetail(page);
  showInHand(page, actions);
  showMap(page, actions);
  if (painted) showHandsets(page, actions);
  else requestAnimationFrame(() => setTimeout(() => { painted = true; showHandsets(page, actions); })); // a long table, below what is seen first
}

function showFeed() {
  const since = page.status?.feed.changed_ms;
  const text = page.cutOff && !page.cutOff_ms ? phrase("The Secretariat does not answer.") : page.cutOff ? phrase("CUT OFF from the Secretariat since {time}: what you see is old, nothing can be done. Trying again …", { time: clockTime(page.cutOff_ms) })
    : page.status && !page.connected ? phrase("The BACKBONE IS DOWN since {time}: no report can arrive until it is back. Gateways keep what they hear.", { time: clockTime(since) }) : "";
  if (byId("cut-off-what").textContent !== text) byId("cut-off-what").textContent = text;
  byId("cut-off").hidden = !text;
  markCut(text);
  showCutAge();
  document.body.classList.toggle("old", page.cutOff);
}

// While nothing is heard, the page's own clock says how old everything is; apart from the alert, which is said once.
function showCutAge() {
  const since_ms = page.cutOff ? page.cutOff_ms : page.status && !page.connected ? page.status.feed.changed_ms : null;
  byId("cut-off-age").textContent = since_ms ? age(since_ms, page.now_ms + (page.cutOff ? performance.now() - heardAt : 0)) : "";
}

function cutOff() {
  if (!page.cutOff) {
    page.missedAfter ??= page.newestRead;
    page.cutOff_ms = page.now_ms || null;
  }
  page.cutOff = true;
  if (page.status) showHealth(page);
  showFeed();
}

async function back() {
  const missed = await refresh() && await readMissed();
  if (!missed || !page.cutOff) return; // the next pulse tries again
  page.cutOff = false;
  showFeed();
  showHealth(page);
  if (page.missedAfter === null) return; // nothing had been seen before
  const n = `${countByMode(missed)}${missed.length === PAGE_LIMIT ? "+" : ""}`;
  byId("missed-what").textContent = missed.length ? phrase("Back. Reports that came while this page was cut off: {n}; they are marked.", { n }) : phrase("Back. Nothing was missed.");
  byId("missed").hidden = false;
}

// Whatever the stream is searched for.
async function readMissed() {
  try {
    const { reports } = await read(searchAddress(PAGE_LIMIT, {}));
    return reports.filter((report) => report.id > page.missedAfter);
  } catch (error) {
    return notRead(error);
  }
}

// What was missed stays marked until somebody says that they have seen it.
function seen() {
  byId("missed").hidden = true;
  page.missedAfter = page.cutOff ? page.newestRead : null;
  showAll();
}

function pulse({ now_ms, connected }) {
  page.now_ms = now_ms;
  heardAt = performance.now();
  if (page.cutOff) { back(); return; }
  if (!isRead) return;
  if (page.connected !== connected) { refresh(); return; }
  showWhatAges();
}

let timer = null;
// What was read before the line stood may lack what came in between.
async function hello(newest) {
  lookForCalls();
  await Promise.allSettled([firstView]);
  mayHaveActed();
  if (newest > readUpTo) later();
}

function changed({ kind }) {
  hear(kind);
  later();
}

const later = () => { timer ??= setTimeout(() => { timer = null; refresh(); }, REFRESH_AFTER_MS); };

function show(position) {
  if ((asked().view || "picture") !== "picture") ask({ view: "" });
  goTo(position);
}

function reportsOf(handset) {
  ask({ view: "", device: String(handset.device), type: "all", before: "" });
  byId("reports").focus();
}

byId("missed-seen").addEventListener("click", seen);
setInterval(showCutAge, 1000);
byId("older").addEventListener("click", () => {
  if (page.reports.length && page.limit < PAGE_LIMIT) page.limit += PAGE_SIZE;
  else ask({ before: page.olderBefore });
  refresh();
});
byId("trail").addEventListener("change", () => ask({ trail: byId("trail").value }));
prepareAddress(refresh);
prepareViews();
prepareFilters();
prepareMarks(() => byId("sos").focus());
prepareLanguages(() => { showSound(); showSignedIn(); if (isRead) showAll(); });
prepareSound();
prepareDetail();
prepareSure();
prepareSos();
prepareOthers(page);
prepareHandset(page, actions);
prepareMedical(page, actions);
preparePeople(actions);
prepareExports(page);
prepareNotices(actions);
prepareSaying(actions);
prepareDown(actions);
new Line({ onHello: hello, onChange: changed, onPulse: pulse, onCut: cutOff, onBack: back });
const firstView = refresh();

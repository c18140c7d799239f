// The operator's page: asks its own gateway every two seconds, and shows what stands wrong first.

import { byId, element, put, row } from "./elements.js";
import { facts } from "./facts.js";
import { handsetRows } from "./handsets.js";
import { phrase, prepareLanguages } from "./languages.js";
import { prepareMap, showMap } from "./map.js";
import { alarmWords, modeWords, refusalWords } from "./words.js";

const PERIOD_MS = 2000, TIMEOUT_MS = 5000;
let newest = null, answers = true;

function alarm(a) {
  const made = element("div", alarmWords(a).replace(/^SOS /, ""), { class: a.name.startsWith("sos.") ? `${a.level} sos` : a.level });
  if (a.remedy) made.append(element("small", phrase(a.remedy)));
  return made;
}

const silence = () => element("div", phrase("the gateway does not answer; what is below is old"), { class: "critical" });

// An alarm that stands unchanged is not read aloud again and again.
function showAlarms(alarms) {
  const old = byId("alarms").children;
  if (old.length !== alarms.length || alarms.some((one, index) => !one.isEqualNode(old[index]))) put("alarms", alarms);
}

function show(s) {
  newest = s;
  document.title = `${s.alarm_details.length ? `(${s.alarm_details.length}) ` : ""}${s.gateway} · Turna gateway`;
  byId("name").textContent = `${s.gateway} · ${s.mission}`;
  byId("mode").textContent = modeWords(s.mode);
  byId("clock").textContent = s.has_time
    ? `${new Date(s.time_s * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC` : phrase("the time is not known here");
  showAlarms([...(answers ? [] : [silence()]), ...s.alarm_details.map(alarm)]);
  put("facts", facts(s));
  put("handsets", handsetRows(s.handsets));
  const refused = Object.entries(s.refused);
  put("refused", refused.length ? refused.map(([why, times]) => row([refusalWords(why), times])) : [row([phrase("nothing")])]);
  showMap(s.handsets);
}

async function refresh() {
  try {
    const answer = await fetch("status.json", { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const status = await answer.json();
    answers = true;
    show(status);
  } catch {
    answers = false;
    if (newest) show(newest);
    else showAlarms([silence()]);
  }
  setTimeout(refresh, PERIOD_MS);
}

prepareLanguages(() => newest && show(newest));
prepareMap();
refresh();

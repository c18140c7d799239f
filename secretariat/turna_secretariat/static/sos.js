// The SOS that nobody can miss: a card for each, above everything, until a named person accepts it.

import { act, say } from "./archive.js";
import { say as inWords } from "./languages.js";
import { alarm as sound } from "./sound.js";
import { age, button, byId, clockTime, element, modeTag, place, sender, show } from "./words.js";

let known = new Set();

export function showSos(page, actions) {
  const open = page.alarms.filter((alarm) => alarm.kind === "sos");
  const calling = open.filter((alarm) => alarm.cancelled_ms === null);
  const panel = byId("sos");
  const isNew = open.some((alarm) => !known.has(alarm.id));
  known = new Set(open.map((alarm) => alarm.id));
  panel.hidden = open.length === 0;
  document.body.classList.toggle("in-distress", open.length > 0);
  byId("sos-title").textContent = open.length === 1 ? "SOS: one team calls" : `SOS: ${open.length} calls are open`;
  const callingFirst = [...calling, ...open.filter((alarm) => alarm.cancelled_ms !== null)];
  show(byId("sos-cards"), callingFirst.map((alarm) => card(alarm, page, actions)));
  sound(calling.length > 0);
  const typing = ["INPUT", "SELECT", "TEXTAREA"].includes(document.activeElement?.tagName);
  if (isNew && !typing && !byId("report").open) panel.focus(); // not a button: a key pressed just now must accept nothing
}

function card(alarm, page, actions) {
  const handset = page.handsets.find((each) => each.device === alarm.device);
  const position = alarm.report?.position ?? handset?.position;
  const cancelled = alarm.cancelled_ms !== null;
  const name = byId("person").value.trim();
  const facts = [alarm.report?.kind && alarm.report.kind !== "unspecified" ? inWords("sos_kind", alarm.report.kind) : null,
    alarm.report?.people ? `${alarm.report.people} people` : null, `at ${place(position)}`,
    handset?.battery_pct !== null && handset ? `battery ${handset.battery_pct} %` : null];
  return element("article", null, { class: `sos-card ${cancelled ? "cancelled" : ""}`, "aria-label": `SOS of ${alarm.call_sign}` },
    element("span", cancelled ? "CANCELLED" : "SOS", { class: "octagon", "aria-hidden": "true" }),
    element("div", null, {},
      element("h3", null, {}, sender(alarm), modeTag(alarm.mode ?? "actual")),
      element("p", facts.filter(Boolean).join(" · ")),
      element("p", `stored ${clockTime(alarm.at_ms, page.now_ms)}, ${age(alarm.at_ms, page.now_ms)}`, { class: "soft" }),
      cancelled ? element("p", `Taken back by the sender at ${clockTime(alarm.cancelled_ms, page.now_ms)}. Call them by voice before you close it.`, { class: "cancel-note" }) : "",
      element("p", null, { class: "deeds" },
        button(name ? `Accept as ${name}` : "Accept", { class: "primary", "data-key": `accept-${alarm.id}` }, () => accept(alarm, actions)),
        button("Show on map", { "data-key": `map-${alarm.id}` }, () => actions.goTo(position)),
        button("Whole report", { "data-key": `open-${alarm.id}` }, () => actions.open(alarm.report_id)))));
}

async function accept(alarm, actions) {
  say(await act(`/api/reports/${alarm.report_id}/accepted`));
  await actions.refresh();
}

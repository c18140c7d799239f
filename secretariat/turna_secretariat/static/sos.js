// The SOS that nobody can miss: a card for each, above everything, until a named person accepts it.

import { act, tell } from "./archive.js";
import { button, byId, copyable, element, plain, show } from "./elements.js";
import { phrase, say } from "./languages.js";
import { markCalls } from "./marks.js";
import { deedButton, mayAct, me, whyNot } from "./signed_in.js";
import { armed, alarm as sound } from "./sound.js";
import { BOUNCE_MS, askOnce } from "./sure.js";
import { age, clockTime, countByMode, modeTag, place, sender } from "./words.js";

let known = new Set();
let order = []; // of the cards: what is about to be touched does not move, a new call comes below

export function showSos(page, actions) {
  const open = page.alarms.filter((alarm) => alarm.kind === "sos");
  const calling = open.filter((alarm) => alarm.cancelled_ms === null);
  const panel = byId("sos");
  const fresh = open.filter((alarm) => !known.has(alarm.id));
  known = new Set(open.map((alarm) => alarm.id));
  panel.hidden = open.length === 0;
  document.body.classList.toggle("in-distress", open.length > 0);
  const silent = calling.length && !armed() ? ` · ✘ ${phrase("sound is off")}` : "";
  const title = open.length === 1 ? phrase("SOS: one team calls") : phrase("SOS: open calls: {n}", { n: countByMode(open) });
  if (byId("sos-title").textContent !== title + silent) byId("sos-title").textContent = title + silent;
  const callingFirst = [...calling, ...open.filter((alarm) => alarm.cancelled_ms !== null)];
  show(byId("sos-cards"), inTheirPlaces(callingFirst).map((alarm) => card(alarm, page, actions)));
  markCalls(calling.map((alarm) => plain(alarm.call_sign)));
  sound(calling.length > 0);
  if (fresh.length) announce(fresh, panel);
}

function inTheirPlaces(alarms) {
  const ids = alarms.map((alarm) => alarm.id);
  order = [...order.filter((id) => ids.includes(id)), ...ids.filter((id) => !order.includes(id))];
  return order.map((id) => alarms.find((alarm) => alarm.id === id));
}

// Accepting takes no second question, so a touch counts only where the list was at rest when the finger came down:
// neither the bounce of a touch before, nor one that was meant for what stood there a moment ago.
let restsFrom_ms = 0;
let touched_ms = 0;
let shown = "";

function unsettle() {
  restsFrom_ms = performance.now() + BOUNCE_MS;
  setTimeout(markUnrest, BOUNCE_MS + 1);
  markUnrest();
}

function markUnrest() {
  const isAtRest = performance.now() >= restsFrom_ms;
  for (const each of byId("sos-cards").querySelectorAll("[data-accept]")) {
    if (isAtRest) each.removeAttribute("aria-disabled");
    else each.setAttribute("aria-disabled", "true");
  }
}

function onCards() {
  const stand = [...byId("sos-cards").children].map((each) => each.dataset.stands).join(" ");
  if (stand !== shown) unsettle();
  else if (performance.now() < restsFrom_ms) markUnrest(); // cards made anew
  shown = stand;
}

export function prepareSos() {
  new MutationObserver(onCards).observe(byId("sos-cards"), { childList: true });
  byId("sos-cards").addEventListener("pointerdown", (event) => { touched_ms = event.timeStamp; }, true);
}

async function accept(event, alarm, actions) {
  const began_ms = event.detail ? touched_ms : event.timeStamp; // by a key there is no finger
  if (began_ms < restsFrom_ms) return;
  unsettle();
  tell(await act(`/api/reports/${alarm.report_id}/accepted`));
  await actions.refresh();
}

// Who listens to a screen reader hears of it wherever they are; who types goes on typing.
function announce(fresh, panel) {
  byId("sos-news").textContent = plain(fresh.map((alarm) => phrase("SOS of {who}", { who: alarm.call_sign })).join(". "));
  const typing = ["INPUT", "SELECT", "TEXTAREA"].includes(document.activeElement?.tagName);
  if (!typing && !document.querySelector("dialog[open]")) panel.focus(); // not a button: a key pressed just now must accept nothing
}

function card(alarm, page, actions) {
  const handset = page.handsets.find((each) => each.device === alarm.device);
  const own = alarm.report?.position;
  const position = own ?? handset?.position;
  const cancelled = alarm.cancelled_ms !== null;
  const facts = [alarm.report?.kind && alarm.report.kind !== "unspecified" ? say("sos_kind", alarm.report.kind) : null,
    alarm.report?.people ? phrase("people: {n}", { n: alarm.report.people }) : null,
    handset && handset.battery_pct !== null ? phrase("battery {n} %", { n: handset.battery_pct }) : null];
  return element("article", null, { class: `sos-card ${cancelled ? "cancelled" : ""}`, "data-stands": `${alarm.id}${cancelled ? "-" : ""}`, "aria-label": phrase("SOS of {who}", { who: alarm.call_sign }) },
    element("span", cancelled ? phrase("CANCELLED") : "SOS", { class: "octagon", "aria-hidden": "true" }),
    element("div", null, {},
      element("h3", null, {}, sender(alarm), modeTag(alarm.mode ?? "actual"), element("span", age(alarm.at_ms, page.now_ms), { class: "age" })),
      element("p", facts.filter(Boolean).join(" · ")),
      where(position, own, page),
      element("p", phrase("stored {time}", { time: clockTime(alarm.at_ms, page.now_ms) }), { class: "soft" }),
      cancelled ? element("p", phrase("Taken back by the sender at {time}. Call them by voice before you close it.", { time: clockTime(alarm.cancelled_ms, page.now_ms) }), { class: "cancel-note" }) : "",
      deeds(alarm, position, actions)));
}

// Where to go: to be copied in one go, and whether it is the call's own place or an older one.
function where(position, own, page) {
  if (!position) return element("p", phrase("Place unknown: ask them, or the teams near to them."), { class: "bad" });
  const older = own ? "" : element("span", ` ${phrase("last known place, {age}", { age: age(position.seen_ms, page.now_ms) })}`, { class: "bad" });
  return element("p", null, {}, copyable(place(position), phrase("Copy")), older);
}

function deeds(alarm, position, actions) {
  return element("div", null, { class: "deeds" },
    deedButton(mayAct() ? phrase("Accept as {person}", { person: me().person }) : phrase("Accept"), { class: "primary", "data-key": `accept-${alarm.id}`, "data-accept": "" }, (event) => accept(event, alarm, actions)),
    deedButton(`${phrase("False alarm")} …`, { "data-key": `false-${alarm.id}` }, () => askFalseAlarm({ id: alarm.report_id, call_sign: alarm.call_sign }, actions)),
    position ? button(phrase("Show on map"), { "data-key": `map-${alarm.id}` }, () => actions.goTo(position)) : "",
    button(phrase("The whole report"), { "data-key": `open-${alarm.id}` }, () => actions.open(alarm.report_id)),
    mayAct() ? "" : element("span", whyNot(), { class: "soft" }));
}

// Nobody takes a call for help for nothing by a slip of the hand.
export function askFalseAlarm({ id, call_sign }, actions) {
  askOnce({
    title: phrase("Really a false alarm? {who}", { who: call_sign }), yes: phrase("Yes, a false alarm"),
    what: phrase("The call ends for everybody, the sound stops, and the handset shows: false alarm. Speak with them first."),
    reasons: [phrase("They say by voice that all is well"), phrase("Pressed by mistake"), phrase("A test")],
    deed: async (reason) => {
      const problem = await act(`/api/reports/${id}/false_alarm`, { reason });
      if (!problem) await actions.refresh();
      return problem;
    },
  });
}

// Whether what is shown can be trusted: page, backbone, gateways, alarms about all of them.

import { act, tell } from "./archive.js";
import { button, byId, element, plain, show } from "./elements.js";
import { PROOFS } from "./detail.js";
import { isSilent } from "./handsets.js";
import { phrase, sayLater, understood } from "./languages.js";
import { deedButton } from "./signed_in.js";
import { age, clockTime, countByMode, lasting, modeTag, modeWords, sender, standingWords, words } from "./words.js";

const LATE_S = 120; // what has waited so long at a gateway will not go by itself in a moment
const MANY_SILENT = 6; // more, as when a gateway fails, fold into one alarm that leaves room for the others
const HEARTBEAT_MISSED_MS = 150_000; // a gateway speaks every 30 to 60 s
const ALARMS = {
  not_authentic: sayLater("not authentic"), unknown_device: sayLater("unknown device"), clone: sayLater("clone"), undecodable: sayLater("undecodable"),
  quarantined: sayLater("quarantined"), foreign_gateway: sayLater("foreign gateway"), revoked: sayLater("revoked"), unknown_order: sayLater("unknown order"),
};
// What an officer does about each; at three in the morning nobody looks into a manual.
const REMEDIES = {
  not_authentic: sayLater("forged, or a wrong key: look at the gateway that carried it"), unknown_device: sayLater("not of this mission: was it set up for another one?"), clone: sayLater("a handset was copied: take its keys away"),
  undecodable: sayLater("made by a newer handset: update the Secretariat"), quarantined: sayLater("kept, but not readable: tell the makers of Turna"), foreign_gateway: sayLater("a sender uses another gateway's name: check the broker's access rules"),
  revoked: sayLater("its keys were taken away: it is in wrong hands"), unknown_order: sayLater("this archive is an older copy: look what was said since"),
};
const NUMBERS = {
  heard: sayLater("packets heard, repeated ones too"), stored: sayLater("packets kept"), acknowledged: sayLater("acknowledged by radio"), receipted: sayLater("receipts had"),
  refused: sayLater("packets refused"), waiting_sos: sayLater("SOS waiting"), waiting_report: sayLater("reports waiting"), waiting_health: sayLater("positions and device health waiting"),
  oldest_waiting_s: sayLater("oldest waiting"), uptime_s: sayLater("running for"),
};

export function showHealth(page) {
  const { status, now_ms } = page;
  const mode = modeWords(status.mode);
  const real = status.mode === "actual";
  byId("mission").textContent = status.mission;
  byId("clock").textContent = clockTime(now_ms);
  byId("mode").hidden = false;
  byId("mode").textContent = real ? phrase("REAL OPERATION") : `${mode} · ${phrase("nothing shown here is real")} · ${mode}`;
  byId("mode").classList.toggle("real", real);
  for (const each of document.querySelectorAll("[data-mode-mark]")) { each.hidden = real; each.textContent = mode; } // a dialog hides the banner
  document.body.classList.toggle("not-real", !real);
  const sos = page.alarms.filter((alarm) => alarm.kind === "sos");
  document.title = `${real ? "" : `${mode} · `}${sos.length ? `SOS (${countByMode(sos)}) · ` : ""}Turna · ${phrase("Secretariat")}`;
  const refused = Object.values(status.counts.refused).reduce((sum, each) => sum + each, 0);
  show(byId("health"), [
    chip(phrase("Page"), page.cutOff ? phrase("CUT OFF") : phrase("live"), !page.cutOff),
    backbone(page),
    ...status.gateways.map((gateway) => chip(phrase("Gateway {name}", { name: gateway.name }), ...(page.cutOff ? [phrase("not known"), false] : gatewayWords(gateway, now_ms)))),
    ...(refused ? [chip(phrase("Refused messages"), refused, false)] : []),
    ...Object.entries(status.counts.other_modes ?? {}).filter(([, count]) => count).map(([name, count]) => chip(phrase("Reports of another mode, {mode}", { mode: modeWords(name) }), count, name !== "actual")),
  ]);
}

// Who hears nothing of the Secretariat knows nothing of its line to the gateways.
function backbone({ cutOff, connected }) {
  if (cutOff) return chip(phrase("Backbone"), phrase("not known"), false);
  return chip(phrase("Backbone"), connected ? phrase("connected") : phrase("DOWN"), connected);
}

// Whether what a gateway is given can go out now.
export function gatewayWorks(gateway, now_ms) {
  return gateway.heard_ms !== null && gateway.connected && now_ms - gateway.heard_ms <= HEARTBEAT_MISSED_MS && gateway.health.modem_up !== false;
}

function gatewayWords({ heard_ms, connected, health }, now_ms) {
  const waiting = (health.waiting_sos ?? 0) + (health.waiting_report ?? 0) + (health.waiting_health ?? 0);
  if (heard_ms === null) return [phrase("not heard yet"), false];
  if (!connected) return [phrase("DOWN since {time}", { time: clockTime(heard_ms, now_ms) }), false];
  if (now_ms - heard_ms > HEARTBEAT_MISSED_MS) return [phrase("SILENT, {age}", { age: age(heard_ms, now_ms) }), false];
  if (health.modem_up === false) return [phrase("modem DOWN"), false];
  if (!waiting) return [phrase("up"), true];
  const late = health.oldest_waiting_s > LATE_S;
  const oldest = health.oldest_waiting_s === null ? "" : `, ${phrase("the oldest for {n} s", { n: health.oldest_waiting_s })}`;
  return [`${late ? `${phrase("LATE")}: ` : ""}${phrase("waiting there: {n}", { n: waiting })}${oldest}`, !late];
}

function chip(name, text, good) {
  return element("li", null, { class: good ? "good" : "bad" }, element("span", good ? "✔" : "✘", { "aria-hidden": "true" }), ` ${name} `, element("b", text));
}

// The view of its own: each gateway's last word in numbers, and what the feed has counted.
export function showHealthInDetail({ status, handsets, now_ms }) {
  show(byId("gateway-details"), status.gateways.map((gateway) => {
    const [text, good] = gatewayWords(gateway, now_ms);
    return element("article", null, { class: "card" },
      element("h3", null, {}, gateway.name, " ", element("span", gateway.country.toUpperCase(), { class: "tag" })),
      element("p", `${good ? "✔" : "✘"} ${text}`, { class: good ? "good" : "bad" }),
      element("p", phrase("last heard {age}", { age: age(gateway.heard_ms, now_ms) }), { class: "soft" }),
      numbers(Object.entries(NUMBERS).filter(([name]) => gateway.health[name] !== undefined).map(([name, text]) => [phrase(text), name.endsWith("_s") ? lasting(gateway.health[name]) : gateway.health[name]])));
  }));
  show(byId("feed-details"), cameIn(status));
  const gaps = handsets.filter((handset) => handset.missing);
  show(byId("gap-details"), gaps.length ? [numbers(gaps.map((handset) => [handset.call_sign, phrase("{n} missing", { n: handset.missing })]))] : [element("p", phrase("None."), { class: "empty" })]);
}

// The reports of the mission's mode and what they are: those add up. What is none of them stands apart.
function cameIn({ mode, counts }) {
  const standings = Object.entries({ authentic: 0, ...counts.by_standing });
  return [numbers([
    [phrase("Reports kept here, {mode}", { mode: modeWords(mode) }), standings.reduce((sum, [, count]) => sum + count, 0)],
    ...standings.map(([name, count], index) => [`${index ? "+" : "="} ${name === "authentic" ? phrase("proved to be their senders'") : `${standingWords(name)}: ${phrase(PROOFS[name] ?? words(name))}`}`, count]),
  ]), element("h3", phrase("Not among them")), numbers([
    [phrase("copies that came again"), counts.copies], [phrase("put aside"), counts.put_aside],
    ...Object.entries(counts.refused).map(([reason, count]) => [`${phrase("refused")}: ${words(reason)}`, count]),
    ...Object.entries(counts.other_modes).map(([name, count]) => [phrase("of another mode, {mode}: in no other figure", { mode: modeWords(name) }), count]),
  ])];
}

function numbers(rows) {
  return element("dl", null, { class: "numbers" }, ...rows.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
}

export function showAlarms(page, actions) {
  const silent = page.handsets.filter((handset) => isSilent(handset, page.now_ms));
  const down = page.status.gateways.filter((gateway) => gateway.heard_ms !== null && !gatewayWorks(gateway, page.now_ms));
  const more = Math.max(0, (page.status.open_alarms ?? 0) - page.alarms.length); // older ones that the list has no room for
  const count = page.alarms.length + more + silent.length + down.length;
  byId("no-alarms").hidden = count > 0;
  byId("no-alarms").textContent = plain(quiet(page));
  byId("alarm-count").textContent = count || "";
  const silences = silent.length > MANY_SILENT ? [manySilent(silent, page, actions)] : silent.map((handset) => silenceRow(handset, page, actions));
  show(byId("alarm-list"), [...page.alarms.map((alarm) => alarmRow(alarm, page, actions)), ...(more ? [element("li", phrase("and {n} more", { n: more }))] : []), ...down.map((gateway) => gatewayRow(gateway, page)), ...silences]);
}

// That nothing is said can mean that nothing arrives: hence when the last was heard.
function quiet({ handsets, now_ms }) {
  const heard = handsets.filter((handset) => handset.last_contact_ms !== null).sort((one, other) => other.last_contact_ms - one.last_contact_ms)[0];
  return heard ? phrase("None. Last heard: {who}, {age}", { who: heard.call_sign, age: age(heard.last_contact_ms, now_ms) }) : phrase("None. Nobody has been heard yet.");
}

function alarmRow(alarm, page, actions) {
  const sos = alarm.kind === "sos";
  const item = element("li", null, { class: sos ? "is-sos" : "" },
    element("strong", sos ? (alarm.cancelled_ms === null ? "SOS" : phrase("SOS, CANCELLED")) : phrase(ALARMS[alarm.kind] ?? words(alarm.kind))),
    !sos && alarm.report?.type === "sos" ? element("span", "SOS", { class: "type-sos says-sos" }) : "", alarm.call_sign ? sender(alarm) : "", modeTag(alarm.mode ?? page.status.mode), sos ? "" : element("span", phrase(REMEDIES[alarm.kind] ?? ""), { class: "remedy" }), sos ? "" : element("span", understood(alarm.detail), { class: "soft" }),
    element("span", age(alarm.at_ms, page.now_ms), { class: "soft" }));
  if (alarm.report_id !== null) item.append(button(phrase("Show"), { "data-key": `alarm-${alarm.id}` }, () => actions.open(alarm.report_id)));
  if (!sos) item.append(deedButton(phrase("Close it"), { "data-key": `close-${alarm.id}` }, async () => {
    tell(await act(`/api/alarms/${alarm.id}/closed`));
    await actions.refresh();
  }));
  return item;
}

// As long as it lasts: nobody can close it.
function gatewayRow(gateway, { status, now_ms }) {
  return element("li", null, { class: "is-silence" }, element("strong", phrase("Gateway {name}", { name: gateway.name })), modeTag(status.mode), element("span", gatewayWords(gateway, now_ms)[0], { class: "bad" }),
    element("span", phrase("what its handsets say waits there, and nothing is said to them"), { class: "remedy" }));
}

// Silence ends by itself when the handset is heard again: nobody can close it.
function silenceRow(handset, page, actions) {
  return element("li", null, { class: "is-silence" }, element("strong", phrase("silent")), sender(handset), modeTag(page.status.mode),
    element("span", phrase("last heard {age}", { age: age(handset.last_contact_ms, page.now_ms) }), { class: "soft" }),
    button(phrase("Its reports"), { "data-key": `silent-${handset.device}` }, () => actions.reportsOf(handset)));
}

function manySilent(silent, page, actions) {
  return element("li", null, { class: "is-silence" }, element("details", null, {}, element("summary", `⚠ ${phrase("silent: {n}", { n: silent.length })}`, { "data-key": "many-silent" }), " ", modeTag(page.status.mode),
    element("p", null, { class: "links" }, ...silent.map((handset) => button(`${handset.call_sign}, ${age(handset.last_contact_ms, page.now_ms)}`, { class: "plain", "data-key": `silent-${handset.device}` }, () => actions.reportsOf(handset))))));
}

// Whether what is shown can be trusted: page, backbone, gateways, alarms about all of them.

import { act, say } from "./archive.js";
import { age, button, byId, clockTime, element, sender, show, words } from "./words.js";

const HEARTBEAT_MISSED_MS = 150_000; // a gateway speaks every 30 to 60 s

export function showHealth(page) {
  const { status, now_ms } = page;
  const mode = status.mode.toUpperCase();
  const real = status.mode === "actual";
  byId("mission").textContent = status.mission;
  byId("clock").textContent = clockTime(now_ms);
  byId("mode").hidden = real;
  byId("mode").textContent = `${mode} · nothing shown here is real · ${mode}`;
  document.body.classList.toggle("not-real", !real);
  const sos = page.alarms.filter((alarm) => alarm.kind === "sos").length;
  document.title = `${real ? "" : `${mode} · `}${sos ? `SOS (${sos}) · ` : ""}Turna Secretariat`;
  const refused = Object.values(status.counts.refused).reduce((sum, each) => sum + each, 0);
  show(byId("health"), [
    chip("Page", page.cutOff ? "CUT OFF" : "live", !page.cutOff),
    chip("Backbone", page.connected ? "connected" : "DOWN", page.connected),
    ...status.gateways.map((gateway) => gatewayChip(gateway, now_ms)),
    ...(refused ? [chip("Refused messages", refused, false)] : []),
  ]);
}

function gatewayChip(gateway, now_ms) {
  const { health } = gateway;
  const waiting = (health.waiting_sos ?? 0) + (health.waiting_report ?? 0) + (health.waiting_health ?? 0);
  const name = `Gateway ${gateway.name}`;
  if (gateway.heard_ms === null) return chip(name, "not heard yet", false);
  if (!gateway.connected) return chip(name, `DOWN since ${clockTime(gateway.heard_ms, now_ms)}`, false);
  if (now_ms - gateway.heard_ms > HEARTBEAT_MISSED_MS) return chip(name, `SILENT, ${age(gateway.heard_ms, now_ms)}`, false);
  if (health.modem_up === false) return chip(name, "modem DOWN", false);
  return chip(name, waiting ? `${waiting} waiting` : "up", true);
}

function chip(name, text, good) {
  return element("li", null, { class: good ? "good" : "bad" }, element("span", good ? "✔" : "✘", { "aria-hidden": "true" }), ` ${name} `, element("b", text));
}

export function showAlarms(page, actions) {
  byId("no-alarms").hidden = page.alarms.length > 0;
  byId("alarm-count").textContent = page.alarms.length || "";
  show(byId("alarm-list"), page.alarms.map((alarm) => {
    const sos = alarm.kind === "sos";
    const item = element("li", null, { class: sos ? "is-sos" : "" },
      element("strong", sos ? (alarm.cancelled_ms === null ? "SOS" : "SOS, CANCELLED") : words(alarm.kind)),
      alarm.call_sign ? sender(alarm) : "", sos ? "" : element("span", alarm.detail, { class: "soft" }),
      element("span", age(alarm.at_ms, page.now_ms), { class: "soft" }));
    if (alarm.report_id !== null) item.append(button("Show", { "data-key": `alarm-${alarm.id}` }, () => actions.open(alarm.report_id)));
    if (!sos) item.append(button("Close it", { "data-key": `close-${alarm.id}` }, async () => {
      say(await act(`/api/alarms/${alarm.id}/closed`));
      await actions.refresh();
    }));
    return item;
  }));
}

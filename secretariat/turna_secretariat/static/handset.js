// One handset: how it is, what is missing of it, and taking its keys away when it is in wrong hands.

import { act } from "./archive.js";
import { button, byId, copyable, element } from "./elements.js";
import { isSilent } from "./handsets.js";
import { phrase } from "./languages.js";
import { mayAct, whyNot } from "./signed_in.js";
import { age, clockTime, modeMark, place, sender } from "./words.js";

const SURE_MS = 8000; // so long the second click is waited for

let device = null;
let sureUntil = 0;

export function openHandset(handset, page, actions) {
  device = handset.device;
  showHandset(page, actions);
  byId("revoke-reason").value = "";
  byId("revoke-note").textContent = "";
  notSure();
  byId("handset").showModal();
}

// Again whenever something has changed, as long as it is open.
export function showHandset(page, actions) {
  const handset = page.handsets.find((each) => each.device === device);
  if (!handset) return;
  const taken = page.revocations.find((each) => each.device === device);
  byId("handset-title").replaceChildren(sender(handset), element("span", phrase("handset {number}", { number: device }), { class: "soft" }));
  byId("handset-facts").replaceChildren(...facts(handset, page));
  byId("handset-links").replaceChildren(
    button(phrase("Its reports"), {}, () => { byId("handset").close(); actions.reportsOf(handset); }),
    handset.position ? button(phrase("Show on map"), {}, () => { byId("handset").close(); actions.goTo(handset.position); }) : "");
  byId("revoked").hidden = !taken;
  if (taken) byId("revoked").textContent = [phrase("Its keys were taken away by {person}, {time}.", { person: taken.person, time: clockTime(taken.at_ms, page.now_ms) }), taken.reason].filter(Boolean).join(" ");
  byId("revoking").hidden = Boolean(taken);
  byId("revoke-may-not").textContent = mayAct() ? "" : whyNot();
  for (const part of [byId("revoke"), byId("revoke-reason")]) part.disabled = !mayAct();
}

function facts(handset, page) {
  const rows = [
    [phrase("Last contact"), handset.last_contact_ms === null ? phrase("never") : `${age(handset.last_contact_ms, page.now_ms)}, ${clockTime(handset.last_contact_ms, page.now_ms)}${isSilent(handset, page.now_ms) ? ` ⚠ ${phrase("silent")}` : ""}`],
    [phrase("Battery"), handset.battery_pct === null ? phrase("unknown") : `${handset.battery_pct} %`],
    [phrase("Signal"), handset.rssi_dbm === null ? phrase("unknown") : `${handset.rssi_dbm} dBm`],
    [phrase("Position"), handset.position ? copyable(place(handset.position), phrase("Copy")) : phrase("unknown")],
    [phrase("Reports stored"), handset.reports],
    [phrase("Numbers missing"), handset.missing ? `${handset.missing} · ${phrase("Gateways are asked for them; a power cut also leaves up to 31 numbers unused for ever.")}` : phrase("none")],
  ];
  return rows.flatMap(([name, value]) => [element("dt", name), element("dd", null, {}, value)]);
}

function notSure() {
  sureUntil = 0;
  byId("revoke").classList.remove("sure");
  byId("revoke").textContent = phrase("Take its keys away for ever");
}

async function revoke(page, actions) {
  const reason = byId("revoke-reason").value.trim();
  const handset = page.handsets.find((each) => each.device === device);
  if (!reason) {
    byId("revoke-note").textContent = phrase("Write why: the log keeps it.");
    return byId("revoke-reason").focus();
  }
  if (performance.now() > sureUntil) {
    sureUntil = performance.now() + SURE_MS;
    byId("revoke-note").textContent = "";
    byId("revoke").classList.add("sure");
    byId("revoke").textContent = modeMark() + phrase("Click again: {who} loses its keys", { who: handset.call_sign });
    return;
  }
  notSure();
  byId("revoke-note").textContent = (await act("/api/down/revocations", { devices: [device], reason })) ?? "";
  await actions.refresh();
}

export function prepareHandset(page, actions) {
  byId("handset-close").addEventListener("click", () => byId("handset").close());
  byId("handset").addEventListener("close", () => { device = null; });
  byId("revoke-reason").addEventListener("input", notSure);
  byId("revoking").addEventListener("submit", (event) => { event.preventDefault(); revoke(page, actions); });
}

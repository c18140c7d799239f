// One handset: how it is, what is missing of it, and taking its keys away when it is in wrong hands.

import { act } from "./archive.js";
import { button, byId, copyable, element, openModal } from "./elements.js";
import { isSilent } from "./handsets.js";
import { phrase } from "./languages.js";
import { mayAct, whyNot } from "./signed_in.js";
import { askOnce } from "./sure.js";
import { age, clockTime, place, sender } from "./words.js";

let device = null;

export function openHandset(handset, page, actions) {
  device = handset.device;
  showHandset(page, actions);
  byId("revoke-reason").value = "";
  byId("revoke-note").textContent = "";
  openModal(byId("handset"));
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
    [phrase("Numbers missing"), handset.missing ? `${handset.missing} · ${phrase("A hint, not a proof that a report is lost. Gateways are asked for them; what a handset says of what it holds is said only once, and a power cut leaves up to 31 numbers unused for ever.")}` : phrase("none")],
  ];
  return rows.flatMap(([name, value]) => [element("dt", name), element("dd", null, {}, value)]);
}

function revoke(page, actions) {
  const reason = byId("revoke-reason").value.trim();
  const handset = page.handsets.find((each) => each.device === device);
  if (!reason) {
    byId("revoke-note").textContent = phrase("Write why: the log keeps it.");
    return byId("revoke-reason").focus();
  }
  byId("revoke-note").textContent = "";
  askOnce({
    title: phrase("Really take its keys away? {who}", { who: handset.call_sign }), yes: phrase("Yes, for ever"),
    what: phrase("{who} can call nobody any more, not even SOS, until it is set up anew.", { who: handset.call_sign }),
    deed: async () => {
      const problem = await act("/api/down/revocations", { devices: [handset.device], reason });
      await actions.refresh();
      return problem;
    },
  });
}

export function prepareHandset(page, actions) {
  byId("handset-close").addEventListener("click", () => byId("handset").close());
  byId("handset").addEventListener("close", () => { device = null; });
  byId("revoking").addEventListener("submit", (event) => { event.preventDefault(); revoke(page, actions); });
}

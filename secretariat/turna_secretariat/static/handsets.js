// Teams and their handsets: who was heard when, how the battery is, who has fallen silent.

import { ask } from "./address.js";
import { button, byId, element, showLong } from "./elements.js";
import { phrase } from "./languages.js";
import { age, clockTime, place, sender } from "./words.js";

const SILENT_MS = 15 * 60_000;
const LOW_BATTERY_PCT = 20;

// Gateways refuse a revoked handset: nothing of it comes here, however much it talks.
export const isSilent = (handset, now_ms) => !handset.revoked && handset.last_contact_ms !== null && now_ms - handset.last_contact_ms > SILENT_MS;

export function showHandsets(page, actions) {
  const { now_ms, handsets } = page;
  const revoked = new Set(page.revocations.map((revocation) => revocation.device));
  const silent = handsets.filter((handset) => isSilent(handset, now_ms));
  byId("count-silent").textContent = silent.length ? `⚠ ${phrase("silent: {n}", { n: silent.length })}` : "";
  const teams = grouped(handsets);
  const look = (handset) => `${JSON.stringify(handset)} ${age(handset.last_contact_ms, now_ms)} ${isSilent(handset, now_ms)} ${revoked.has(handset.device)}`;
  const lang = document.documentElement.lang;
  showLong(byId("handset-rows"), [...teams].flatMap(([team, members]) => [
    ...(members.length > 1 ? [[`team-${team}`, `${lang} ${members.length} ${age(lastHeard(members), now_ms)}`, () => teamRow(team, members, page)]] : []),
    ...members.map((handset) => [handset.device, `${lang} ${look(handset)}`, () => row(handset, now_ms, revoked, actions)])]));
}

const lastHeard = (members) => Math.max(...members.map((handset) => handset.last_contact_ms ?? 0)) || null;

function grouped(handsets) {
  const teams = new Map();
  for (const handset of handsets) teams.set(handset.team, [...(teams.get(handset.team) ?? []), handset]);
  return teams;
}

function teamRow(team, members, page) {
  const name = button(team, { class: "plain", "data-key": `team-${team}`, "aria-label": phrase("only the reports of {who}", { who: team }) }, () => ask({ team, before: "" }));
  return element("tr", null, { class: "team-row" },
    element("th", null, { scope: "row" }, name, " ", element("span", members[0].country.toUpperCase(), { class: "tag country" })),
    element("td", age(lastHeard(members), page.now_ms), { class: "number" }),
    element("td", phrase("handsets: {n}", { n: members.length }), { colspan: "4", class: "soft" }));
}

function row(handset, now_ms, revoked, actions) {
  const opener = button(null, { class: "plain", "data-key": `handset-${handset.device}`, "aria-label": phrase("{who}: all about this handset", { who: handset.call_sign }) }, () => actions.handset(handset));
  opener.append(sender(handset));
  const silent = isSilent(handset, now_ms);
  const low = handset.battery_pct !== null && handset.battery_pct < LOW_BATTERY_PCT;
  const where = handset.position
    ? button(place(handset.position, 4), { class: "plain", "data-key": `place-${handset.device}`, "aria-label": phrase("show {who} on the map", { who: handset.call_sign }) }, () => actions.goTo(handset.position))
    : element("span", phrase("unknown"), { class: "soft" });
  return element("tr", null, { class: silent ? "silent" : handset.last_contact_ms === null ? "unheard" : "" },
    element("td", null, {}, opener, revoked.has(handset.device) ? element("span", phrase("revoked"), { class: "tag bad" }) : ""),
    element("td", `${silent ? `⚠ ${phrase("silent")}, ` : ""}${age(handset.last_contact_ms, now_ms)}`, { class: "number", title: clockTime(handset.last_contact_ms, now_ms) }),
    element("td", handset.battery_pct === null ? "?" : `${low ? `⚠ ${phrase("low")} ` : ""}${handset.battery_pct} %`, { class: "number" }),
    element("td", handset.rssi_dbm === null ? "?" : `${handset.rssi_dbm} dBm`, { class: "number" }),
    element("td", null, { class: "number" }, where),
    element("td", null, { class: "number" }, String(handset.reports), handset.missing ? element("span", phrase("{n} missing", { n: handset.missing }), { class: "missing-numbers" }) : ""));
}

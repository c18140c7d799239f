// Trails, worksites and hazards on the map, and the same worksites and hazards as a list to read.

import { colour } from "./base.js";
import { button, byId, element, show } from "./elements.js";
import { phrase, say, sayLater } from "./languages.js";
import { age, place, shortTime } from "./words.js";

const TRAIL_PARTS = 4; // the oldest part is the palest
const DASHES = ["", "10 5", "2 6", "10 5 2 5"]; // who cannot tell colours tells these

const SEVERITIES = { unknown: sayLater("unknown"), minor: sayLater("minor"), moderate: sayLater("moderate"), severe: sayLater("severe"), extreme: sayLater("extreme") };
const HAZARD_STATES = { new: sayLater("new"), ongoing: sayLater("ongoing"), contained: sayLater("contained") };

const DANGER_Z = 2500; // above the names of teams, below who is in distress

let trails = null;
let sites = null;
let shown = "";

// What stands on the map and is no team, as the boxes that names keep clear of.
export const signs = () => sites.getLayers().map((each) => each.getElement?.()?.firstElementChild).filter(Boolean);

export function prepareOverlays(map) {
  trails = window.L.layerGroup().addTo(map);
  sites = window.L.layerGroup().addTo(map);
}

export function showOverlays({ places, trails: walked, now_ms }, actions) {
  byId("trail-note").textContent = walked?.step_s > 60 ? phrase("one point every {n} min", { n: Math.round(walked.step_s / 60) }) : "";
  list(places, now_ms, actions);
  const look = JSON.stringify([places, walked, document.documentElement.lang, colour("--bad")]);
  if (look === shown) return;
  shown = look;
  trails.clearLayers();
  walked?.trails.forEach(trail);
  sites.clearLayers();
  for (const site of places.worksites) if (site.position) worksite(site, actions);
  for (const found of places.hazards) if (found.position) hazard(found, actions);
}

function trail({ points, call_sign }, index) {
  const line = points.map(([, lat, lon]) => [lat, lon]);
  const size = Math.max(1, Math.ceil((line.length - 1) / TRAIL_PARTS));
  for (let start = 0; start < line.length - 1; start += size) {
    const opacity = 0.3 + 0.7 * Math.min(1, (start + size) / line.length);
    window.L.polyline(line.slice(start, start + size + 1), { color: colour(`--trail-${index % 6}`), weight: 3, opacity, dashArray: DASHES[index % DASHES.length], interactive: false }).addTo(trails);
  }
  points.slice(0, -1).forEach(([at_ms], number) => window.L.circleMarker(line[number], { radius: 3, color: colour(`--trail-${index % 6}`), weight: 2, fillOpacity: 1 }).bindTooltip(element("span", `${call_sign} ${shortTime(at_ms)} UTC`)).addTo(trails));
}

const siteWords = (site) => site.completed ? phrase("completed") : site.triage === "not_a_worksite" ? phrase("not a worksite") : site.triage ? phrase("triage {letter}", { letter: site.triage }) : phrase("triage unknown");

function worksite(site, actions) {
  const sign = site.completed ? "✓" : site.triage?.length === 1 ? site.triage : "–";
  const label = element("span", sign, { class: `site site-${sign}` });
  point(site.position, "worksite", label, `${phrase("Worksite")} ${site.worksite}, ${siteWords(site)}`, () => actions.open(site.report_id));
}

function hazard(found, actions) {
  if (found.radius_m) window.L.circle([found.position.lat, found.position.lon], { radius: found.radius_m, color: colour("--bad"), weight: 1.5, dashArray: "4 4", fillOpacity: 0.12, interactive: false }).addTo(sites);
  const label = element("span", null, { class: "danger" }, element("b", "!"));
  point(found.position, "hazard", label, `${phrase("Hazard")}: ${say("hazard", found.hazard)}`, () => actions.open(found.report_id));
}

function point(position, kind, label, title, onClick) {
  const icon = window.L.divIcon({ className: kind, html: label, iconSize: null });
  window.L.marker([position.lat, position.lon], { icon, title, alt: title, keyboard: true, zIndexOffset: kind === "hazard" ? DANGER_Z : 0 }).on("click keypress", (event) => { if (!event.originalEvent.key || event.originalEvent.key === "Enter") onClick(); }).addTo(sites);
}

function list({ worksites, hazards }, now_ms, actions) {
  byId("places-title").textContent = `${phrase("Worksites: {n}", { n: worksites.length })} · ${phrase("Hazards: {n}", { n: hazards.length })}`;
  const item = (key, title, text, found) => element("li", null, {}, button(title, { class: "plain", "data-key": key }, () => actions.open(found.report_id)), ` ${text} · ${age(found.arrived_ms, now_ms)} `,
    found.position ? button(place(found.position, 4), { class: "plain", "data-key": `at-${key}`, "aria-label": phrase("show {who} on the map", { who: title }) }, () => actions.goTo(found.position)) : "");
  show(byId("places-list"), [
    ...hazards.map((found) => item(`hazard-${found.report_id}`, say("hazard", found.hazard), `${phrase(SEVERITIES[found.severity])}, ${phrase(HAZARD_STATES[found.state])}`, found)),
    ...worksites.map((site) => item(`site-${site.worksite}`, site.worksite, siteWords(site), site)),
  ]);
}

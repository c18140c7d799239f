// The map: where each team was last, and over what it stands.

import { drawBase } from "./base.js";
import { button, element, plain, show } from "./elements.js";
import { isSilent } from "./handsets.js";
import { phrase } from "./languages.js";
import { layOut } from "./layout.js";
import { prepareOverlays, showOverlays, signs } from "./overlays.js";
import { age, clockTime, place } from "./words.js";

const AGEING_MS = 5 * 60_000;
const STALE_MS = 15 * 60_000;
// A place fades from 5 minutes on, and is as pale as it gets, and still readable, after an hour.
const PALE_MS = 60 * 60_000;
const PALEST = 0.6;

let map = null;
let fitted = false;
let goal = null; // a place to go to as soon as the map is in sight
const markers = new Map();

export function showMap(page, actions) {
  if (!window.L || document.body.dataset.view !== "picture") return;
  if (!map) prepare(page.status.origin);
  map.invalidateSize({ animate: false });
  const distress = new Map(page.alarms.filter((alarm) => alarm.kind === "sos").map((alarm) => [alarm.device, alarm.cancelled_ms === null ? "SOS" : "SOS?"]));
  const placed = page.handsets.filter((handset) => handset.position);
  for (const handset of placed) mark(handset, distress.get(handset.device), page.now_ms, actions);
  showOverlays(page, actions);
  if (!fitted && placed.length) {
    fitted = true;
    fit();
  }
  if (goal) go();
  layOut(map, [...markers.values()], signs());
}

// Where another view is still in sight, once the picture is.
export function goTo(position) {
  goal = position;
  if (isShown()) go();
}

function go() {
  map.setView([goal.lat, goal.lon], Math.max(map.getZoom(), 12));
  map.getContainer().scrollIntoView({ block: "nearest" });
  goal = null;
}

const isShown = () => map !== null && document.body.dataset.view === "picture";

function fadeOf(old_ms) {
  return old_ms > STALE_MS ? "stale" : old_ms > AGEING_MS ? "ageing" : "fresh";
}

function mark(handset, distress, now_ms, actions) {
  const at = [handset.position.lat, handset.position.lon];
  const old_ms = now_ms - handset.position.seen_ms;
  const fade = fadeOf(old_ms);
  const note = fade === "fresh" ? "" : ` ${age(handset.position.seen_ms, now_ms)}`;
  const silent = handset.revoked ? "⊘ " : isSilent(handset, now_ms) ? "⚠ " : "";
  const words = `${handset.call_sign}${handset.revoked ? ` ${phrase("revoked")}` : ""}${note}`;
  const look = `${fade} ${silent}${words} ${distress ?? ""}`;
  const known = markers.get(handset.device);
  const paler = Math.min(1, Math.max(0, (old_ms - AGEING_MS) / (PALE_MS - AGEING_MS)));
  const opacity = distress ? 1 : 1 - paler * (1 - PALEST);
  known?.marker.setLatLng(at).setOpacity(opacity);
  if (known) Object.assign(known, { handset, isUrgent: Boolean(distress) });
  if (known?.marker.isPopupOpen()) show(known.about, about(known, actions));
  if (known?.look === look) return;
  const label = element("span", null, {}, distress ? element("b", distress) : "", element("i", `${silent}${words}`));
  const icon = window.L.divIcon({ className: `team ${fade} ${distress ? "distress" : ""} ${handset.revoked ? "lost" : ""}`, html: label, iconSize: null });
  const title = plain([distress, words].filter(Boolean).join(" "));
  const marker = known?.marker.setIcon(icon) ?? window.L.marker(at, { icon, keyboard: true, title, alt: title, opacity }).addTo(map);
  marker.getElement()?.setAttribute("title", title);
  if (known) Object.assign(known, { look, size: undefined });
  else markers.set(handset.device, withPopup({ marker, handset, look, isUrgent: Boolean(distress) }, actions));
}

function withPopup(known, actions) {
  known.about = element("div", null, { class: "about-team" });
  known.marker.bindPopup(() => { known.about.replaceChildren(...about(known, actions)); return known.about; }, { maxWidth: 280, maxHeight: 260 });
  return known;
}

// The newest that is known of it: its place is read out to a helicopter.
function about({ handset }, actions) {
  return [element("strong", handset.call_sign), ...(handset.revoked ? [element("p", phrase("revoked: believe nothing that it says"), { class: "bad" })] : []),
    element("p", `${place(handset.position)} · ${clockTime(handset.position.seen_ms)}`),
    element("p", handset.battery_pct === null ? phrase("battery unknown") : phrase("battery {n} %", { n: handset.battery_pct })),
    button(phrase("Its reports"), { "data-key": `about-${handset.device}` }, () => actions.reportsOf(handset))];
}

function fit() {
  const points = [...markers.values()].map((known) => known.marker.getLatLng());
  if (points.length) map.fitBounds(window.L.latLngBounds(points).pad(0.12), { maxZoom: 13.5, animate: false, ...beside(map.getSize()) });
}

// No team behind the small map or the buttons.
const beside = ({ x, y }) => ({ paddingTopLeft: [x * 0.26, y * 0.1], paddingBottomRight: [x * 0.18, y * 0.08] });

function prepare({ lat, lon }) {
  map = window.L.map("map", { preferCanvas: true, minZoom: 4, maxZoom: 16, maxBounds: [[24, 8], [60, 98]], zoomSnap: 0.5, zoomControl: false, trackResize: false }).setView([lat, lon], 9);
  map.attributionControl.setPrefix("Leaflet · GSHHG/WDBII");
  window.L.control.scale({ imperial: false, maxWidth: 160 }).addTo(map);
  window.L.control.zoom({ position: "topright" }).addTo(map);
  const all = window.L.control({ position: "topright" });
  all.onAdd = () => {
    const made = button(phrase("All teams"), { class: "fit", "data-say": "All teams" }, fit);
    window.L.DomEvent.disableClickPropagation(made);
    return made;
  };
  all.addTo(map);
  map.on("moveend", () => layOut(map, [...markers.values()], signs()));
  prepareOverlays(map);
  drawBase(map);
  // Leaflet itself would measure a map that is hidden behind another view, as nothing; what is drawn follows "moveend".
  new ResizeObserver(([{ target }]) => { if (target.clientWidth) map.invalidateSize({ animate: false }).fire("moveend"); }).observe(map.getContainer());
}

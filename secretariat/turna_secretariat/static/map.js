// The map: coasts and borders from this machine, a grid of degrees, and where each team was last.

import { read } from "./archive.js";
import { age, button, element, place } from "./words.js";

const AGEING_MS = 5 * 60_000;
const STALE_MS = 15 * 60_000;
const STEPS_DEG = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002];

let map = null;
let fitted = false;
const markers = new Map();

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function showMap(page, actions) {
  if (!window.L) return;
  if (!map) prepare(page.status.origin);
  const distress = new Map(page.alarms.filter((alarm) => alarm.kind === "sos").map((alarm) => [alarm.device, alarm.cancelled_ms === null ? "SOS" : "SOS?"]));
  const placed = page.handsets.filter((handset) => handset.position);
  for (const handset of placed) mark(handset, distress.get(handset.device), page.now_ms, actions);
  if (!fitted && placed.length) {
    fitted = true;
    fit();
  }
}

export function goTo(position) {
  if (map && position) map.setView([position.lat, position.lon], Math.max(map.getZoom(), 12));
  document.getElementById("map").scrollIntoView({ block: "nearest" });
}

function mark(handset, distress, now_ms, actions) {
  const at = [handset.position.lat, handset.position.lon];
  const old_ms = now_ms - handset.position.arrived_ms;
  const fade = old_ms > STALE_MS ? "stale" : old_ms > AGEING_MS ? "ageing" : "fresh";
  const note = fade === "fresh" ? "" : ` ${age(handset.position.arrived_ms, now_ms)}`;
  const look = `${fade} ${note} ${distress ?? ""}`;
  const known = markers.get(handset.device);
  known?.marker.setLatLng(at).setZIndexOffset(distress ? 1000 : 0);
  if (known?.look === look) return;
  const label = element("span", null, {}, distress ? element("b", distress) : "", element("i", `${handset.call_sign}${note}`));
  const icon = window.L.divIcon({ className: `team ${fade} ${distress ? "distress" : ""}`, html: label, iconSize: null });
  const marker = known?.marker.setIcon(icon) ?? window.L.marker(at, { icon, keyboard: true, title: handset.call_sign, alt: handset.call_sign }).addTo(map);
  marker.unbindPopup().bindPopup(() => popup(handset, actions));
  markers.set(handset.device, { marker, look });
}

function popup(handset, actions) {
  return element("div", null, {}, element("strong", handset.call_sign), element("p", place(handset.position)),
    element("p", handset.battery_pct === null ? "battery unknown" : `battery ${handset.battery_pct} %`),
    button("Its reports", {}, () => actions.reportsOf(handset.device)));
}

function fit() {
  const points = [...markers.values()].map((known) => known.marker.getLatLng());
  if (points.length) map.fitBounds(window.L.latLngBounds(points).pad(0.3), { maxZoom: 13.5, animate: false });
}

function prepare({ lat, lon }) {
  map = window.L.map("map", { preferCanvas: true, minZoom: 4, maxZoom: 16, maxBounds: [[24, 8], [60, 98]], zoomSnap: 0.5, zoomControl: false }).setView([lat, lon], 9);
  map.attributionControl.setPrefix("Leaflet");
  window.L.control.scale({ imperial: false, maxWidth: 160 }).addTo(map);
  window.L.control.zoom({ position: "topright" }).addTo(map);
  const all = window.L.control({ position: "topright" });
  all.onAdd = () => {
    const made = button("All teams", { class: "fit" }, fit);
    window.L.DomEvent.disableClickPropagation(made);
    return made;
  };
  all.addTo(map);
  drawGrid();
  drawBase();
}

async function drawBase() {
  const drawn = await read("/map/base.json").catch(() => null);
  if (!drawn) return;
  const base = window.L.geoJSON(drawn, { interactive: false, style, attribution: drawn.attribution }).addTo(map);
  base.bringToBack();
  const small = overview(drawn);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => [base, small].forEach((each) => each.setStyle(style)));
}

// Where on earth the view is: the coasts and borders around it, which a view of a town does not show.
function overview(drawn) {
  const corner = window.L.control({ position: "topleft" });
  const frame = element("div", null, { class: "overview", "aria-hidden": "true" });
  corner.onAdd = () => frame;
  corner.addTo(map);
  const options = { preferCanvas: true, zoomControl: false, attributionControl: false, dragging: false, keyboard: false, scrollWheelZoom: false, doubleClickZoom: false, touchZoom: false, boxZoom: false };
  const small = window.L.map(frame, options).setView(map.getCenter(), 5);
  const layer = window.L.geoJSON(drawn, { interactive: false, style, filter: (feature) => feature.properties.kind !== "river" }).addTo(small);
  const here = window.L.rectangle(map.getBounds(), { color: colour("--sos"), weight: 2, interactive: false }).addTo(small);
  const follow = () => {
    small.setView(map.getCenter(), Math.max(1, Math.min(5, map.getZoom() - 3)), { animate: false });
    here.setBounds(map.getBounds());
    frame.hidden = map.getZoom() < 7;
  };
  map.on("moveend", follow);
  follow();
  return layer;
}

function style(feature) {
  const kind = feature.properties.kind;
  if (kind === "land") return { stroke: true, color: colour("--coast"), weight: 1, fillColor: colour("--land"), fillOpacity: 1 };
  if (kind === "lake") return { stroke: true, color: colour("--coast"), weight: 0.5, fillColor: colour("--sea"), fillOpacity: 1 };
  if (kind === "river") return { color: colour("--river"), weight: 1, opacity: 0.8 };
  return { color: colour("--border"), weight: 1.6, dashArray: "7 4" };
}

// A grid of degrees with its numbers: with the scale, enough to read a position off the map.
function drawGrid() {
  const grid = window.L.layerGroup().addTo(map);
  const draw = () => {
    grid.clearLayers();
    const view = map.getBounds();
    const step = STEPS_DEG.find((each) => (view.getEast() - view.getWest()) / each >= 5) ?? STEPS_DEG.at(-1);
    const decimals = Math.max(0, Math.ceil(-Math.log10(step)));
    const rule = (points, text) => {
      window.L.polyline(points, { color: colour("--grid"), weight: 0.7, interactive: false }).addTo(grid);
      window.L.marker(points[0], { interactive: false, keyboard: false, icon: window.L.divIcon({ className: "degrees", html: element("span", text), iconSize: null }) }).addTo(grid);
    };
    for (let lon = Math.ceil(view.getWest() / step) * step; lon < view.getEast(); lon += step) rule([[view.getNorth(), lon], [view.getSouth(), lon]], `${lon.toFixed(decimals)}° E`);
    for (let lat = Math.ceil(view.getSouth() / step) * step; lat < view.getNorth(); lat += step) rule([[lat, view.getWest()], [lat, view.getEast()]], `${lat.toFixed(decimals)}° N`);
  };
  map.on("moveend", draw);
  draw();
}

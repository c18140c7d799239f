// What lies under the teams: coasts and borders from this machine, a grid of degrees, and where on earth it is.

import { read } from "./archive.js";
import { element } from "./elements.js";

const NUMBER_PX = { width: 56, height: 16 }; // of a degree's number, at most
const COASTS_MS = 60_000; // a megabyte, on whatever line there is
const COARSE = 8; // of so many points one
const STEPS_DEG = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002];

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export async function drawBase(map) {
  drawGrid(map);
  const drawnAnew = [];
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    drawnAnew.forEach((each) => each.setStyle(style));
    map.fire("moveend"); // the grid as well
  });
  await new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); }); // teams first: coasts are a megabyte
  const drawn = await read("/map/base.json", COASTS_MS).catch(() => null);
  if (!drawn) return;
  const base = window.L.geoJSON(drawn, { interactive: false, style }).addTo(map);
  base.bringToBack();
  map.getContainer().classList.add("with-coasts"); // until then nothing is said to be sea
  drawnAnew.push(base);
  setTimeout(() => { // after what matters more has been painted
    drawnAnew.push(overview(map, coarse(drawn)));
    map.fire("moveend"); // the grid's numbers keep clear of it
  });
}

// The overview is a thumb wide: of lines and rims no more than what can be seen there.
function coarse({ features }) {
  const thin = (line) => line.filter(([lon, lat], index) => index % COARSE === 0 || index === line.length - 1 || (lon === line[0][0] && lat === line[0][1]));
  const deep = (part) => typeof part[0][0] === "number" ? thin(part) : part.map(deep);
  return { type: "FeatureCollection", features: features.filter(({ properties }) => properties.kind !== "river").map((feature) => ({ ...feature, geometry: { ...feature.geometry, coordinates: deep(feature.geometry.coordinates) } })) };
}

// Where on earth the view is: the coasts and borders around it, which a view of a town does not show.
function overview(map, drawn) {
  const corner = window.L.control({ position: "topleft" });
  const frame = element("div", null, { class: "overview", "aria-hidden": "true" });
  corner.onAdd = () => frame;
  corner.addTo(map);
  const options = { preferCanvas: true, zoomControl: false, attributionControl: false, dragging: false, keyboard: false, scrollWheelZoom: false, doubleClickZoom: false, touchZoom: false, boxZoom: false, trackResize: false };
  const small = window.L.map(frame, options).setView(map.getCenter(), 5);
  const layer = window.L.geoJSON(drawn, { interactive: false, style }).addTo(small);
  const here = window.L.rectangle(map.getBounds(), { color: colour("--sos"), weight: 2, interactive: false }).addTo(small);
  const follow = () => {
    frame.hidden = map.getZoom() < 7;
    if (!frame.clientWidth) return; // behind another view
    small.invalidateSize({ animate: false });
    small.setView(map.getCenter(), Math.max(1, Math.min(5, map.getZoom() - 3)), { animate: false });
    here.setBounds(map.getBounds()).setStyle({ color: colour("--sos") });
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
function drawGrid(map) {
  const grid = window.L.layerGroup().addTo(map);
  const draw = () => {
    grid.clearLayers();
    const view = map.getBounds();
    const step = STEPS_DEG.find((each) => (view.getEast() - view.getWest()) / each >= 5) ?? STEPS_DEG.at(-1);
    const decimals = Math.max(0, Math.ceil(-Math.log10(step)));
    const frame = map.getContainer().getBoundingClientRect(); // measured before anything is drawn, or each rule would lay the page out anew
    const covered = [...map.getContainer().querySelectorAll(".leaflet-control")].map((each) => each.getBoundingClientRect()).filter((box) => box.width);
    const rule = (points, text, [aside, down]) => {
      window.L.polyline(points, { color: colour("--grid"), weight: 0.7, interactive: false }).addTo(grid);
      const at = points.find((point) => isFree(map.latLngToContainerPoint(point), [aside, down], covered, frame));
      if (at) window.L.marker(at, { interactive: false, keyboard: false, icon: window.L.divIcon({ className: `degrees ${at === points[0] ? "" : "at-far-end"} ${down ? "" : "of-latitude"}`, html: element("span", text), iconSize: null }) }).addTo(grid);
    };
    for (let lon = Math.ceil(view.getWest() / step) * step; lon < view.getEast(); lon += step) rule([[view.getNorth(), lon], [view.getSouth(), lon]], `${lon.toFixed(decimals)}° E`, [0, 1]);
    for (let lat = Math.ceil(view.getSouth() / step) * step; lat < view.getNorth(); lat += step) rule([[lat, view.getWest()], [lat, view.getEast()]], `${lat.toFixed(decimals)}° N`, [1, 0]);
  };
  map.on("moveend", draw);
  draw();
}

// Whether a number at one end of its line stands clear of buttons, scale and small map.
function isFree({ x, y }, [aside, down], covered, frame) {
  const left = frame.left + (aside && x > frame.width / 2 ? x - NUMBER_PX.width : x);
  const top = frame.top + (down && y > frame.height / 2 ? y - NUMBER_PX.height : y);
  return !covered.some((box) => left < box.right && box.left < left + NUMBER_PX.width && top < box.bottom && box.top < top + NUMBER_PX.height);
}

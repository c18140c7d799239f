// The map: where handsets were last heard, on coasts and borders that this machine holds itself.

import { byId, element, put } from "./elements.js";
import { phrase } from "./languages.js";
import { duration } from "./words.js";

// A round distance that fits about a quarter of the map.
const round = (metres) => {
  const power = 10 ** Math.floor(Math.log10(metres));
  return [5, 2, 1].map((n) => n * power).find((n) => n <= metres);
};
const shown = (metres) => (metres >= 1000 ? `${metres / 1000} km` : `${metres} m`);
const WIDTH = 360, HEIGHT = 240, HALF = 95, METRES_PER_E5 = 1.113, CLOSEST_M = 100, WIDEST_M = 1e6;
let coasts = [], zoom = 1, newest = null, drawn = { key: "", path: [] };
// Each line of the base map with its bounding box, so that only what is near is drawn.
const prepare = (base) => base.features.flatMap(({ properties, geometry }) =>
  geometry.coordinates.map((line) => {
    const points = geometry.type === "MultiPolygon" ? line[0] : line;
    let [west, south, east, north] = [180, 90, -180, -90];
    for (const [lon, lat] of points) {
      west = Math.min(west, lon); east = Math.max(east, lon);
      south = Math.min(south, lat); north = Math.max(north, lat);
    }
    return { kind: properties.kind, points, west, south, east, north };
  }));
const coastLines = (view) => {
  const key = JSON.stringify(view);
  if (drawn.key === key && drawn.count === coasts.length) return drawn.path;
  const spanLat = HEIGHT / 2 / view.scale / METRES_PER_E5 / 1e5, spanLon = WIDTH / 2 / view.scale / view.narrow / METRES_PER_E5 / 1e5;
  const [lat, lon] = [view.lat / 1e5, view.lon / 1e5];
  const near = coasts.filter((c) => c.west < lon + spanLon && c.east > lon - spanLon && c.south < lat + spanLat && c.north > lat - spanLat);
  const path = near.map((c) => element("svg:path", "", {
    class: c.kind,
    d: "M" + c.points.map(([x, y]) => view.at(y * 1e5, x * 1e5).map((n) => n.toFixed(1)).join(" ")).join("L"),
  }));
  drawn = { key, path, count: coasts.length };
  return path;
};
const viewOf = (known) => {
  const middle = (key) => (Math.min(...known.map((h) => h[key])) + Math.max(...known.map((h) => h[key]))) / 2;
  const [lat, lon] = [middle("lat_e5"), middle("lon_e5")];
  const narrow = Math.cos((lat / 1e5) * Math.PI / 180);
  const metres = (h) => [(h.lon_e5 - lon) * narrow * METRES_PER_E5, (h.lat_e5 - lat) * METRES_PER_E5];
  const fitting = Math.max(CLOSEST_M, ...known.flatMap((h) => metres(h).map(Math.abs)));
  const spread = Math.min(WIDEST_M, Math.max(CLOSEST_M / 2, fitting * zoom));
  const scale = HALF / spread;
  const at = (y, x) => [
    WIDTH / 2 + (x - lon) * narrow * METRES_PER_E5 * scale,
    HEIGHT / 2 - (y - lat) * METRES_PER_E5 * scale,
  ];
  return { lat, lon, narrow, scale, spread, at };
};
// A label stands where none stands yet: right, left, above, below; if nowhere, only an SOS's stands.
const placed = (x, y, words, isSos, taken) => {
  const large = matchMedia("(max-width: 40rem)").matches ? 1.45 : 1;
  const [wide, high] = [words.length * large * (isSos ? 6.6 : 4.6), large * (isSos ? 11 : 9)];
  const places = [[x + 8, y + 3], [x - 8 - wide, y + 3], [x - wide / 2, y - 8], [x - wide / 2, y + 8 + high - 2]];
  for (const [left, base] of places) {
    const box = { left, right: left + wide, top: base - high, bottom: base + 2 };
    const inside = left > 0 && box.right < WIDTH && box.top > 0 && box.bottom < HEIGHT;
    if (inside && taken.every((t) => box.right < t.left || box.left > t.right || box.bottom < t.top || box.top > t.bottom)) {
      taken.push(box);
      return [left, base];
    }
  }
  return isSos ? places[0] : null;
};
const drawing = (handsets) => {
  const known = handsets.filter((h) => h.lat_e5 !== null);
  if (!known.length) return [element("svg:text", phrase("no position yet"), { x: 150, y: 120 })];
  const view = viewOf(known), ring = round(view.spread);
  const radii = [0.5, 1].map((part) => [ring * part, ring * part * view.scale]);
  const rings = radii.map(([, r]) => element("svg:circle", "", { cx: WIDTH / 2, cy: HEIGHT / 2, r, class: "ring" }));
  const marks = known.map((h) => {
    const kind = h.in_distress ? "sos" : h.is_silent ? "silent" : "here";
    const [x, y] = view.at(h.lat_e5, h.lon_e5);
    return { h, kind, x, y, words: `${h.call_sign}${kind === "sos" ? " SOS" : ""} ${duration(h.heard_ago_s)}` };
  }).sort((a, b) => (b.kind === "sos") - (a.kind === "sos"));
  const taken = marks.map(({ x, y }) => ({ left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 }));
  const labels = marks.flatMap(({ kind, x, y, words }) => {
    const place = placed(x, y, words, kind === "sos", taken);
    return place ? [element("svg:text", words, { x: place[0], y: place[1], class: kind })] : [];
  });
  for (const [metres, r] of radii) {
    const place = placed(WIDTH / 2, HEIGHT / 2 - r - 5, shown(metres), false, taken) ?? placed(WIDTH / 2, HEIGHT / 2 + r, shown(metres), false, taken);
    if (place) labels.push(element("svg:text", shown(metres), { x: place[0], y: place[1] }));
  }
  const dots = marks.map(({ h, kind, x, y, words }) => {
    const dot = element("svg:circle", "", { cx: x, cy: y, r: kind === "sos" ? 6 : 4, class: kind });
    dot.append(element("svg:title", `${words}, ${h.lat_e5 / 1e5} ${h.lon_e5 / 1e5}`));
    return dot;
  });
  const north = [element("svg:path", "", { d: "M345 22 l5 -14 l5 14 z", class: "arrow" }), element("svg:text", "N", { x: 347, y: 32 })];
  // Whoever is in distress lies on top.
  return [...coastLines(view), ...rings, ...north, ...dots.toReversed(), ...labels.toReversed()];
};

export function showMap(handsets) {
  newest = handsets;
  put("map", drawing(handsets));
}

const zoomBy = (factor) => () => {
  zoom = factor ? Math.min(1e4, Math.max(0.1, zoom * factor)) : 1;
  if (newest) showMap(newest);
};

async function fetchCoasts() {
  const answer = await fetch("base-map.json");
  if (!answer.ok) return; // this machine has none
  const base = await answer.json();
  byId("attribution").dataset.say = base.attribution;
  byId("attribution").textContent = phrase(base.attribution);
  coasts = prepare(base);
  if (newest) showMap(newest);
}

export function prepareMap() {
  for (const [id, factor] of [["wider", 3], ["closer", 1 / 3], ["fit", 0]]) byId(id).addEventListener("click", zoomBy(factor));
  return fetchCoasts();
}

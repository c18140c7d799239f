// Keeps the names on the map apart: who would stand on another's is lifted above it, on a longer stalk.

const STEP_PX = 26;
const MOST_STEPS = 12; // a name further away is not seen as belonging to its place
const URGENT_Z = 5000;
const BEHIND_Z = 300; // a stalk passes behind the names below it

// The urgent first, then from south to north, so that stalks do not cross names.
export function layOut(map, known, signs) {
  const frame = map.getPane("mapPane").getBoundingClientRect();
  const taken = signs.map((sign) => sign.getBoundingClientRect()).map(({ left, right, top, bottom }) => ({ left: left - frame.left, right: right - frame.left, top: top - frame.top, bottom: bottom - frame.top }));
  const placed = known.map((each) => ({ ...each, at: map.latLngToLayerPoint(each.marker.getLatLng()), label: each.marker.getElement()?.firstElementChild }));
  placed.sort((one, other) => Number(other.isUrgent) - Number(one.isUrgent) || other.at.y - one.at.y);
  for (const { at, label, marker, isUrgent } of placed) {
    if (!label) continue;
    const half = label.offsetWidth / 2 + 2;
    const box = (step) => ({ left: at.x - half, right: at.x + half, bottom: at.y - 7 - step * STEP_PX, top: at.y - 7 - step * STEP_PX - label.offsetHeight });
    let step = 0;
    while (step < MOST_STEPS && taken.some((other) => overlap(other, box(step)))) step += 1;
    taken.push(box(step));
    label.style.setProperty("--lift", `${step * STEP_PX}px`);
    marker.setZIndexOffset((isUrgent ? URGENT_Z : 0) - step * BEHIND_Z);
  }
}

const overlap = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

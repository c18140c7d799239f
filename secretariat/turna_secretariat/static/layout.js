// Keeps the names on the map apart: who would stand on another's is lifted above it, on a longer stalk.

const STEP_PX = 26;
const MOST_STEPS = 12; // a name further away is not seen as belonging to its place
const URGENT_Z = 5000;
const BEHIND_Z = 300; // a stalk passes behind the names below it

// The urgent first, then from south to north, so that stalks do not cross names. All is measured before
// anything is moved: a browser that has to measure between moves lays the whole page out each time.
export function layOut(map, known, signs) {
  const frame = map.getPane("mapPane").getBoundingClientRect();
  const taken = signs.map((sign) => sign.getBoundingClientRect()).map(({ left, right, top, bottom }) => ({ left: left - frame.left, right: right - frame.left, top: top - frame.top, bottom: bottom - frame.top }));
  const placed = known.map((each) => measured(map, each)).filter(Boolean);
  placed.sort((one, other) => Number(other.isUrgent) - Number(one.isUrgent) || other.at.y - one.at.y);
  for (const each of placed) {
    each.step = 0;
    while (each.step < MOST_STEPS && taken.some((other) => overlap(other, boxOf(each)))) each.step += 1;
    taken.push(boxOf(each));
  }
  for (const { label, marker, isUrgent, step } of placed) {
    label.style.setProperty("--lift", `${step * STEP_PX}px`);
    marker.setZIndexOffset((isUrgent ? URGENT_Z : 0) - step * BEHIND_Z);
  }
}

function measured(map, { marker, isUrgent }) {
  const label = marker.getElement()?.firstElementChild;
  return label && { marker, isUrgent, label, at: map.latLngToLayerPoint(marker.getLatLng()), half: label.offsetWidth / 2 + 2, height: label.offsetHeight };
}

const boxOf = ({ at, half, height, step }) => ({ left: at.x - half, right: at.x + half, bottom: at.y - 7 - step * STEP_PX, top: at.y - 7 - step * STEP_PX - height });
const overlap = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

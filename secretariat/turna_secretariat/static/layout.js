// Keeps the names on the map apart: who would stand on another's is lifted above it, on a longer stalk.

const STEP_PX = 26;
const MOST_STEPS = 12; // a name further away is not seen as belonging to its place
const URGENT_Z = 5000;
const BEHIND_Z = 300; // a stalk passes behind the names below it
const COLUMN_PX = 64; // what may overlap is looked for in the same columns of the map alone

// The urgent first, then from south to north, so that stalks do not cross names. All is measured before
// anything is moved: a browser that has to measure between moves lays the whole page out each time.
export function layOut(map, known, signs) {
  const frame = map.getPane("mapPane").getBoundingClientRect();
  const taken = new Columns();
  signs.map((sign) => sign.getBoundingClientRect()).map(({ left, right, top, bottom }) => ({ left: left - frame.left, right: right - frame.left, top: top - frame.top, bottom: bottom - frame.top })).forEach((box) => taken.add(box));
  const placed = known.map((each) => measured(map, each)).filter(Boolean);
  placed.sort((one, other) => Number(other.isUrgent) - Number(one.isUrgent) || other.at.y - one.at.y);
  for (const each of placed) {
    each.step = 0;
    while (each.step < MOST_STEPS && taken.hits(boxOf(each))) each.step += 1;
    each.isCrowded = each.step === MOST_STEPS && !each.isUrgent; // no place for its name: a dot, until the map is nearer
    if (!each.isCrowded) taken.add(boxOf(each));
    else each.step = 0;
  }
  for (const { label, marker, isUrgent, isCrowded, step } of placed) {
    label.parentElement.classList.toggle("crowded", isCrowded);
    label.style.setProperty("--lift", `${step * STEP_PX}px`);
    marker.setZIndexOffset((isUrgent ? URGENT_Z : 0) - step * BEHIND_Z);
  }
}

function measured(map, { marker, isUrgent }) {
  const label = marker.getElement()?.firstElementChild;
  return label && { marker, isUrgent, label, at: map.latLngToLayerPoint(marker.getLatLng()), half: label.offsetWidth / 2 + 2, height: label.offsetHeight };
}

const boxOf = ({ at, half, height, step }) => ({ left: at.x - half, right: at.x + half, bottom: at.y - 7 - step * STEP_PX, top: at.y - 7 - step * STEP_PX - height });
class Columns {
  constructor() { this.columns = new Map(); }

  #of(box) {
    const found = [];
    for (let number = Math.floor(box.left / COLUMN_PX); number <= Math.floor(box.right / COLUMN_PX); number += 1) {
      if (!this.columns.has(number)) this.columns.set(number, []);
      found.push(this.columns.get(number));
    }
    return found;
  }

  add(box) { for (const column of this.#of(box)) column.push(box); }

  hits(box) { return this.#of(box).some((column) => column.some((other) => overlap(other, box))); }
}

const overlap = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

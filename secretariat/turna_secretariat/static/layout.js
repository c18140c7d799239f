// Keeps the names on the map apart: who would stand on another's is lifted above it, on a longer stalk; who would
// be cut off at the edge, or lie under a button, moves aside above its place.

const STEP_PX = 26;
const MOST_STEPS = 12; // a name further away is not seen as belonging to its place
const URGENT_Z = 5000;
const BEHIND_Z = 300; // a stalk passes behind the names below it
const STALK_PX = 12; // a name keeps so much of itself on either side of its stalk
const COLUMN_PX = 64; // what may overlap is looked for in the same columns of the map alone

// The urgent first, then from south to north, so that stalks do not cross names. All is measured before
// anything is moved: a browser that has to measure between moves lays the whole page out each time.
export function layOut(map, known, signs) {
  const frame = map.getPane("mapPane").getBoundingClientRect();
  const boxes = (elements) => elements.map((each) => each.getBoundingClientRect()).filter(({ width }) => width).map(({ left, right, top, bottom }) => ({ left: left - frame.left, right: right - frame.left, top: top - frame.top, bottom: bottom - frame.top }));
  const [edge] = boxes([map.getContainer()]);
  if (!edge) return; // behind another view
  const walls = boxes([...map.getContainer().querySelectorAll(".leaflet-control")]);
  const taken = new Columns();
  [...boxes(signs), ...walls].forEach((box) => taken.add(box));
  const placed = known.map((each) => measured(map, each)).filter(Boolean);
  placed.sort((one, other) => Number(other.isUrgent) - Number(one.isUrgent) || other.at.y - one.at.y);
  for (const each of placed) {
    const lift = (step) => Object.assign(each, { step, aside: asideOf({ ...each, step }, walls, edge) });
    const isCut = () => each.at.y >= edge.top && boxOf(each).top < edge.top;
    lift(0);
    while (each.step < MOST_STEPS && (isCut() || taken.hits(boxOf(each)))) lift(each.step + 1);
    const hasNoPlace = each.step === MOST_STEPS;
    each.isCrowded = hasNoPlace && !each.isUrgent; // no place for its name: a dot, until the map is nearer
    if (hasNoPlace) lift(0);
    if (each.isCrowded) each.aside = 0;
    else taken.add(boxOf(each));
  }
  for (const { label, marker, isUrgent, isCrowded, step, aside } of placed) {
    label.parentElement.classList.toggle("crowded", isCrowded);
    label.style.setProperty("--lift", `${step * STEP_PX}px`);
    label.style.setProperty("--aside", `${aside}px`);
    marker.setZIndexOffset((isUrgent ? URGENT_Z : 0) - step * BEHIND_Z);
  }
}

function measured(map, known) {
  const { marker, isUrgent } = known;
  const label = marker.getElement()?.firstElementChild;
  if (!label) return null;
  known.size ??= { half: label.offsetWidth / 2 + 2, height: label.offsetHeight }; // once: as a dot it has another
  return { marker, isUrgent, label, at: map.latLngToLayerPoint(marker.getLatLng()), ...known.size };
}

// How far a name moves to the right of its place, or to the left, where that is not out of sight anyway.
function asideOf(each, walls, edge) {
  const { left, right, top, bottom } = boxOf({ ...each, aside: 0 });
  if (each.at.x < edge.left || each.at.x > edge.right) return 0;
  const beside = walls.filter((wall) => wall.top < bottom && top < wall.bottom);
  const from = Math.max(edge.left, ...beside.filter((wall) => isLeft(wall, edge)).map((wall) => wall.right));
  const to = Math.min(edge.right, ...beside.filter((wall) => !isLeft(wall, edge)).map((wall) => wall.left));
  const most = Math.max(0, each.half - STALK_PX);
  return left < from ? Math.min(from - left, most) : right > to ? Math.max(to - right, -most) : 0;
}

const isLeft = (wall, edge) => wall.left - edge.left < edge.right - wall.right;

const boxOf = ({ at, half, height, step, aside }) => ({ left: at.x - half + aside, right: at.x + half + aside, bottom: at.y - 7 - step * STEP_PX, top: at.y - 7 - step * STEP_PX - height });

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

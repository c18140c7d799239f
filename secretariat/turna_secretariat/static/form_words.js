// What the fields and codes of reports are called: the words of the forms, not the names on the wire.

import { phrase, say, sayLater } from "./languages.js";

export const FIELDS = {
  battery_pct: sayLater("battery"), altitude_m: sayLater("altitude"), team_status: sayLater("team status"), casualties: sayLater("casualties"), trapped: sayLater("trapped"), rescued: sayLater("rescued"),
  hazards: sayLater("hazards"), needs: sayLater("needs"), text: sayLater("text"), phase: sayLater("phase"), kind: sayLater("kind"), people: sayLater("people"), sos_reference: sayLater("of the SOS with number"),
  battery_mv: sayLater("battery"), temperature_c: sayLater("temperature"), uptime_min: sayLater("running for"), waiting: sayLater("waiting"), stored: sayLater("stored"), rssi_dbm: sayLater("signal"), snr_db: sayLater("signal over noise"),
  satellites: sayLater("satellites"), airtime_s: sayLater("time on the air"), restarts: sayLater("restarts"), refused: sayLater("refused"), firmware: sayLater("firmware"),
  worksite: sayLater("worksite"), triage: sayLater("triage"), overridden: sayLater("triage chosen by hand"), live: sayLater("live victims"), under_12h: sayLater("less than 12 h of work"), missing: sayLater("missing"), deceased: sayLater("dead"),
  use: sayLater("building"), construction: sayLater("built of"), length_m: sayLater("length"), width_m: sayLater("width"), floors: sayLater("floors"), basements: sayLater("basements"), collapse: sayLater("collapse"), void: sayLater("voids"),
  damage_pct: sayLater("damage"), operations: sayLater("work to do"), report_number: sayLater("report number"), second_team: sayLater("second team"), asr_level: sayLater("level"), completed: sayLater("completed"), began_min_ago: sayLater("work began"),
  duration_min: sayLater("took"), live_rescued: sayLater("rescued alive"), deceased_recovered: sayLater("dead recovered"), live_contacts: sayLater("live contacts"), forms_submitted: sayLater("forms handed in"), releasable: sayLater("people who can be released"),
  completion_h: sayLater("done in"), number: sayLater("number"), minutes_ago: sayLater("found"), floor: sayLater("floor"), side: sayLater("side of the building"), quadrant: sayLater("part of the building"), work_level: sayLater("effort"), total_min: sayLater("took"),
  outcome: sayLater("outcome"), injuries: sayLater("injuries"), handed_to: sayLater("handed over to"), age_group: sayLater("age"), sex: sayLater("sex"), hazard: sayLater("hazard"), severity: sayLater("severity"), certainty: sayLater("certainty"),
  radius_m: sayLater("radius"), action: sayLater("what to do"), state: sayLater("state"), un_number: sayLater("UN number"), precedence: sayLater("precedence"), patients: sayLater("patients"), litter: sayLater("lying"), ambulatory: sayLater("walking"),
  children: sayLater("children"), equipment: sayLater("equipment"), landing_mark: sayLater("landing place marked by"), terrain: sayLater("terrain"), security_level: sayLater("security level"), cluster: sayLater("cluster"), urgency: sayLater("urgency"),
  sector: sayLater("sector"), affected_buildings: sayLater("affected buildings"), partly_collapsed: sayLater("partly collapsed"), totally_collapsed: sayLater("totally collapsed"), zoning: sayLater("zoning"), worksites: sayLater("worksites"), injured: sayLater("injured"),
  dead: sayLater("dead"), infrastructure: sayLater("infrastructure"), phrase: sayLater("phrase"), answers: sayLater("answers number"), task: sayLater("task"), due_in_min: sayLater("due in"), status: sayLater("status"), reason: sayLater("reason"),
  power: sayLater("power mode"), position_min: sayLater("a position every"), health_min: sayLater("device health every"),
};

// Which of the handset's own lists of codes a field's value is from.
const OF_HANDSET = { team_status: "team_status", hazard: "hazard", hazards: "hazard", needs: "need", kind: "sos_kind", phase: "sos_phase", phrase: "phrase", triage: "triage", task: "task", status: "task_status", mode: "mode" };

const UNKNOWN = sayLater("unknown");
const OTHER = sayLater("other");
const ASR = { asr3: "ASR 3", asr4: "ASR 4", asr5: "ASR 5" };

// The codes that only forms have, by their field.
export const CODES = {
  phase: { update: sayLater("an addition"), cancel: sayLater("TAKEN BACK by the sender") },
  triage: { A: "A", B: "B", C: "C", D: "D", not_a_worksite: sayLater("not a worksite") },
  use: { unknown: UNKNOWN, house: sayLater("house"), apartments: sayLater("block of flats"), school: sayLater("school"), hospital: sayLater("hospital"), care_home: sayLater("care home"), office: sayLater("offices"), shop: sayLater("shop"), hotel: sayLater("hotel"), worship: sayLater("place of worship"), industrial: sayLater("industrial"), public: sayLater("public building"), mixed: sayLater("mixed use"), transport: sayLater("transport"), other: OTHER },
  construction: { unknown: UNKNOWN, concrete_frame: sayLater("concrete frame"), concrete_wall: sayLater("concrete walls"), precast: sayLater("precast concrete"), steel_frame: sayLater("steel frame"), brick_concrete_slab: sayLater("brick with concrete floors"), brick_timber_slab: sayLater("brick with timber floors"), stone_adobe: sayLater("stone or adobe"), timber: sayLater("timber"), other: OTHER },
  collapse: { inclined: sayLater("inclined"), overturn: sayLater("overturned"), pancake: sayLater("pancake"), debris_heap: sayLater("heap of debris"), overhang: sayLater("overhanging"), partial: sayLater("partial") },
  void: { unknown: UNKNOWN, small: sayLater("small"), big: sayLater("big") },
  operations: { search: sayLater("search"), shoring: sayLater("shoring"), breaking: sayLater("breaking"), lifting: sayLater("lifting"), rope: sayLater("rope work"), medical: sayLater("medical") },
  asr_level: ASR,
  quadrant: { unknown: UNKNOWN },
  work_level: { unknown: UNKNOWN, assist_only: sayLater("assistance only"), light_debris: sayLater("light debris removed"), ...ASR },
  outcome: { unknown: UNKNOWN, live: sayLater("ALIVE"), deceased: sayLater("dead") },
  injuries: { unknown: UNKNOWN, none: sayLater("no injuries"), stable: sayLater("stable"), critical: sayLater("critical") },
  handed_to: { unknown: UNKNOWN, locals_family: sayLater("family or locals"), ambulance: sayLater("ambulance"), medical_team: sayLater("medical team"), field_hospital: sayLater("field hospital"), helicopter: sayLater("helicopter"), hospital: sayLater("hospital"), mortuary: sayLater("mortuary"), other: OTHER },
  age_group: { unknown: UNKNOWN, infant: sayLater("infant"), child: sayLater("child"), adolescent: sayLater("adolescent"), adult: sayLater("adult"), older: sayLater("older person") },
  sex: { unknown: UNKNOWN, female: sayLater("female"), male: sayLater("male") },
  severity: { unknown: UNKNOWN, minor: sayLater("minor"), moderate: sayLater("moderate"), severe: sayLater("severe"), extreme: sayLater("extreme") },
  certainty: { unknown: UNKNOWN, unlikely: sayLater("unlikely"), possible: sayLater("possible"), likely: sayLater("likely"), observed: sayLater("observed") },
  action: { none: sayLater("nothing to do"), avoid: sayLater("keep away"), evacuate: sayLater("leave the area"), cordon: sayLater("cordon off"), protective_equipment: sayLater("wear protection"), monitor: sayLater("watch it") },
  state: { new: sayLater("new"), ongoing: sayLater("ongoing"), contained: sayLater("contained"), cleared: sayLater("cleared"), partly_met: sayLater("partly met"), met: sayLater("met"), withdrawn: sayLater("taken back") },
  precedence: { unknown: UNKNOWN, urgent: sayLater("urgent"), urgent_surgical: sayLater("urgent, surgery"), priority: sayLater("priority"), routine: sayLater("routine"), convenience: sayLater("when convenient") },
  equipment: { hoist: sayLater("hoist"), extraction: sayLater("extraction gear"), ventilator: sayLater("ventilator"), blood: sayLater("blood") },
  landing_mark: { unknown: UNKNOWN, none: sayLater("nothing"), panels: sayLater("panels"), pyrotechnic: sayLater("flares"), smoke: sayLater("smoke"), lights: sayLater("lights"), other: OTHER },
  terrain: { slope: sayLater("slope"), rough: sayLater("rough"), loose: sayLater("loose ground"), trees: sayLater("trees"), wires: sayLater("wires"), other: OTHER },
  cluster: { unknown: UNKNOWN, camp_management: sayLater("camp management"), early_recovery: sayLater("early recovery"), education: sayLater("education"), emergency_telecommunications: sayLater("emergency telecommunications"), food_security: sayLater("food security"), health: sayLater("health"), logistics: sayLater("logistics"), nutrition: sayLater("nutrition"), protection: sayLater("protection"), shelter: sayLater("shelter"), water_sanitation_hygiene: sayLater("water, sanitation, hygiene") },
  urgency: { unknown: UNKNOWN, within_6h: sayLater("within 6 h"), within_24h: sayLater("within 24 h"), within_72h: sayLater("within 72 h"), later: sayLater("later"), routine: sayLater("routine"), priority: sayLater("priority"), immediate: sayLater("immediate") },
  sector: { none: sayLater("none") },
  zoning: { unknown: UNKNOWN, business: sayLater("business"), residential: sayLater("residential"), industrial: sayLater("industrial"), mixed: sayLater("mixed use") },
  infrastructure: { roads: sayLater("roads"), bridges: sayLater("bridges"), rail: sayLater("railway"), power: sayLater("electricity"), mobile_voice: sayLater("mobile telephony"), mobile_data: sayLater("mobile data"), water: sayLater("water"), airport_port: sayLater("airport or port") },
  infrastructure_state: { unknown: UNKNOWN, working: sayLater("working"), degraded: sayLater("degraded"), down: sayLater("not working") },
  reason: { none: sayLater("none"), unsafe: sayLater("unsafe"), no_access: sayLater("no access"), no_capacity: sayLater("no capacity"), no_equipment: sayLater("no equipment"), too_far: sayLater("too far"), other_task: sayLater("another task"), not_needed: sayLater("not needed"), other: OTHER },
  power: { unchanged: sayLater("unchanged"), live: sayLater("always listening"), listen: sayLater("listening"), saver: sayLater("saving"), poll: sayLater("asking now and then") },
};

// How a field's name ends says its unit; a letter that is the same everywhere, or a phrase.
const UNITS = { mv: (value) => `${(value / 1000).toFixed(2)} V`, c: (value) => `${value} °C`, dbm: (value) => `${value} dBm`, db: (value) => `${value} dB`, pct: (value) => `${value} %`, min: (value) => phrase("{n} min", { n: value }), s: (value) => phrase("{n} s", { n: value }), m: (value) => phrase("{n} m", { n: value }), h: (value) => phrase("{n} h", { n: value }) };
const AGO = new Set(["began_min_ago", "minutes_ago"]);

export const label = (name) => phrase(FIELDS[name] ?? name.replaceAll("_", " "));

// The word for a code of a field: the form's own, the handset's, or the code itself.
export function codeWords(field, code) {
  const text = CODES[field]?.[code];
  if (text !== undefined) return phrase(text);
  return OF_HANDSET[field] ? say(OF_HANDSET[field], code) : String(code).replaceAll("_", " ");
}

// A number, or how well a road or a network works.
export const stateOf = (value) => typeof value === "string" ? codeWords("infrastructure_state", value) : String(value ?? phrase(UNKNOWN));

export const isCode = (field) => Object.hasOwn(CODES, field) || Object.hasOwn(OF_HANDSET, field);

// A number with its unit.
export function measure(name, value) {
  if (typeof value !== "number") return String(value);
  if (AGO.has(name)) return phrase("{n} min ago", { n: value });
  const unit = name.includes("_") ? name.split("_").at(-1) : "";
  return UNITS[unit]?.(value).replace(" ", "\u00a0") ?? String(value);
}

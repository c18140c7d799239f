// Turns what the gateway says of itself into words of the reader's language.

import { phrase, sayLater, understood } from "./languages.js";

const TYPES = {
  sitrep: sayLater("situation report"), sos: sayLater("SOS"), position: sayLater("position"), node_health: sayLater("device health"),
  worksite_triage: sayLater("worksite triage"), worksite_report: sayLater("worksite report"), victim: sayLater("victim"), hazard: sayLater("hazard"),
  medevac: sayLater("medevac"), needs: sayLater("needs"), area: sayLater("area"), message: sayLater("message"), task: sayLater("task"),
  task_status: sayLater("task status"),
};
const MODES = { exercise: sayLater("EXERCISE"), actual: sayLater("REAL"), test: sayLater("TEST") };
const REFUSALS = {
  malformed: sayLater("malformed"), unknown_device: sayLater("unknown device"), not_authentic: sayLater("not authentic"),
  not_for_gateways: sayLater("not for gateways"), no_room: sayLater("no room"), revoked: sayLater("revoked"),
};
const TO_SAY = { order: sayLater("orders"), alert: sayLater("alerts"), notice: sayLater("notices") };
const STRENGTHS = [sayLater("poor"), sayLater("weak"), sayLater("good"), sayLater("strong")];
// What an operating system says of ports and lines.
const OF_THE_SYSTEM = [
  sayLater("No such file or directory"), sayLater("Permission denied"), sayLater("Connection refused"), sayLater("Network is unreachable"),
  sayLater("timed out"), sayLater("not connected yet"), sayLater("place unknown"), sayLater("not used: the database is of a newer Turna"),
];

const known = (words, name) => phrase(words[name] ?? String(name).replaceAll("_", " "));
export const typeWords = (type) => known(TYPES, type);
export const modeWords = (mode) => known(MODES, mode);
export const refusalWords = (why) => known(REFUSALS, why);
export const kindWords = (kind) => known(TO_SAY, kind);
export const strengthWords = (strength) => phrase(STRENGTHS[strength - 1]);

// Why something does not work, as far as a catalogue knows it: addresses and numbers stay as they are.
export function reasonWords(reason) {
  const usual = OF_THE_SYSTEM.find((one) => reason.endsWith(one));
  if (!usual) return understood(reason);
  return reason === usual ? phrase(usual) : understood(reason.replace(usual, phrase(usual)));
}

export function duration(s) {
  if (s < 120) return phrase("{n} s", { n: s });
  return s < 7200 ? phrase("{n} min", { n: Math.round(s / 60) }) : phrase("{n} h", { n: Math.round(s / 3600) });
}

// The sentence of an alarm: a form and what stands in its braces.
export function alarmWords(alarm) {
  const values = Object.entries(alarm.values).map(([name, value]) => [name, typeof value === "string" ? reasonWords(value) : value]);
  return phrase(alarm.form, Object.fromEntries(values));
}

// The table of handsets: who was heard when, how well, and what with.

import { element, row } from "./elements.js";
import { phrase } from "./languages.js";
import { duration, strengthWords, typeWords } from "./words.js";

// By the signal-to-noise ratio: LoRa is heard down to about -10 dB at the usual spreading factor of 8.
function signal(h) {
  const strength = h.snr_db >= 5 ? 4 : h.snr_db >= 0 ? 3 : h.snr_db >= -5 ? 2 : 1;
  const bars = element("span", "▂▄▆█".slice(0, strength).padEnd(4, "·"), { class: "bars", "aria-hidden": "true" });
  return element("span", null, {}, bars, ` ${strengthWords(strength)}`, element("small", `${h.rssi_dbm} dBm, ${h.snr_db} dB`));
}

const named = (h) => element("span", h.in_distress ? `${h.call_sign} SOS` : h.call_sign, {}, element("small", h.team));

export const handsetRows = (handsets) => handsets.map((h) => row([
  named(h), phrase("{time} ago", { time: duration(h.heard_ago_s) }), signal(h), h.battery_pct === null ? null : `${h.battery_pct} %`,
  h.last_type ? typeWords(h.last_type) : null,
], { class: h.in_distress ? "sos" : h.is_silent ? "silent" : "" }));

// The menu of downloads: each is an address that can be kept and asked for again.

import { read } from "./archive.js";
import { byId, element, offer, option, show } from "./elements.js";
import { phrase, sayLater } from "./languages.js";
import { TYPES, modeWords, typeWords } from "./words.js";

const NAMES = ["mode", "team", "type", "since"];
const MODES = ["exercise", "actual", "test"];
const SINCE = { "": sayLater("at any time"), "1h": sayLater("in the last hour"), "12h": sayLater("in the last 12 hours"), "24h": sayLater("in the last 24 hours"), "7d": sayLater("in the last 7 days") };

// Asks once, when the menu is opened first: who never exports waits for nothing.
export function prepareExports(page) {
  let formats = [];
  const links = () => show(byId("export-links"), formats.map((format) => element("li", null, {}, link(format))));
  byId("export").addEventListener("toggle", async () => {
    if (!byId("export").open || !page.status) return;
    const isFirst = !formats.length;
    offer(byId("export-mode"), MODES.map((mode) => option(mode, modeWords(mode))));
    if (isFirst) byId("export-mode").value = page.status.mode;
    const teams = [...new Set(page.handsets.map((handset) => handset.team))].sort();
    offer(byId("export-team"), [option("", phrase("all")), ...teams.map((team) => option(team, team))]);
    offer(byId("export-type"), [option("", phrase("all")), ...Object.keys(TYPES).filter((type) => type !== "unknown").map((type) => option(type, typeWords(type)))]);
    offer(byId("export-since"), Object.entries(SINCE).map(([value, text]) => option(value, phrase(text))));
    if (isFirst) formats = await read("/export/formats").catch(() => []);
    links();
  });
  for (const name of NAMES) byId(`export-${name}`).addEventListener("change", links);
}

function link(format) {
  const wanted = new URLSearchParams();
  for (const name of NAMES) if (byId(`export-${name}`).value) wanted.set(name, byId(`export-${name}`).value);
  return element("a", format.title, { href: `/export/reports.${format.suffix}?${wanted}`, download: "" });
}

// The menu of downloads: each is an address that can be kept and asked for again.

import { read } from "./archive.js";
import { byId, element, show } from "./words.js";

const MODES = ["exercise", "actual", "test"];
const option = (value, text) => element("option", text, { value });

// Asks once, when the menu is opened first: who never exports waits for nothing.
export function prepareExports(page) {
  let formats = [];
  const links = () => show(byId("export-links"), formats.map((format) => element("li", null, {}, link(format))));
  byId("export").addEventListener("toggle", async () => {
    if (!byId("export").open || formats.length || !page.status) return;
    byId("export-mode").replaceChildren(...MODES.map((mode) => option(mode, mode.toUpperCase())));
    byId("export-mode").value = page.status.mode;
    const teams = [...new Set(page.handsets.map((handset) => handset.team))].sort();
    byId("export-team").replaceChildren(option("", "all"), ...teams.map((team) => option(team, team)));
    formats = await read("/export/formats").catch(() => []);
    links();
  });
  for (const name of ["mode", "team", "type", "since"]) byId(`export-${name}`).addEventListener("change", links);
}

function link(format) {
  const asked = new URLSearchParams();
  for (const name of ["mode", "team", "type", "since"]) if (byId(`export-${name}`).value) asked.set(name, byId(`export-${name}`).value);
  return element("a", format.title, { href: `/export/reports.${format.suffix}?${asked}`, download: "" });
}

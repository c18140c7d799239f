// The daily form of emergency medical teams: an officer copies it from paper; a correction is the whole day again.

import { act, read, tell } from "./archive.js";
import { button, byId, element, offer, option, show } from "./elements.js";
import { phrase, sayLater } from "./languages.js";
import { mayAct, whyNot } from "./signed_in.js";
import { clockTime, modeTag } from "./words.js";

// Forms differ in how they part the ages.
const SPLITS = { all: { text: sayLater("all ages together"), groups: ["all"] }, five: { text: sayLater("by age, 5 to 17 apart"), groups: ["<1", "1-4", "5-17", "18-64", "65+"] }, four: { text: sayLater("by age, 5 to 64 together"), groups: ["<1", "1-4", "5-64", "65+"] } };

let form = null;
let drawn = "";

export async function readMedical() {
  form ??= await read("/api/emt/form");
  return read("/api/emt");
}

export function showMedical(page, actions) {
  offer(byId("emt-split"), Object.entries(SPLITS).map(([name, { text }]) => option(name, phrase(text))));
  offer(byId("emt-country"), [...new Set(page.handsets.map((handset) => handset.country))].sort().map((country) => option(country, country.toUpperCase())));
  if (!byId("emt-day").value) byId("emt-day").value = new Date(page.now_ms).toISOString().slice(0, 10);
  byId("emt-send").disabled = !mayAct();
  byId("emt-may-not").textContent = mayAct() ? "" : whyNot();
  table();
  byId("no-emt").hidden = page.medical.length > 0;
  show(byId("emt-days"), page.medical.map((day) => card(day, page, actions)));
}

// Drawn anew only for other columns or another language: what was typed stays.
function table() {
  if (!form) return;
  const split = byId("emt-split").value || "all";
  const look = `${split} ${document.documentElement.lang}`;
  if (drawn === look) return;
  const typed = counts();
  drawn = look;
  const { groups } = SPLITS[split];
  byId("emt-version").textContent = form.version;
  byId("emt-head").replaceChildren(element("tr", null, {}, element("th", phrase("number"), { scope: "col" }), element("th", phrase("Item"), { scope: "col" }), ...groups.map((group) => element("th", group === "all" ? phrase("all") : group, { scope: "col" }))));
  byId("emt-rows").replaceChildren(...form.items.map(({ number, section, name }) => element("tr", null, {},
    element("td", number), element("th", null, { scope: "row", lang: "en" }, element("span", `${section}: `, { class: "soft" }), name),
    ...groups.map((group) => element("td", null, {}, cell(number, name, group, typed[number]?.[group]))))));
}

function cell(number, name, group, value) {
  return element("input", null, { type: "number", min: "0", max: "100000", step: "1", inputmode: "numeric", "data-item": number, "data-group": group, "aria-label": `${number} ${name}, ${group}`, ...(value === undefined ? {} : { value }) });
}

// What is blank is unknown and left out; 0 is none.
function counts() {
  const found = {};
  for (const each of byId("emt-rows").querySelectorAll("input")) if (each.value !== "") (found[each.dataset.item] ??= {})[each.dataset.group] = Number(each.value);
  return found;
}

function card(day, page, actions) {
  const named = new Map(form.items.map((item) => [String(item.number), item.name]));
  return element("article", null, { class: "card" },
    element("h3", null, {}, element("bdi", day.team), " ", element("span", day.country.toUpperCase(), { class: "tag" }), ` ${day.day} `, modeTag(day.mode)),
    element("p", Object.entries(day.counts).map(([item, groups]) => `${item} ${named.get(item)}: ${Object.entries(groups).map(([group, count]) => group === "all" ? count : `${group} ${count}`).join(", ")}`).join(" · "), { lang: "en" }),
    ...(day.remark ? [element("p", day.remark, { class: "said" })] : []),
    element("p", phrase("entered by {person}, {time}", { person: day.person, time: clockTime(day.at_ms, page.now_ms) }), { class: "soft" }),
    button(phrase("Correct it"), { "data-key": `emt-${day.id}` }, () => correct(day, page, actions)));
}

function correct(day, page, actions) {
  const groups = Object.values(day.counts).flatMap(Object.keys);
  byId("emt-split").value = groups.includes("5-64") ? "four" : groups.some((group) => group !== "all") ? "five" : "all";
  for (const name of ["team", "day", "remark"]) byId(`emt-${name}`).value = day[name];
  byId("emt-country").value = day.country;
  drawn = "";
  byId("emt-rows").replaceChildren();
  showMedical(page, actions);
  for (const each of byId("emt-rows").querySelectorAll("input")) each.value = day.counts[each.dataset.item]?.[each.dataset.group] ?? "";
  byId("emt-team").focus();
}

export function prepareMedical(page, actions) {
  byId("emt-split").addEventListener("change", table);
  byId("entering").addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = { counts: counts() };
    for (const name of ["team", "country", "day", "remark"]) said[name] = byId(`emt-${name}`).value.trim();
    const problem = await act("/api/emt", said);
    tell(problem);
    if (!problem) { byId("entering").reset(); byId("emt-rows").replaceChildren(); drawn = ""; }
    await actions.refresh();
  });
}

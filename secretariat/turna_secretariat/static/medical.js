// The daily form of emergency medical teams: an officer copies it from paper; a correction is the whole day again.

import { act, read, tell } from "./archive.js";
import { button, byId, element, offer, option, show } from "./elements.js";
import { phrase, sayLater } from "./languages.js";
import { empty, onSubmit } from "./sending.js";
import { mayAct, me, whyNot } from "./signed_in.js";
import { clockTime, modeTag } from "./words.js";

// How counts are split by age: WHO's form does so by item, other forms differ.
const SPLITS = { form: { text: sayLater("as on WHO's form") }, all: { text: sayLater("all ages together"), groups: ["all"] }, five: { text: sayLater("by age, 5 to 17 apart"), groups: ["<1", "1-4", "5-17", "18-64", "65+"] }, four: { text: sayLater("by age, 5 to 64 together"), groups: ["<1", "1-4", "5-64", "65+"] } };

let form = null;
let drawn = "";

export async function readMedical() {
  form ??= await read("/api/emt/form");
  return read("/api/emt");
}

export function showMedical(page, actions) {
  offer(byId("emt-split"), Object.entries(SPLITS).map(([name, { text }]) => option(name, phrase(text))));
  offer(byId("emt-country"), countries(page));
  if (!byId("emt-day").value) byId("emt-day").value = new Date(page.now_ms).toISOString().slice(0, 10);
  byId("emt-send").disabled = !mayAct();
  byId("emt-may-not").textContent = mayAct() ? "" : whyNot();
  table();
  byId("no-emt").hidden = page.medical.length > 0;
  show(byId("emt-days"), page.medical.map((day) => card(day, page, actions)));
}

// One country that it can be is the one; of several, somebody has to choose: none is taken for granted.
function countries(page) {
  const own = me()?.countries ?? [];
  const possible = own.length ? own : [...new Set(page.handsets.map((handset) => handset.country))].sort();
  const options = possible.map((country) => option(country, country.toUpperCase()));
  return possible.length === 1 ? options : [option("", phrase("choose")), ...options];
}

// Drawn anew only for another split or language; an item with counts keeps them, and their ages.
function table(given = counts()) {
  if (!form) return;
  const split = byId("emt-split").value || "form";
  const look = `${split} ${document.documentElement.lang}`;
  if (drawn === look) return;
  drawn = look;
  byId("emt-version").textContent = form.version;
  byId("emt-head").replaceChildren(element("tr", null, {}, ...[phrase("number"), phrase("Item"), phrase("Counts")].map((text) => element("th", text, { scope: "col" }))));
  byId("emt-rows").replaceChildren(...form.items.map((item) => element("tr", null, {},
    element("td", item.number), element("th", null, { scope: "row", lang: "en" }, element("span", `${item.section}: `, { class: "soft" }), item.name),
    element("td", null, {}, element("div", null, { class: "ages" }, ...agesOf(item, split, given[item.number]).map((group) => cell(item, group, given[item.number]?.[group])))))));
}

const agesOf = (item, split, typed) => typed ? form.age_groups.filter((group) => group in typed || (SPLITS[split].groups ?? item.ages).includes(group) && !excludes(typed, group)) : SPLITS[split].groups ?? item.ages;

// Whether somebody of this age would be counted a second time beside what is there already.
const excludes = (typed, group) => Object.keys(typed).some((other) => form.parts[other].some((part) => form.parts[group].includes(part)));

function cell({ number, name }, group, value) {
  const input = element("input", null, { type: "number", min: "0", max: "100000", step: "1", inputmode: "numeric", "data-item": number, "data-group": group, "aria-label": `${number} ${name}, ${group}`, ...(value === undefined ? {} : { value }) });
  return element("label", null, {}, element("span", group === "all" ? phrase("all") : group), input);
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
  for (const name of ["team", "day", "remark"]) byId(`emt-${name}`).value = day[name];
  byId("emt-country").value = day.country;
  drawn = "";
  table(day.counts);
  showMedical(page, actions);
  byId("emt-team").focus();
}

export function prepareMedical(page, actions) {
  byId("emt-split").addEventListener("change", () => table());
  onSubmit(byId("entering"), async (contents) => {
    const said = { counts: counts() };
    for (const name of ["team", "country", "day", "remark"]) said[name] = byId(`emt-${name}`).value.trim();
    const problem = await act("/api/emt", said);
    tell(problem);
    if (!problem) {
      empty(contents);
      drawn = "";
      table();
    }
    actions.refresh();
  });
}

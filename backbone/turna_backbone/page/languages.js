// Says the page's own words and the codes of reports in the officer's language, whatever the handset's was.

import { byId, element } from "./elements.js";

const ENGLISH = "en";
let spoken = { tag: ENGLISH, codes: {}, words: {}, sentences: [] };

// The word for a code; in English, and where the catalogue has none, `usual` or the code itself.
export const say = (kind, name, usual = String(name).replaceAll("_", " ")) => spoken.codes[`${kind}.${name}`] ?? usual;

// The page's own words; {names} stand for `values`, which become part of a text, never of markup.
export function phrase(english, values = {}) {
  const said = spoken.words[english] ?? english;
  return said.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// A sentence of the server, said in the officer's language: recognised by its form, as the catalogues have it.
// What stands in it may be such a sentence itself. What no catalogue knows is shown as it came.
export function understood(sentence) {
  for (const [form, said] of spoken.sentences) {
    const found = form.exec(sentence);
    if (found) return said.replace(/\{(\w+)\}/g, (whole, name) => understood(found.groups[name] ?? whole));
  }
  return phrase(sentence);
}

const escaped = (text) => text.replace(/[.*+?^$()[\]\\|/]/g, "\\$&");
const formOf = (english) => new RegExp(`^${english.split(/(\{\w+\})/).map((part) => /^\{\w+\}$/.test(part) ? `(?<${part.slice(1, -1)}>.+?)` : escaped(part)).join("")}$`, "su");

// Marks words that `phrase` says later, so that the catalogues have them.
export const sayLater = (english) => english;

const json = async (address) => (await fetch(address)).json();

async function speak(tag) {
  if (tag === ENGLISH) spoken = { tag, codes: {}, words: {}, sentences: [] };
  else {
    const [codes, page] = await Promise.all([json(`/static/languages/${tag}.json`), json(`/static/words/${tag}.json`)]);
    const sentences = Object.entries(page.sentences).map(([english, said]) => [formOf(english), said]);
    spoken = { tag, codes: codes.texts, words: page.words, sentences };
  }
  document.documentElement.lang = tag;
  const machineMade = byId("machine-made");
  if (machineMade) machineMade.hidden = tag === ENGLISH;
  sayWhatStands();
}

// What stands in the document itself is English until it is said in another language.
function sayWhatStands() {
  for (const each of document.querySelectorAll("[data-say]")) {
    each.dataset.say ||= each.textContent;
    each.textContent = phrase(each.dataset.say);
  }
  for (const each of document.querySelectorAll("[data-say-in]")) {
    for (const name of each.dataset.sayIn.split(" ")) {
      const kept = `english-${name}`;
      if (!each.hasAttribute(`data-${kept}`)) each.setAttribute(`data-${kept}`, each.getAttribute(name));
      each.setAttribute(name, phrase(each.getAttribute(`data-${kept}`)));
    }
  }
}

// Offers every language there is; calls `onChange` when another one is spoken. Nothing waits for it:
// a page that cannot have its words shows English.
export async function prepareLanguages(onChange) {
  const choice = byId("language");
  const languages = await json("/static/languages/index.json");
  const known = (tag) => languages.some((each) => each.tag === tag);
  const change = async (tag) => { await speak(tag); choice.value = tag; onChange(); };
  choice.replaceChildren(...languages.map(({ tag, own_name }) => element("option", own_name, { value: tag, lang: tag })));
  choice.addEventListener("change", () => { localStorage.setItem("language", choice.value); change(choice.value); });
  const wanted = [localStorage.getItem("language"), ...navigator.languages.flatMap(tagsOf)].find(known);
  if (wanted && wanted !== ENGLISH) await change(wanted);
}

// A browser says "tr-TR" or "uz"; the page has "tr" and "uz-Latn".
function tagsOf(browsers) {
  const [language] = browsers.split("-");
  return language === "uz" ? [browsers.includes("Cyrl") ? "uz-Cyrl" : "uz-Latn"] : [language];
}

// Says codes in the officer's language, whatever the handset's was. English needs no catalogue.

import { byId, element } from "./words.js";

const ENGLISH = "en";
const FOLDER = "/static/languages";
let spoken = { tag: ENGLISH, texts: {} };

export const spokenTag = () => spoken.tag;

// The word for a code; in English, and where the catalogue has none, `usual` or the code itself.
export const say = (kind, name, usual = String(name).replaceAll("_", " ")) => spoken.texts[`${kind}.${name}`] ?? usual;

async function speak(tag) {
  if (tag === ENGLISH) spoken = { tag, texts: {} };
  else spoken = await (await fetch(`${FOLDER}/${tag}.json`)).json();
  byId("machine-made").hidden = !spoken.machine_made;
}

// Offers every language there is; calls `onChange` when another one is spoken. Nothing waits for it:
// a page that cannot have its words shows the codes, which are English.
export async function prepareLanguages(onChange) {
  const choice = byId("language");
  const languages = await (await fetch(`${FOLDER}/index.json`)).json();
  choice.replaceChildren(...languages.map(({ tag, own_name }) => element("option", own_name, { value: tag, lang: tag })));
  const kept = localStorage.getItem("language");
  if (languages.some(({ tag }) => tag === kept)) {
    await speak(kept);
    choice.value = kept;
    onChange();
  }
  choice.addEventListener("change", async () => {
    await speak(choice.value);
    localStorage.setItem("language", choice.value);
    onChange();
  });
}

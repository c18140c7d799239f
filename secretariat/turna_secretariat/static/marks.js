// What nobody may overlook while a dialog covers the page: a call for help, that the page is cut off, what another officer did.

import { button, element, plain } from "./elements.js";
import { phrase } from "./languages.js";

const dialogs = () => document.querySelectorAll("dialog");

export function prepareMarks(showCalls) {
  for (const dialog of dialogs()) {
    const calls = element("div", null, { class: "sos-mark", "data-calls": "", hidden: "" }, element("strong", null, { role: "alert" }), button(phrase("Show it"), { "data-say": "Show it" }, () => { closeAll(); showCalls(); }));
    dialog.prepend(calls, element("p", null, { class: "cut-off cut-off-mark", "data-cut-off": "", role: "alert", hidden: "" }), element("p", null, { class: "others-mark", "data-others": "", role: "alert", hidden: "" }));
  }
}

// What was written in them stays where it is.
const closeAll = () => dialogs().forEach((dialog) => dialog.close());

export function markCalls(who) {
  for (const each of document.querySelectorAll("[data-calls]")) tell(each, each.firstChild, who.length ? phrase("SOS of {who}", { who: who.join(", ") }) : "");
}

export function markCut(text) {
  for (const each of document.querySelectorAll("[data-cut-off]")) tell(each, each, text);
}

export function markOthers(text) {
  for (const each of document.querySelectorAll("[data-others]")) tell(each, each, plain(text));
}

// A screen reader says what has changed, once.
function tell(whole, words, text) {
  whole.hidden = !text;
  if (words.textContent !== text) words.textContent = text;
}

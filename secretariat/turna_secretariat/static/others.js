// What another officer told the field and this one may not pass over: alerts, what was taken back, keys taken away.

import { read } from "./archive.js";
import { title, whom } from "./down.js";
import { byId, element, show } from "./elements.js";
import { phrase } from "./languages.js";
import { markOthers } from "./marks.js";
import { me } from "./signed_in.js";
import { clockTime } from "./words.js";

const LOOK_AFTER_MS = 120; // several changes of one commit become one look
const AGAIN_MS = 3000;

let known = null; // what stood when the page was opened, and what came since
let unseen = [];
let timer = null;
let look = async () => {};
let looking = Promise.resolve(); // one look at a time, or an older answer would come last

// Says it until somebody has seen it; what was said before the page was opened stands in its views.
export function prepareOthers(page) {
  look = async () => {
    const [alerts, revocations] = await Promise.all([read("/api/down/alerts"), read("/api/down/revocations")]);
    const deeds = [...alerts.flatMap(ofAlert), ...revocations.map(ofRevocation)];
    const fresh = known ? deeds.filter(({ key, person }) => !known.has(key) && person !== me()?.person) : [];
    known = new Set([...(known ?? []), ...deeds.map(({ key }) => key)]);
    unseen = [...unseen, ...fresh.sort((one, other) => one.at_ms - other.at_ms)];
    showOthers(page);
  };
  byId("others-seen").addEventListener("click", () => { unseen = []; showOthers(page); });
}

export function mayHaveActed(after_ms = LOOK_AFTER_MS) {
  timer ??= setTimeout(() => { timer = null; looking = looking.then(look).catch(() => mayHaveActed(AGAIN_MS)); }, after_ms);
}

function ofAlert(word) {
  const said = { key: `said ${word.id}`, at_ms: word.at_ms, person: word.person, words: (time) => phrase("{what}: ordered by {person}, {time}", { what: named(word), person: word.person, time }) };
  if (word.withdrawn_ms === null) return [said];
  return [said, { key: `back ${word.id}`, at_ms: word.withdrawn_ms, person: word.withdrawn_by, words: (time) => `${named(word)}: ${phrase("taken back by {person}, {time}", { person: word.withdrawn_by, time })}` }];
}

const named = (word) => `${title(word)} ${phrase("to {whom}", { whom: whom(word) })}`;

const ofRevocation = ({ device, generation, at_ms, person, reason, call_sign }) => ({
  key: `keys ${device} ${generation}`, at_ms, person,
  words: (time) => [`${call_sign}:`, phrase("Its keys were taken away by {person}, {time}.", { person, time }), reason ? `“${reason}”` : ""].filter(Boolean).join(" "),
});

export function showOthers(page) {
  const lines = unseen.map(({ at_ms, words }) => words(clockTime(at_ms, page.now_ms)));
  byId("others").hidden = !lines.length;
  show(byId("others-list"), lines.map((line) => element("li", line)));
  markOthers(lines.join(" · "));
}

// What another officer did and this one may not pass over: alerts, what was taken back, keys taken away, who took on or
// ended a call for help.

import { read } from "./archive.js";
import { DID } from "./book.js";
import { title, whom } from "./down.js";
import { byId, element, show } from "./elements.js";
import { phrase } from "./languages.js";
import { markOthers } from "./marks.js";
import { me } from "./signed_in.js";
import { clockTime, modeTag } from "./words.js";

const LOOK_AFTER_MS = 120; // several changes of one commit become one look
const AGAIN_MS = 3000;

const CALLS_MOST = 6; // in sight; the book has all
const MARKED_MOST = 3; // over an open window; behind it stand all
const HANDSETS_MOST = 6; // named of one deed; the list of handsets has all

const known = new Map(); // by what was read: what stood when the page was opened, and what came since
const waiting = new Set(); // what to read next
let unseen = [];
let timer = null;
let look = async () => {};
let looking = Promise.resolve(); // one look at a time, or an older answer would come last

// Says it until somebody has seen it; what was said before the page was opened stands in its views.
export function prepareOthers(page) {
  look = async () => {
    const all = [...waiting];
    waiting.clear();
    const found = await Promise.allSettled(all.map((readDeeds) => readDeeds()));
    found.forEach(({ value }, index) => { if (value) take(all[index], value); });
    showOthers(page);
    const failed = all.filter((_, index) => found[index].status === "rejected");
    if (failed.length) mayHaveActed(failed, AGAIN_MS);
  };
  byId("others-seen").addEventListener("click", () => { unseen = []; showOthers(page); });
}

function take(readDeeds, deeds) {
  const before = known.get(readDeeds);
  const fresh = before ? deeds.filter(({ key, person }) => !before.has(key) && person !== me()?.person) : [];
  known.set(readDeeds, new Set([...(before ?? []), ...deeds.map(({ key }) => key)]));
  const again = new Set(fresh.map(({ call }) => call).filter(Boolean)); // of a call the last word counts
  unseen = [...unseen.filter(({ call }) => !again.has(call)), ...fresh.sort((one, other) => one.at_ms - other.at_ms)];
}

export function mayHaveActed(sources = [ofField, ofCalls], after_ms = LOOK_AFTER_MS) {
  sources.forEach((readDeeds) => waiting.add(readDeeds));
  timer ??= setTimeout(() => { timer = null; looking = looking.then(look); }, after_ms);
}

// What a change of each kind may have been.
export function hear(kind) {
  const readDeeds = { down: ofField, state: ofCalls, alarm: ofCalls }[kind];
  if (readDeeds) mayHaveActed([readDeeds]);
}

async function ofField() {
  const [alerts, revocations] = await Promise.all([read("/api/down/alerts"), read("/api/down/revocations")]);
  return [...alerts.flatMap(ofAlert), ...revocations.map(ofRevocation)];
}

const LAST_WORDS = ["accepted", "acted", "refused", "false_alarm"];

async function ofCalls() {
  return (await read("/api/sos")).flatMap((call) => call.book.filter(({ did }) => LAST_WORDS.includes(did)).map((entry) => ofCall(call, entry)));
}

function ofCall(call, { at_ms, who, did, reason }) {
  const words = (time) => [`${phrase("SOS of {who}", { who: call.call_sign })}${inMode(call)}:`, who, `${phrase(DID[did])}, ${time}`, reason ? `“${reason}”` : ""].filter(Boolean).join(" ");
  return { key: `call ${call.id} ${did} ${at_ms} ${who}`, call: call.id, at_ms, person: who, words };
}

function ofAlert(word) {
  const said = { key: `said ${word.id}`, at_ms: word.at_ms, person: word.person, words: (time) => phrase("{what}: ordered by {person}, {time}", { what: alert(word), person: word.person, time }) };
  if (word.withdrawn_ms === null) return [said];
  return [said, { key: `back ${word.id}`, at_ms: word.withdrawn_ms, person: word.withdrawn_by, words: (time) => `${alert(word)}: ${phrase("taken back by {person}, {time}", { person: word.withdrawn_by, time })}` }];
}

const inMode = ({ mode }) => modeTag(mode) ? ` (${modeTag(mode).textContent})` : "";

const alert = (word) => `${title(word)}${inMode(word)} ${phrase("to {whom}", { whom: whom(word) })}`;

const ofRevocation = ({ device, generation, at_ms, person, reason, call_sign }) => ({
  key: `keys ${device} ${generation}`, at_ms, person, call_sign, deed: JSON.stringify([at_ms, person, reason]),
  words: (time, who) => [`${few(who, HANDSETS_MOST).join(", ")}:`, who.length > 1 ? phrase("Their keys were taken away by {person}, {time}.", { person, time }) : phrase("Its keys were taken away by {person}, {time}.", { person, time }), reason ? `“${reason}”` : ""].filter(Boolean).join(" "),
});

const few = (all, most) => all.length > most ? [...all.slice(0, most), phrase("and {n} more", { n: all.length - most })] : all;

// What was done to several handsets at once is one line.
function together(deeds) {
  const lines = new Map();
  for (const each of deeds) {
    const deed = each.deed ?? each.key;
    lines.set(deed, { ...each, who: [...(lines.get(deed)?.who ?? []), each.call_sign] });
  }
  return [...lines.values()];
}

export function showOthers(page) {
  const calls = unseen.filter(({ call }) => call);
  const left = new Set(calls.slice(0, -CALLS_MOST));
  const lines = together(unseen.filter((each) => !left.has(each))).map(({ at_ms, words, who }) => words(clockTime(at_ms, page.now_ms), who));
  if (left.size) lines.push(`${phrase("Book of SOS")}: ${phrase("and {n} more", { n: left.size })}`);
  byId("others").hidden = !lines.length;
  show(byId("others-list"), lines.map((line) => element("li", line)));
  markOthers(few(lines.toReversed(), MARKED_MOST).join(" · "));
}

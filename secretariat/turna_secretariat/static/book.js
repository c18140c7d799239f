// The book of SOS: where each stands, and who did what when.

import { button, byId, element, show } from "./elements.js";
import { phrase, sayLater } from "./languages.js";
import { clockTime, modeTag, place, sender, words } from "./words.js";

const STANDS = {
  calling: sayLater("CALLING, nobody has accepted it"), cancelled: sayLater("cancelled by the sender, not accepted yet"), accepted: sayLater("accepted, in hand"),
  acted: sayLater("acted on"), refused: sayLater("refused"), false_alarm: sayLater("false alarm"),
};
const TAKEN_BACK = sayLater("accepted, but the sender took it back: call them");
export const DID = {
  declare: sayLater("called SOS"), update: sayLater("added to it"), cancel: sayLater("took it back"), read: sayLater("read it"), accepted: sayLater("accepted it"),
  acted: sayLater("acted on it"), refused: sayLater("refused it"), false_alarm: sayLater("called it a false alarm"),
};

export function showBook(page, actions) {
  byId("no-calls").hidden = page.calls.length > 0;
  show(byId("book"), page.calls.map((call) => element("article", null, { class: `card stands-${call.stands}` },
    element("h3", null, {}, sender(call), " ", modeTag(call.mode), " ", element("time", clockTime(call.arrived_ms, page.now_ms), { class: "soft" })),
    element("p", phrase(call.stands === "accepted" && call.cancelled_ms !== null ? TAKEN_BACK : STANDS[call.stands]), { class: "stands" }),
    element("p", place(call.report.position), { class: "soft" }),
    element("ol", null, { class: "entries" }, ...call.book.map((entry) => element("li", null, {},
      element("time", clockTime(entry.at_ms, page.now_ms)), " ", element("bdi", entry.who), ` ${phrase(DID[entry.did] ?? words(entry.did))}`, ...(entry.reason ? [" ", element("q", entry.reason, { dir: "auto" })] : [])))),
    button(phrase("The whole report"), { "data-key": `call-${call.id}` }, () => actions.open(call.id)))));
}

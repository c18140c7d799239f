// The SOS that somebody has accepted and nobody has ended: whoever comes on shift sees that they go on.

import { button, byId, element, show } from "./elements.js";
import { phrase } from "./languages.js";
import { age, byMode, modeTag, sender } from "./words.js";

export function showInHand(page, actions) {
  byId("in-hand").hidden = !page.inHand.length;
  byId("in-hand-count").textContent = byMode(page.inHand.map(({ mode, count }) => [mode, count]));
  show(byId("in-hand-list"), page.inHand.flatMap((one) => [...one.calls.map((call) => row(call, page, actions)), ...leftOut(one, page)]));
}

function leftOut({ mode, more, since_ms }, page) {
  if (!more) return [];
  return [element("li", null, {}, modeTag(mode), `${phrase("and {n} more", { n: more })} · ${phrase("the first of all accepted {age}", { age: age(since_ms, page.now_ms) })}`)];
}

function row(call, page, actions) {
  return element("li", null, {}, element("strong", "SOS"), sender(call), modeTag(call.mode),
    element("span", age(call.arrived_ms, page.now_ms), { class: "soft" }),
    element("span", phrase("accepted by {person}, {age}", { person: call.accepted_by, age: age(call.accepted_ms, page.now_ms) })),
    call.cancelled_ms === null ? "" : element("span", `⚠ ${phrase("the sender took it back: call them")}`, { class: "bad" }),
    button(phrase("Show"), { "data-key": `in-hand-${call.id}` }, () => actions.open(call.id)));
}

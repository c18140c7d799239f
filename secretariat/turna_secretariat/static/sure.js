// Asks once before what cannot be undone: what happens, in whose name, and why; a bouncing glove answers nothing.

import { tell } from "./archive.js";
import { button, byId, element, openModal, plain } from "./elements.js";
import { phrase } from "./languages.js";
import { me } from "./signed_in.js";

export const BOUNCE_MS = 700; // a second touch this soon belongs to the first

let question = null;
let bouncing = null;

// `title` asks, `warnings` and `what` say what it does and what it cannot, `yes` names the deed; with `reasons` it wants to know why, in own words or one of them.
// `deed(reason)` returns null, or why it could not be done: then the question stays, and what was written.
export function askOnce({ title, what, yes, reasons, deed, warnings = [] }) {
  question = { deed, wantsReason: Boolean(reasons) };
  byId("sure-title").textContent = plain(title);
  byId("sure-warnings").replaceChildren(...warnings.map((warning) => element("li", warning, { class: "bad" })));
  byId("sure-what").textContent = plain(what);
  byId("sure-name").textContent = me() ? phrase("In the name of {person}; the log keeps it.", { person: me().person }) : "";
  byId("sure-why").hidden = !reasons;
  byId("sure-reason").value = "";
  byId("sure-reasons").replaceChildren(...(reasons ?? []).map((reason) => button(reason, {}, () => { byId("sure-reason").value = reason; byId("sure-yes").focus(); })));
  byId("sure-note").textContent = "";
  byId("sure-yes").textContent = plain(yes);
  byId("sure-yes").disabled = true;
  clearTimeout(bouncing); // of the question before
  bouncing = setTimeout(() => { byId("sure-yes").disabled = false; }, BOUNCE_MS);
  openModal(byId("sure"));
  byId("sure-no").focus(); // a key pressed just now goes back
}

async function answer() {
  const reason = byId("sure-reason").value.trim();
  if (byId("sure-yes").disabled || !question) return;
  if (question.wantsReason && !reason) {
    byId("sure-note").textContent = phrase("Write why: the log keeps it.");
    return byId("sure-reason").focus();
  }
  byId("sure-yes").disabled = true;
  const answered = question;
  const problem = await answered.deed(reason);
  if (question !== answered) return tell(problem); // the window was left, or asks something else by now
  byId("sure-yes").disabled = false;
  if (!problem) return byId("sure").close();
  byId("sure-note").textContent = problem;
}

export function prepareSure() {
  byId("sure").addEventListener("close", () => { if (!byId("sure").open) question = null; });
  byId("sure-no").addEventListener("click", () => byId("sure").close());
  byId("sure-form").addEventListener("submit", (event) => { event.preventDefault(); answer(); });
}

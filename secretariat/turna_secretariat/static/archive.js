// Asks the Secretariat's process and tells it what a person did; the only module that fetches its answers.

import { byId } from "./elements.js";
import { phrase, understood } from "./languages.js";

const NOTE_MS = 8000;

export async function read(address) {
  const answer = await fetch(address, { cache: "no-store" });
  if (!answer.ok) throw await refusal(address, answer);
  return answer.json();
}

// `reason` is the sentence of who refused, if it was one.
async function refusal(address, answer) {
  const reason = await answer.json().then((said) => said.detail, () => "");
  return Object.assign(new Error(`${address}: ${answer.status}`), { reason });
}

// Sends what was said and returns {body}, or {problem}: why there is no answer; `isCut` if nobody was there to answer.
export async function send(address, said) {
  try {
    const answer = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(said) });
    const body = await answer.json();
    return answer.ok ? { body } : { problem: phrase("Not done: {reason}", { reason: understood(body.detail) }) };
  } catch {
    return { problem: phrase("Not done: the Secretariat cannot be reached."), isCut: true };
  }
}

// Does a deed under the name of who is signed in. Returns null when it is stored, else why it is not.
export const act = async (address, said = {}) => (await send(address, said)).problem ?? null;

export function tell(text) {
  byId("note").textContent = text ?? "";
  byId("note").hidden = !text;
  if (text) setTimeout(() => { byId("note").hidden = true; }, NOTE_MS);
}

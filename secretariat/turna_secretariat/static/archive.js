// Asks the Secretariat's process and tells it what a person did; the only module that fetches its answers.

import { byId } from "./elements.js";
import { phrase } from "./languages.js";

const NOTE_MS = 8000;

export async function read(address) {
  const answer = await fetch(address, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

// Sends a deed under the officer's name. Returns null when it is stored, else why it is not.
export async function act(address, said = {}) {
  const person = byId("person").value.trim();
  if (!person) {
    byId("person").focus();
    return phrase("Write your name first: a deed needs a person who answers for it.");
  }
  try {
    const answer = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ person, ...said }) });
    return answer.ok ? null : phrase("Not done: {reason}", { reason: (await answer.json()).detail });
  } catch {
    return phrase("Not done: the Secretariat cannot be reached.");
  }
}

export function tell(text) {
  byId("note").textContent = text ?? "";
  byId("note").hidden = !text;
  if (text) setTimeout(() => { byId("note").hidden = true; }, NOTE_MS);
}

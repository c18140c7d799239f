// Asks the Secretariat's process and tells it what a person did; the only module that fetches.

import { byId } from "./words.js";

const NOTABLE = ["sitrep", "sos", "triage", "worksite", "victim", "hazard", "medevac", "needs", "area", "message", "task", "unknown"];
const KINDS = { "": [], sos: ["sos"] };

export async function read(address) {
  const answer = await fetch(address, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

export function reportsAddress(filter, limit, beforeId) {
  const kinds = KINDS[filter] ?? NOTABLE;
  return `/api/reports?limit=${limit}${kinds.map((kind) => `&kind=${kind}`).join("")}${beforeId ? `&before_id=${beforeId}` : ""}`;
}

// Sends a deed under the officer's name. Returns null when it is stored, else why it is not.
export async function act(address) {
  const person = byId("person").value.trim();
  if (!person) {
    byId("person").focus();
    return "Write your name first: a deed needs a person who answers for it.";
  }
  try {
    const answer = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ person }) });
    return answer.ok ? null : `Not done: ${(await answer.json()).detail}`;
  } catch {
    return "Not done: the Secretariat cannot be reached.";
  }
}

export function say(text) {
  byId("note").textContent = text ?? "";
  byId("note").hidden = !text;
  if (text) setTimeout(() => { byId("note").hidden = true; }, 8000);
}

// Asks the Secretariat's process and tells it what a person did; the only module that fetches its answers.

import { byId } from "./elements.js";
import { phrase, understood } from "./languages.js";

const NOTE_MS = 8000;
const READ_MS = 10_000; // an answer takes a fraction of a second; after this the page is as good as cut off
const DO_MS = 20_000; // longer than the Secretariat itself waits for its archive
const SERVER_BUSY = 503; // it took the deed and has not come to it yet
export const SIGNED_OUT = 401;

// What does not come in time has failed, as if nobody were there.
export async function read(address, within_ms = READ_MS) {
  const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(within_ms) });
  if (!answer.ok) throw await refusal(address, answer);
  return answer.json();
}

// `reason` is the sentence of who refused, if it was one; `status` is that of HTTP, and lacks where nobody answered.
async function refusal(address, answer) {
  const reason = await answer.json().then((said) => said.detail, () => "");
  return Object.assign(new Error(`${address}: ${answer.status}`), { reason, status: answer.status });
}

// A question that the Secretariat understood and will not answer is no outage.
export const isRefusal = ({ status }) => status >= 400 && status < 500 && status !== SIGNED_OUT;

// An answer that was lost says nothing of the deed: it may stand in the archive.
const notKnown = () => phrase("Not known whether it was done: the Secretariat cannot be reached. Look at the list before you repeat it.");

const post = (address, type, body) => fetch(address, { method: "POST", headers: { "content-type": type }, body, signal: AbortSignal.timeout(DO_MS) });

// Sends what was said and returns {body}, or {problem}: why there is no answer; `isCut` if none came.
export async function send(address, said) {
  try {
    const answer = await post(address, "application/json", JSON.stringify(said));
    const body = await answer.json();
    return answer.ok ? { body } : { problem: notDone(answer.status, body.detail) };
  } catch {
    return { problem: phrase("Not done: the Secretariat cannot be reached."), isCut: true };
  }
}

function notDone(status, why) {
  const reason = understood(why);
  return status === SERVER_BUSY ? phrase("Not known whether it was done: {reason}", { reason }) : phrase("Not done: {reason}", { reason });
}

// Does a deed under the name of who is signed in. Returns null when it is stored, else why it is not, or that nobody knows.
export async function act(address, said = {}) {
  const { problem, isCut } = await send(address, said);
  return isCut ? notKnown() : problem ?? null;
}

// As `act`, with a file as it is.
export async function bring(address, type, file) {
  try {
    const answer = await post(address, type, file);
    const body = await answer.json();
    return answer.ok ? null : notDone(answer.status, body.detail);
  } catch {
    return notKnown();
  }
}

export function tell(text, { isDone = false } = {}) {
  byId("note").textContent = text ?? "";
  byId("note").classList.toggle("done", isDone);
  byId("note").hidden = !text;
  if (text) setTimeout(() => { byId("note").hidden = true; }, NOTE_MS);
}

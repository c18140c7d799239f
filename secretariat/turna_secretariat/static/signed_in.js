// Who is signed in, what they may do, and the way out; goes to the door when nobody is signed in any more.

import { SIGNED_OUT, act, read, tell } from "./archive.js";
import { button, byId, element } from "./elements.js";
import { phrase, sayLater } from "./languages.js";

const LOOK_EVERY_MS = 60_000;
const AGAIN_MS = 2000; // until it is known
const ROLES = ["observer", "officer", "administrator"];
export const ROLE_WORDS = { observer: sayLater("observer"), officer: sayLater("officer"), administrator: sayLater("administrator") };

let account = null;
let timer = null;

export const me = () => account;
const may = (role) => account !== null && ROLES.indexOf(account.role) >= ROLES.indexOf(role);
export const mayAct = () => may("officer");
export const mayAdminister = () => may("administrator");
export const whyNot = () => account ? phrase("Your account may only look: what changes something is done by an officer.") : phrase("The Secretariat does not answer.");

// A button for officers; to everybody else it says why it does nothing.
export function deedButton(text, attributes, onClick) {
  const made = button(text, attributes, onClick);
  if (mayAct()) return made;
  made.disabled = true;
  made.title = whyNot();
  return made;
}

// What was known stays until there is an answer.
async function look(onKnown) {
  const found = await read("/api/me").catch((error) => { if (error.status === SIGNED_OUT) location.replace("/login"); });
  if (found) {
    account = found;
    show();
    onKnown();
  }
  clearTimeout(timer);
  timer = setTimeout(look, account ? LOOK_EVERY_MS : AGAIN_MS, onKnown);
}

function show() {
  const countries = account.countries.map((country) => country.toUpperCase()).join(", ");
  byId("person").textContent = account.person;
  byId("role").textContent = [phrase(ROLE_WORDS[account.role]), countries ? phrase("only {countries}", { countries }) : ""].filter(Boolean).join(", ");
  byId("may-not").hidden = mayAct();
  byId("people-link").textContent = mayAdminister() ? phrase("People") : phrase("My account");
  if (account.is_demo && !byId("demo")) byId("person").before(element("strong", phrase("demo account"), { id: "demo", class: "demo", "data-say": "demo account" }));
}

// Calls `onKnown` whenever it may have changed who is there. What waits for the first answer does not wait for long.
export function prepareSignedIn(onKnown) {
  byId("sign-out").addEventListener("click", async () => {
    const problem = await act("/api/logout");
    tell(problem);
    if (!problem) location.replace("/login");
  });
  document.addEventListener("visibilitychange", () => document.hidden || look(onKnown));
  return Promise.race([look(onKnown), new Promise((done) => { setTimeout(done, AGAIN_MS); })]);
}

export const showSignedIn = () => { if (account) show(); };

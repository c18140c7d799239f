// Who is signed in, what they may do, and the way out; goes to the door when nobody is signed in any more.

import { button, byId, element } from "./elements.js";
import { phrase, sayLater } from "./languages.js";

const LOOK_EVERY_MS = 60_000;
const ROLES = ["observer", "officer", "administrator"];
export const ROLE_WORDS = { observer: sayLater("observer"), officer: sayLater("officer"), administrator: sayLater("administrator") };

let account = null;

export const me = () => account;
const may = (role) => account !== null && ROLES.indexOf(account.role) >= ROLES.indexOf(role);
export const mayAct = () => may("officer");
export const mayAdminister = () => may("administrator");
export const whyNot = () => phrase("Your account may only look: what changes something is done by an officer.");

// A button for officers; to everybody else it says why it does nothing.
export function deedButton(text, attributes, onClick) {
  const made = button(text, attributes, onClick);
  if (mayAct()) return made;
  made.disabled = true;
  made.title = whyNot();
  return made;
}

async function look(onKnown) {
  const answer = await fetch("/api/me", { cache: "no-store" }).catch(() => null);
  if (answer?.status === 401) location.replace("/login");
  if (!answer?.ok) return;
  account = await answer.json();
  show();
  onKnown();
}

function show() {
  const countries = account.countries.map((country) => country.toUpperCase()).join(", ");
  byId("person").textContent = account.person;
  byId("role").textContent = [phrase(ROLE_WORDS[account.role]), countries ? phrase("only {countries}", { countries }) : ""].filter(Boolean).join(", ");
  byId("may-not").hidden = mayAct();
  byId("people-link").textContent = mayAdminister() ? phrase("People") : phrase("My account");
  if (account.is_demo && !byId("demo")) byId("person").before(element("strong", phrase("demo account"), { id: "demo", class: "demo", "data-say": "demo account" }));
}

// Calls `onKnown` whenever it may have changed who is there.
export function prepareSignedIn(onKnown) {
  byId("sign-out").addEventListener("click", async () => {
    await fetch("/api/logout", { method: "POST" });
    location.replace("/login");
  });
  setInterval(look, LOOK_EVERY_MS, onKnown);
  document.addEventListener("visibilitychange", () => document.hidden || look(onKnown));
  return look(onKnown);
}

export const showSignedIn = () => { if (account) show(); };

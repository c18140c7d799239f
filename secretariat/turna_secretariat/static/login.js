// Signs a person in and goes on to the page.

import { MODES } from "./words.js";
import { phrase, prepareLanguages, understood } from "./languages.js";

const form = document.getElementById("login");
const problem = document.getElementById("problem");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.textContent = "";
  const said = { name: form.elements.name.value.trim().toLowerCase(), password: form.elements.password.value };
  try {
    const answer = await fetch("/api/login", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(said) });
    if (answer.ok) return location.replace("/");
    problem.textContent = understood((await answer.json()).detail);
  } catch {
    problem.textContent = phrase("The Secretariat does not answer.");
  }
  form.elements.password.select();
});

const isChanged = location.search === "?changed";
let mode = "actual"; // until it is known
const sayMode = () => {
  document.getElementById("mode").hidden = mode === "actual";
  document.getElementById("mode").textContent = `${phrase(MODES[mode])} · ${phrase("nothing shown here is real")}`;
};
const sayChanged = () => { if (isChanged) document.getElementById("news").textContent = phrase("Your password is changed: sign in with the new one."); };
sayChanged();
prepareLanguages(() => { sayChanged(); sayMode(); });
fetch("/api/login").then(async (answer) => { mode = (await answer.json()).mode; sayMode(); }, () => {});

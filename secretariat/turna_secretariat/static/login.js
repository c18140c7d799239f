// Signs a person in and goes on to the page.

import { phrase, prepareLanguages } from "./languages.js";

const form = document.getElementById("login");
const problem = document.getElementById("problem");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.textContent = "";
  const said = { name: form.elements.name.value.trim().toLowerCase(), password: form.elements.password.value };
  try {
    const answer = await fetch("/api/login", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(said) });
    if (answer.ok) return location.replace("/");
    problem.textContent = (await answer.json()).detail;
  } catch {
    problem.textContent = phrase("The Secretariat does not answer.");
  }
  form.elements.password.select();
});

prepareLanguages(() => {});

// Shows who is signed in, lets them sign out, and goes to the door when nobody is any more.

import { byId, element } from "./elements.js";
import { phrase } from "./languages.js";

const LOOK_EVERY_MS = 60_000;

async function look() {
  const answer = await fetch("/api/me", { cache: "no-store" }).catch(() => null);
  if (answer?.status === 401) location.replace("/login");
  if (answer?.ok) show(await answer.json());
}

function show(account) {
  const name = byId("person");
  if (!name) return;
  name.value = account.person;
  name.readOnly = true;
  name.title = [account.name, account.role, account.countries.join(" ")].filter(Boolean).join(", ");
  if (byId("sign-out")) return;
  const out = element("button", phrase("Sign out"), { id: "sign-out", type: "button", "data-say": "Sign out" });
  out.addEventListener("click", async () => {
    await fetch("/api/logout", { method: "POST" });
    location.replace("/login");
  });
  name.closest("label").after(out);
  if (account.is_demo) out.before(element("strong", phrase("demo account"), { class: "demo", "data-say": "demo account" }));
}

look();
setInterval(look, LOOK_EVERY_MS);
document.addEventListener("visibilitychange", () => document.hidden || look());

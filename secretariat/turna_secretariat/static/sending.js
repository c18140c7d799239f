// A form that is sent once: until it is known what came of it a second press does nothing, nor does the bounce of the
// first; what is written meanwhile stays.

import { BOUNCE_MS } from "./sure.js";

// `send` is given what stands in the form.
export function onSubmit(form, send) {
  const press = form.querySelector("button:not([type])");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (press.hasAttribute("aria-disabled")) return;
    press.setAttribute("aria-disabled", "true");
    try {
      await Promise.all([send(contents(form)), new Promise((done) => { setTimeout(done, BOUNCE_MS); })]);
    } finally {
      press.removeAttribute("aria-disabled");
    }
  });
}

const standsIn = (field) => field.type === "checkbox" ? field.checked : field.value;

const contents = (form) => new Map([...form.querySelectorAll("input, select, textarea")].map((field) => [field, standsIn(field)]));

// Empties each field in which nothing else has been written since.
export function empty(sent) {
  for (const [field, value] of sent) {
    if (standsIn(field) !== value) continue;
    if (field.type === "checkbox") field.checked = false;
    else if (field.matches("select")) field.selectedIndex = 0;
    else field.value = "";
  }
}

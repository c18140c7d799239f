"use strict";
// FORMS, TYPES, LANGUAGES: put before this by tools/phone_page.py.
let words = {}, token = "", state = null, closed = false;
const at = (id) => document.getElementById(id);
const say = (text) => words[text] || text;
const sayCode = (kind, code) => words[kind + "." + code] || words[code] || code;
const sayField = (name) => say("field." + name);
const make = (name, given = {}, ...inside) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key in made) made[key] = value; else made.setAttribute(key, value);
  }
  made.append(...inside);
  return made;
};

const number = (name, low, high) => make("input", {
  type: "number", inputMode: "numeric", min: low, max: high, step: 1, name, placeholder: "?",
});
const choice = (name, kind, codes, needed) => {
  const options = codes.map((code) => make("option", { value: String(code) },
    typeof code === "number" ? String(code) : sayCode(kind, code)));
  return make("select", { name }, ...(needed ? [] : [make("option", { value: "" }, "?")]), ...options);
};
const group = (title, ...inside) => make("fieldset", {}, make("legend", {}, title), ...inside);
const row = (title, control) => make("label", {}, make("span", {}, title), control);

// Each kind of field: what it looks like, and what it holds; undefined is unknown.
const whole = (control) => control.value === "" ? undefined : Number(control.value);
const chosen = (control) => control.value === "" ? undefined : control.value;
const KINDS = {
  number: ([name, , low, high]) => {
    const control = number(name, low, high);
    return [row(sayField(name), control), () => whole(control)];
  },
  choice: ([name, , kind, codes], needed) => {
    const control = choice(name, kind, codes, needed);
    return [row(sayField(name), control), () => chosen(control)];
  },
  class: ([name, , codes]) => {
    const control = choice(name, "", codes, false);
    return [row(sayField(name), control), () => whole(control)];
  },
  flag: ([name], needed) => {
    const control = choice(name, "", ["yes", "no"], needed);
    if (needed) control.value = "no";
    return [row(sayField(name), control), () => control.value === "" ? undefined : control.value === "yes"];
  },
  text: ([name]) => {
    const control = make("textarea", { name, maxLength: 160, rows: 3 });
    return [row(sayField(name), control), () => control.value.trim() || undefined];
  },
  word: ([name, , pattern]) => {
    const control = make("input", { name, placeholder: pattern, autocapitalize: "characters", autocomplete: "off" });
    return [row(sayField(name), control), () => control.value.trim().toUpperCase() || undefined];
  },
  many: ([name, , kind, codes]) => {
    const boxes = codes.map((code) => make("input", { type: "checkbox", value: code, name }));
    return [
      group(sayField(name), ...boxes.map((box) => row(sayCode(kind, box.value), box))),
      () => { const on = boxes.filter((box) => box.checked).map((box) => box.value); return on.length ? on : undefined; },
    ];
  },
  amounts: ([name, , kind, codes, high]) => {
    const inputs = codes.map((code) => number(name + "." + code, 0, high));
    return [
      group(sayField(name), ...inputs.map((input, i) => row(sayCode(kind, codes[i]), input))),
      () => {
        const found = {};
        inputs.forEach((input, i) => { if (input.value !== "") found[codes[i]] = Number(input.value); });
        return Object.keys(found).length ? found : undefined;
      },
    ];
  },
  states: ([name, , kind, things, codes]) => {
    const controls = things.map((thing) => choice(name + "." + thing, kind, codes, true));
    return [
      group(sayField(name), ...controls.map((control, i) => row(sayCode(kind, things[i]), control))),
      () => {
        const found = {};
        controls.forEach((control, i) => { if (control.value !== codes[0]) found[things[i]] = control.value; });
        return Object.keys(found).length ? found : undefined;
      },
    ];
  },
};

let readers = [];
const showForm = () => {
  const layout = FORMS[at("type").value];
  readers = [];
  at("fields").replaceChildren(...layout.fields.map((field) => {
    const [element, read] = KINDS[field[1]](field, layout.required.includes(field[0]));
    readers.push([field[0], read]);
    return element;
  }));
};

const tell = (text) => { at("said").textContent = text; };
const send = async (event) => {
  event.preventDefault();
  document.querySelectorAll(".wrong").forEach((one) => one.classList.remove("wrong"));
  const report = { type: at("type").value };
  for (const [name, read] of readers) {
    const value = read();
    if (value !== undefined) report[name] = value;
  }
  at("send").disabled = true;
  try {
    const answer = await fetch("/report", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Turna-Token": token },
      body: JSON.stringify(report),
    });
    const said = await answer.json();
    if (answer.ok) {
      tell(say("Saved on the handset as") + " #" + said.seq);
      showForm();
      await load();
    } else if (said.error === "token") {
      tell(say("Load this page anew."));
    } else if (answer.status === 507) {
      tell(say("The handset has no room for it."));
    } else {
      const field = said.error.split(":")[0].split(".")[0];
      const wrong = [...document.querySelectorAll(`[name="${CSS.escape(field)}"], [name^="${CSS.escape(field)}."]`)];
      wrong.forEach((one) => one.classList.add("wrong"));
      wrong[0]?.focus();
      tell(say("Not saved") + ": " + (words["field." + field] || said.error));
    }
  } catch {
    gone();
  } finally {
    at("send").disabled = false;
  }
};

const gone = () => { closed = true; tell(say("The handset has closed this page: open it in its menu again.")); };
const SIGNS = ["\u25a1", "\u25d4", "\u25d1", "\u25c9", "\u2713", "\u2717", "\u2757"];
const load = async () => {
  state = await (await fetch("/state")).json();
  token = state.token;
  at("who").textContent = state.call_sign;
  at("mode").textContent = say(state.mode === "exercise" ? "mode.exercise" : "mode.actual");
  at("journal").replaceChildren(...state.reports.map(([seq, type, stands, saved, attempts]) => {
    const time = saved ? " " + new Date(saved * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }) : "";
    const type_name = TYPES[type] || "other";
    const name = words["form." + type_name] || sayCode("type", type_name);
    const tries = stands === 0 && attempts ? ", " + say("sent %s times").replace("%s", attempts) : "";
    return make("li", { className: "state" + stands },
      make("span", { className: "sign", ariaHidden: "true" }, SIGNS[stands] || "?"),
      ` ${name} #${seq}${time}: ${sayCode("state", stands)}${tries}`);
  }));
};

const speak = async (tag) => {
  const got = await (await fetch("/words/" + tag)).json();
  words = got.words;
  document.documentElement.lang = got.tag;
  at("made").hidden = !got.machine_made;
  at("made").textContent = say("machine-made words, no native reader has seen them");
  document.querySelectorAll("[data-say]").forEach((one) => { one.textContent = say(one.dataset.say); });
  const before = at("type").value;
  at("type").replaceChildren(...Object.keys(FORMS).map((type) =>
    make("option", { value: type }, say("form." + type))));
  if (before) at("type").value = before;
  showForm();
};

const start = async () => {
  at("language").replaceChildren(...LANGUAGES.map(([tag, own]) => make("option", { value: tag }, own)));
  await load();
  at("language").value = state.language;
  await speak(state.language);
  await load();
  at("language").onchange = async () => { await speak(at("language").value); await load(); };
  at("type").onchange = showForm;
  at("form").onsubmit = send;
  at("language").disabled = false;
  setInterval(() => { if (!closed && !document.hidden) load().catch(gone); }, 5000);
};
start().catch(gone);

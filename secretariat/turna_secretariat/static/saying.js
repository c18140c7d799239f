// What an officer says down: to whom, what, what it costs on the air; sent only after its cost was seen.

import { act, send, tell } from "./archive.js";
import { byId, element, offer, option, show } from "./elements.js";
import { gatewayWorks } from "./health.js";
import { phrase, say, sayLater } from "./languages.js";
import { empty, onSubmit } from "./sending.js";
import { mayAct, me, whyNot } from "./signed_in.js";
import { askOnce } from "./sure.js";
import { words } from "./words.js";

const KINDS = { task: sayLater("task"), text: sayLater("text"), roll_call: sayLater("roll call"), alert: sayLater("alert") };
const TASKS = ["go_to", "assess_area", "triage_worksite", "search", "rescue", "recover", "medical", "evacuate_people", "transport", "deliver", "stand_by", "relieve_team", "return_to_base", "meet", "rest", "other"];
const URGENCIES = { routine: sayLater("routine"), priority: sayLater("priority"), immediate: sayLater("immediate") };
const ALERTS = ["evacuate", "cease_work", "resume"];
const FIELDS = { task: ["task", "urgency", "worksite", "due_in_min", "text"], text: ["text"], roll_call: ["text"], alert: ["code", "text"] };
const TYPING_MS = 400;
const REPEATED = { "data-repeated": "" }; // in the question before it is sent
const WARNS = { class: "bad", "data-warns": "" }; // there too, and first

let known = []; // the handsets, as the page knows them
let isDown = () => false; // whether a gateway of that name can send now
let shownIn = ""; // how and in which language the cost is shown
let asked = ""; // what the cost stands for
let answered = ""; // for which question, and how the page stood, the cost was asked last
let onSaid = () => {};
const drafts = new Map(); // what was written for each kind: what is meant as a task is no roll call
let written = ""; // the kind that the text in sight was written for

export function prepareSaying(actions) {
  onSaid = actions.refresh;
  let typing = null;
  byId("saying").addEventListener("input", () => { clearTimeout(typing); showFields(); notReady(); typing = setTimeout(cost, TYPING_MS); });
  onSubmit(byId("saying"), submit);
}

export function showSaying(page) {
  known = page.handsets;
  offer(byId("say-kind"), Object.entries(KINDS).map(([kind, text]) => option(kind, phrase(text))));
  offer(byId("say-task"), TASKS.map((task) => option(task, say("task", task))));
  offer(byId("say-urgency"), Object.entries(URGENCIES).map(([urgency, text]) => option(urgency, phrase(text))));
  offer(byId("say-code"), ALERTS.map((code) => option(code, say("alert", code))));
  const usable = known.filter((handset) => !handset.revoked); // to lost keys nothing is said
  const teams = [...new Set(usable.map((handset) => handset.team))].sort();
  offer(byId("say-to"), [option("all", everybodyOf(me()?.countries ?? [])), option("area", phrase("whoever was last seen in an area")), ...teams.map((team) => option(`team ${team}`, phrase("team {name}", { name: team }))), ...usable.map((handset) => option(`device ${handset.device}`, handset.call_sign))]);
  if (!byId("say-lat").value) { byId("say-lat").value = page.status.origin.lat; byId("say-lon").value = page.status.origin.lon; }
  const downNames = page.status.gateways.filter((gateway) => !gatewayWorks(gateway, page.now_ms)).map((gateway) => gateway.name);
  isDown = (name) => downNames.includes(name);
  showFields();
  const look = JSON.stringify([document.documentElement.lang, downNames, known.map((handset) => handset.revoked), mayAct()]);
  if (asked && look !== shownIn) notReady(); // what it says is not so any more, or not in this language
  shownIn = look;
  if (!asked && document.body.dataset.view === "down" && (!answered || answered !== JSON.stringify(said()) + look)) cost();
}

function keepDraft() {
  const kind = byId("say-kind").value;
  if (kind === written) return;
  if (written) {
    drafts.set(written, byId("say-text").value);
    byId("say-text").value = drafts.get(kind) ?? "";
  }
  written = kind;
}

function showFields() {
  keepDraft();
  const wanted = FIELDS[byId("say-kind").value] ?? [];
  for (const part of byId("saying").querySelectorAll("[data-field]")) part.hidden = !wanted.includes(part.dataset.field);
  byId("say-area").hidden = byId("say-to").value !== "area";
}

function said() {
  const kind = byId("say-kind").value;
  const form = {};
  for (const name of FIELDS[kind]) {
    const value = byId(`say-${name}`).value.trim();
    if (value) form[name] = name === "due_in_min" ? Number(value) : value;
  }
  return { kind, form, to: audience(byId("say-to").value) };
}

// A text without words, or an alert of none, needs no asking: the page itself knows that it cannot be.
const hasWords = ({ kind, form }) => kind !== "text" || Boolean(form.text);

function audience(chosen) {
  const [what, name] = chosen.split(" ");
  if (what === "team") return { teams: [name] };
  if (what === "device") return { devices: [Number(name)] };
  if (what === "area") return { area: { lat: Number(byId("say-lat").value), lon: Number(byId("say-lon").value), radius_m: Number(byId("say-radius").value) } };
  return { all: true };
}

function notReady() {
  asked = "";
  byId("say-send").disabled = true;
  byId("say-send").textContent = phrase("Send");
  show(byId("say-cost"), []);
}

// Asks what one round of it costs; only what was answered for is sent.
async function cost() {
  const question = JSON.stringify(said());
  answered = question + shownIn;
  if (!hasWords(said())) {
    byId("say-send").disabled = true;
    asked = "";
    return show(byId("say-cost"), [element("li", phrase("Write what is to be said."), { class: "soft" })]);
  }
  const answer = mayAct() ? await send("/api/down/cost", JSON.parse(question)) : { problem: whyNot() };
  if (question !== JSON.stringify(said())) return;
  const problem = answer.problem;
  if (answer.isCut) answered = ""; // asked again when the page is back
  byId("say-send").disabled = Boolean(problem);
  asked = problem ? "" : question;
  show(byId("say-cost"), problem ? [element("li", problem, { class: "bad" })] : lines(answer.body, JSON.parse(question)));
}

// What there is to say of it before it is sent: whom it reaches, or would if a gateway were there, and at what cost.
function lines({ handsets, revoked, costs }, question) {
  const gateways = costs.flatMap((one) => one.gateways);
  const down = [...new Set(gateways.map((one) => one.gateway))].filter((name) => isDown(name));
  const none = gateways.length > 0 && gateways.every((one) => down.includes(one.gateway));
  const names = down.join(", ");
  return [
    ...(none ? [element("li", `⚠ ${phrase("It cannot be sent now: gateway {names} is down; it waits until the gateway is back.", { names })}`, WARNS)]
      : down.length ? [element("li", `⚠ ${phrase("Gateway {names} is down: only the others send it now.", { names })}`, WARNS)] : []),
    element("li", none ? phrase("Handsets that it would reach: {n} ({names})", { n: handsets.length, names: handsets.join(", ") }) : phrase("Handsets reached: {n} ({names})", { n: handsets.length, names: handsets.join(", ") }), REPEATED),
    ...(revoked.length ? [element("li", phrase("Left out, because their keys are revoked: {names}", { names: revoked.join(", ") }), WARNS)] : []),
    ...price(costs, question),
    ...[...new Set(gateways.map((one) => one.gateway))].map((name) => share(name, gateways.filter((one) => one.gateway === name))),
    element("li", phrase("It is repeated, ever more rarely, until the handsets hold it."), { class: "soft" }),
  ];
}

// An alert with a text is two messages, each with its own cost; an all-clear may be followed by orders.
function price(costs, { form }) {
  const onAir = (some) => ({ packets: some.reduce((sum, one) => sum + one.packets, 0), seconds: (some.reduce((sum, one) => sum + one.airtime_ms, 0) / 1000).toFixed(1) });
  if (costs.length === 1) return [element("li", phrase("Each time it is said: packets {packets}, {seconds} s on the air", onAir(costs)), REPEATED)];
  const names = [kindWords("alert"), ...(form.text ? [kindWords("text")] : []), phrase("all-clear by orders")];
  return [element("li", phrase("Messages that go: {n}", { n: costs.length }), REPEATED),
    ...costs.map((one, index) => element("li", phrase("{what}: packets {packets}, {seconds} s on the air", { what: names[index], ...onAir([one]) }), REPEATED)),
    element("li", phrase("Together, each time: packets {packets}, {seconds} s on the air", onAir(costs)), REPEATED)];
}

function share(name, costs) {
  if (costs.some((one) => one.percent_of_the_hour === null)) return element("li", name);
  const percent = Number(costs.reduce((sum, one) => sum + one.percent_of_the_hour, 0).toFixed(2));
  return element("li", phrase("{gateway}: {percent} % of what it may send in an hour", { gateway: name, percent }));
}

const ofCost = (which) => [...byId("say-cost").querySelectorAll(which)].map((line) => line.textContent);

async function submit(contents) {
  if (!asked || asked !== JSON.stringify(said())) return;
  const saying = JSON.parse(asked);
  if (saying.kind !== "alert" && !saying.to.all) return tell(await give(saying, contents));
  const whom = byId("say-to").selectedOptions[0].textContent;
  askOnce({
    title: phrase("Really send it? {alert} to {whom}", { alert: what(saying), whom }), yes: phrase("Yes, send: {alert}", { alert: what(saying) }),
    warnings: ofCost("[data-warns]"),
    what: [saying.form.text && `“${saying.form.text}”`, ...ofCost("[data-repeated]")].filter(Boolean).join(" · "),
    deed: () => give(saying, contents),
  });
}

// Returns null when it is stored, else why it is not: then what was written stays.
async function give(saying, contents) {
  const problem = await act("/api/down", saying);
  if (!problem) {
    if (drafts.get(saying.kind)?.trim() === saying.form.text) drafts.delete(saying.kind);
    if (byId("say-kind").value === saying.kind) empty([...contents].filter(([field]) => FIELDS[saying.kind].includes(field.closest("[data-field]")?.dataset.field)));
    notReady();
    cost();
  }
  onSaid();
  return problem;
}

const what = ({ kind, form }) => kind === "alert" ? say("alert", form.code) : kind === "task" ? say("task", form.task) : kindWords(kind);

export const urgencyWords = (urgency) => phrase(URGENCIES[urgency] ?? words(urgency));
// Whoever sees only some countries reaches only those.
export const everybodyOf = (countries) => countries.length ? phrase("everybody of {countries}", { countries: countries.map((country) => country.toUpperCase()).join(", ") }) : phrase("everybody");
export const kindWords = (kind) => phrase(KINDS[kind] ?? words(kind));

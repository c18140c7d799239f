// What an officer says down: to whom, what, what it costs on the air; sent only after its cost was seen.

import { act, send, tell } from "./archive.js";
import { byId, element, offer, option, show } from "./elements.js";
import { phrase, say, sayLater } from "./languages.js";
import { mayAct, whyNot } from "./signed_in.js";
import { words } from "./words.js";

const KINDS = { task: sayLater("task"), text: sayLater("text"), roll_call: sayLater("roll call"), alert: sayLater("alert") };
const TASKS = ["go_to", "assess_area", "triage_worksite", "search", "rescue", "recover", "medical", "evacuate_people", "transport", "deliver", "stand_by", "relieve_team", "return_to_base", "meet", "rest", "other"];
const URGENCIES = { routine: sayLater("routine"), priority: sayLater("priority"), immediate: sayLater("immediate") };
const ALERTS = ["evacuate", "cease_work", "resume"];
const FIELDS = { task: ["task", "urgency", "worksite", "due_in_min", "text"], text: ["text"], roll_call: ["text"], alert: ["code", "text"] };
const TYPING_MS = 400;
const SURE_MS = 6000; // so long the second click of what reaches everybody, or alarms, is waited for

let known = []; // the handsets, as the page knows them
let asked = ""; // what the cost stands for
let sureUntil = 0;
let onSaid = () => {};

export function prepareSaying(actions) {
  onSaid = actions.refresh;
  let typing = null;
  byId("saying").addEventListener("input", () => { clearTimeout(typing); showFields(); notReady(); typing = setTimeout(cost, TYPING_MS); });
  byId("saying").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
}

export function showSaying(page) {
  known = page.handsets;
  offer(byId("say-kind"), Object.entries(KINDS).map(([kind, text]) => option(kind, phrase(text))));
  offer(byId("say-task"), TASKS.map((task) => option(task, say("task", task))));
  offer(byId("say-urgency"), Object.entries(URGENCIES).map(([urgency, text]) => option(urgency, phrase(text))));
  offer(byId("say-code"), ALERTS.map((code) => option(code, say("alert", code))));
  const teams = [...new Set(known.map((handset) => handset.team))].sort();
  offer(byId("say-to"), [option("all", phrase("everybody")), option("area", phrase("whoever was last seen in an area")), ...teams.map((team) => option(`team ${team}`, phrase("team {name}", { name: team }))), ...known.map((handset) => option(`device ${handset.device}`, handset.call_sign))]);
  if (!byId("say-lat").value) { byId("say-lat").value = page.status.origin.lat; byId("say-lon").value = page.status.origin.lon; }
  showFields();
  if (!asked && document.body.dataset.view === "down" && !byId("saying").contains(document.activeElement)) cost();
}

function showFields() {
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

function audience(chosen) {
  const [what, name] = chosen.split(" ");
  if (what === "team") return { teams: [name] };
  if (what === "device") return { devices: [Number(name)] };
  if (what === "area") return { area: { lat: Number(byId("say-lat").value), lon: Number(byId("say-lon").value), radius_m: Number(byId("say-radius").value) } };
  return { all: true };
}

function notReady() {
  asked = "";
  sureUntil = 0;
  byId("say-send").disabled = true;
  byId("say-send").textContent = phrase("Send");
  byId("say-send").classList.remove("sure");
  show(byId("say-cost"), []);
}

// Asks what one round of it costs; only what was answered for is sent.
async function cost() {
  const question = JSON.stringify(said());
  const answer = mayAct() ? await send("/api/down/cost", JSON.parse(question)) : { problem: whyNot() };
  if (question !== JSON.stringify(said())) return;
  const problem = answer.problem;
  byId("say-send").disabled = Boolean(problem);
  asked = problem ? "" : question;
  show(byId("say-cost"), problem ? [element("li", problem, { class: "bad" })] : lines(answer.body));
}

function lines({ handsets, costs }) {
  const gateways = costs.flatMap((one) => one.gateways);
  const airtime_ms = costs.reduce((sum, one) => sum + one.airtime_ms, 0);
  return [
    element("li", phrase("Handsets reached: {n} ({names})", { n: handsets.length, names: handsets.join(", ") })),
    element("li", phrase("Each time it is said: packets {packets}, {seconds} s on the air", { packets: costs.reduce((sum, one) => sum + one.packets, 0), seconds: (airtime_ms / 1000).toFixed(1) })),
    ...gateways.map((one) => element("li", one.percent_of_the_hour === null ? one.gateway : phrase("{gateway}: {percent} % of what it may send in an hour", { gateway: one.gateway, percent: one.percent_of_the_hour }))),
    element("li", phrase("It is repeated, ever more rarely, until the handsets hold it."), { class: "soft" }),
  ];
}

async function submit() {
  if (!asked || asked !== JSON.stringify(said())) return;
  const saying = JSON.parse(asked);
  if ((saying.kind === "alert" || saying.to.all) && performance.now() > sureUntil) {
    sureUntil = performance.now() + SURE_MS;
    byId("say-send").classList.add("sure");
    byId("say-send").textContent = phrase("Click again: {alert} to {whom}", { alert: what(saying), whom: byId("say-to").selectedOptions[0].textContent });
    return;
  }
  const problem = await act("/api/down", saying);
  tell(problem);
  if (!problem) { byId("say-text").value = ""; notReady(); cost(); }
  await onSaid();
}

const what = ({ kind, form }) => kind === "alert" ? say("alert", form.code) : kind === "task" ? say("task", form.task) : kindWords(kind);

export const kindWords = (kind) => phrase(KINDS[kind] ?? words(kind));

// What was said down: how far it is at each team and handset, who has answered what, and taking it back.

import { act, read } from "./archive.js";
import { button, byId, element, show } from "./elements.js";
import { phrase, say, sayLater, understood } from "./languages.js";
import { everybodyOf, kindWords, urgencyWords } from "./saying.js";
import { deedButton, mayAct, me } from "./signed_in.js";
import { askOnce } from "./sure.js";
import { age, clockTime, modeTag, words } from "./words.js";

// A shape for each, none told by colour alone.
const STATES = {
  waiting: ["○", sayLater("waits for a gateway")], queued: ["◔", sayLater("at a gateway, not sent yet")], sent: ["◑", sayLater("sent by radio, no sign yet that it has arrived")],
  delivered: ["●", sayLater("has arrived: the handset holds it")], expired: ["⊘", sayLater("its time is over, nothing said that it arrived")], refused: ["⊘", sayLater("no gateway may send it to this handset")], withdrawn: ["⊘", sayLater("taken back before anything said that it arrived")],
};
const OF_GATEWAY = {
  waiting: ["○", sayLater("has not fetched it yet")], queued: ["◔", sayLater("has it and will send it")], sent: ["◑", sayLater("has sent it by radio and repeats it")],
  delivered: ["●", sayLater("has sent it, and heard from the handset that it arrived")], expired: ["⊘", sayLater("stopped, its time was over")], refused: ["⊘", sayLater("REFUSES it")], withdrawn: ["⊘", sayLater("sends it no more")],
};
const SENT_AND_ARRIVED = sayLater("has sent it, and it has arrived at all");
const TASK_STATES = {
  assigned: sayLater("assigned"), seen: sayLater("seen"), accepted: sayLater("accepted"), working: sayLater("working"), done: sayLater("done"),
  refused: sayLater("refused"), failed: sayLater("failed"), cancelled: sayLater("cancelled"),
};

const WORDS_AT_ONCE = 25;
const WORDS_MOST = 1000; // the archive's own limit

let asked = WORDS_AT_ONCE;

export const readWords = () => read(`/api/down?limit=${asked}`);

export function prepareDown(actions) {
  byId("words-older").addEventListener("click", () => {
    asked = Math.min(asked * 2, WORDS_MOST);
    actions.refresh();
  });
}

export function showDown(page, actions) {
  byId("words-older").hidden = page.words.length < asked || asked === WORDS_MOST;
  byId("no-words").hidden = page.words.length > 0;
  show(byId("words"), page.words.map((word) => card(word, page, actions)));
}

function card(word, page, actions) {
  const over = word.withdrawn_ms !== null || word.is_over;
  const item = element("article", null, { class: `card word-${word.kind} ${over ? "over" : ""}` },
    element("h3", null, {}, title(word), " ", modeTag(word.mode)),
    ...(word.said.text ? [element("p", word.said.text, { class: "said" })] : []),
    element("p", `${phrase("to {whom}", { whom: whom(word) })} · ${word.person} · ${clockTime(word.at_ms, page.now_ms)}`, { class: "soft" }),
    ...(word.kind === "task" ? [element("p", urgency(word, page))] : []),
    element("p", ending(word, page), { class: "soft" }),
    table(word, page, actions));
  if (!over) item.append(...takingBack(word, actions));
  return item;
}

// Nobody takes back what goes to countries that they do not see.
function takingBack(word, actions) {
  const made = deedButton(`${phrase("Take it back")} …`, { "data-key": `withdraw-${word.id}` }, () => withdraw(word, actions));
  if (!mayAct() || !word.beyond_view) return [made];
  const why = phrase("it concerns handsets of countries that are not yours");
  made.disabled = true;
  made.title = why;
  return [made, element("p", why, { class: "soft" })];
}

// An alert taken back by a slip leaves a team in danger.
function withdraw(word, actions) {
  askOnce({
    title: phrase("Really take it back? {what}", { what: `${title(word)}, ${whom(word)}` }), yes: phrase("Yes, take it back"),
    what: word.kind === "alert" ? phrase("Gateways say it no more. Handsets that have it go on showing it until the all-clear.") : phrase("Gateways say it no more. Who has it already keeps it: tell them."),
    deed: async () => {
      const problem = await act(`/api/down/${word.id}/withdrawn`);
      await actions.refresh();
      return problem;
    },
  });
}

export function title(word) {
  const { said } = word;
  if (word.kind === "task") return phrase("task {number}: {what}", { number: word.task, what: [say("task", said.task), said.worksite].filter(Boolean).join(" ") });
  if (word.kind === "alert") return say("alert", said.alert ?? { resume_work: "resume" }[said.phrase] ?? said.phrase);
  return said.phrase && !["none", "roll_call"].includes(said.phrase) ? `${kindWords(word.kind)}: ${say("phrase", said.phrase)}` : kindWords(word.kind);
}

export function whom({ to, to_all }) {
  if (to_all) return phrase("everybody");
  return [...(to.countries ? [everybodyOf(to.countries)] : []), ...(to.teams ?? []), ...(to.devices ?? []), ...(to.area ? [`${to.area.lat}, ${to.area.lon} ± ${to.area.radius_m} m`] : []),
    ...(to.others ? [phrase("others")] : [])].join(", ");
}

// How urgent the task is and when it is to be done: not how long the order is repeated.
function urgency({ said, at_ms }, page) {
  const due_in_min = said.due_in_min ?? null;
  const due = due_in_min === null ? phrase("no time is set") : phrase("due {time}", { time: clockTime(at_ms + due_in_min * 60_000, page.now_ms) });
  return `${urgencyWords(said.urgency)} · ${due}`;
}

function ending(word, page) {
  if (word.withdrawn_ms !== null) return phrase("taken back by {person}, {time}", { person: word.withdrawn_by, time: clockTime(word.withdrawn_ms, page.now_ms) });
  const until = phrase("the order is valid until {time}", { time: clockTime(word.not_after_s * 1000, page.now_ms) });
  return `${word.is_over ? phrase("over") : until} · ${phrase("{seconds} s on the air each time", { seconds: (word.airtime_ms / 1000).toFixed(1) })}`;
}

// Whoever sees only some countries counts only their handsets, wherever else it went.
const ofShare = () => phrase("only handsets of {countries} are counted", { countries: me().countries.map((country) => country.toUpperCase()).join(", ") });

// How many hold it in all and of each team; a row for who does not yet, the others on request; each gateway's own word.
function table(word, page, actions) {
  const holding = word.handsets.filter((handset) => handset.state === "delivered");
  const open = word.handsets.filter((handset) => handset.state !== "delivered" || !handset.answers.length || word.kind === "task");
  const rest = word.handsets.filter((handset) => !open.includes(handset));
  const all = phrase("held by {delivered} of {handsets}, answered by {answered}", { delivered: holding.length, handsets: word.handsets.length, answered: word.handsets.filter((handset) => handset.answers.length).length });
  const progress = element("progress", null, { max: word.handsets.length, value: holding.length, "aria-label": phrase("delivery") });
  const teams = word.teams.length > 1 ? element("ul", null, { class: "by-team" }, ...word.teams.map(teamChip)) : "";
  const rows = (handsets) => element("table", null, { "aria-label": phrase("delivery") }, element("tbody", null, {}, ...handsets.map((handset) => row(handset, page, actions))));
  return element("div", null, { class: "delivery" },
    element("p", null, { class: "held" }, progress, " ", element("strong", all), word.beyond_view ? element("span", ofShare(), { class: "soft" }) : ""), teams,
    open.length ? rows(open) : "",
    rest.length ? element("details", null, {}, element("summary", phrase("hold it and have answered: {n}", { n: rest.length }), { "data-key": `answered-${word.id}` }), rows(rest)) : "",
    element("ul", null, { class: "by-gateway", "aria-label": phrase("Gateways") }, ...word.by_gateway.map((told) => gatewayLine(told, word, page))));
}

function teamChip(team) {
  const held = team.delivered === team.handsets ? "●" : team.delivered ? "◑" : "○";
  return element("li", null, { title: phrase("{team}: held by {delivered} of {handsets}, answered by {answered}", team) }, element("span", held, { class: "sign", "aria-hidden": "true" }),
    ` ${team.team} `, element("b", `${team.delivered}/${team.handsets}`), element("span", ` ${phrase("answered by {n}", { n: team.answered })}`, { class: "soft" }));
}

function row(handset, page, actions) {
  const [sign, text] = STATES[handset.state];
  return element("tr", null, {}, element("th", handset.call_sign, { scope: "row" }),
    element("td", null, {}, element("span", sign, { class: "sign", "aria-hidden": "true" }), ` ${phrase(text)}`),
    element("td", null, { class: handset.answers.length ? "" : "soft" }, ...answer(handset, page, actions)));
}

// A gateway's word is about what it did, not about who holds it.
function gatewayLine({ gateway, states, at_s, reasons }, word, page) {
  const done = !word.beyond_view && word.handsets.every((handset) => handset.state === "delivered");
  const words = (state) => done && state === "sent" ? ["●", SENT_AND_ARRIVED] : OF_GATEWAY[state];
  const said = Object.entries(states).map(([state, count]) => `${words(state)[0]} ${phrase(words(state)[1])}${count > 1 ? ` × ${count}` : ""}`);
  const when = at_s === null ? "" : ` · ${age(at_s * 1000, page.now_ms)}`;
  const why = reasons.filter(Boolean).map((reason) => ` · ${understood(reason)}`).join("");
  return element("li", null, {}, element("strong", phrase("Gateway {name}", { name: gateway })), `: ${said.join(", ")}${why}${when}`);
}

function answer(handset, page, actions) {
  const last = handset.answers.at(-1);
  const task = handset.task_state ? phrase(TASK_STATES[handset.task_state] ?? words(handset.task_state)) : "";
  if (!last) return [task || phrase("no answer yet")];
  const told = [task || say("phrase", last.said), last.text ? `“${last.text}”` : ""].filter(Boolean).join(" ");
  return [button(told, { class: "plain", "data-key": `answer-${last.report_id}` }, () => actions.open(last.report_id)), ` ${age(last.at_ms, page.now_ms)}`];
}

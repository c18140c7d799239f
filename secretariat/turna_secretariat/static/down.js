// What was said down: how far it is at each team and handset, who has answered what, and taking it back.

import { act, tell } from "./archive.js";
import { button, byId, element, show } from "./elements.js";
import { phrase, say, sayLater } from "./languages.js";
import { kindWords } from "./saying.js";
import { age, clockTime, modeTag, words } from "./words.js";

// A shape for each, none told by colour alone.
const STATES = {
  waiting: ["○", sayLater("waits for a gateway")], queued: ["◔", sayLater("queued at a gateway")], sent: ["◑", sayLater("sent by radio")],
  delivered: ["●", sayLater("held by the handset")], expired: ["⊘", sayLater("expired")], refused: ["⊘", sayLater("refused")], withdrawn: ["⊘", sayLater("taken back")],
};
const TASK_STATES = {
  assigned: sayLater("assigned"), seen: sayLater("seen"), accepted: sayLater("accepted"), working: sayLater("working"), done: sayLater("done"),
  refused: sayLater("refused"), failed: sayLater("failed"), cancelled: sayLater("cancelled"),
};

export function showDown(page, actions) {
  byId("no-words").hidden = page.words.length > 0;
  show(byId("words"), page.words.map((word) => card(word, page, actions)));
}

function card(word, page, actions) {
  const over = word.withdrawn_ms !== null || word.is_over;
  const item = element("article", null, { class: `card word-${word.kind} ${over ? "over" : ""}` },
    element("h3", null, {}, title(word), " ", modeTag(word.mode)),
    ...(word.said.text ? [element("p", word.said.text, { class: "said" })] : []),
    element("p", `${phrase("to {whom}", { whom: whom(word) })} · ${word.person} · ${clockTime(word.at_ms, page.now_ms)}`, { class: "soft" }),
    element("p", ending(word, page), { class: "soft" }),
    table(word, page, actions));
  if (!over) item.append(button(phrase("Take it back"), { "data-key": `withdraw-${word.id}` }, async () => {
    tell(await act(`/api/down/${word.id}/withdrawn`));
    await actions.refresh();
  }));
  return item;
}

function title(word) {
  const { said } = word;
  if (word.kind === "task") return phrase("task {number}: {what}", { number: word.task, what: [say("task", said.task), said.worksite].filter(Boolean).join(" ") });
  if (word.kind === "alert") return say("alert", said.alert ?? { resume_work: "resume" }[said.phrase] ?? said.phrase);
  return said.phrase && !["none", "roll_call"].includes(said.phrase) ? `${kindWords(word.kind)}: ${say("phrase", said.phrase)}` : kindWords(word.kind);
}

function whom({ to, to_all }) {
  if (to_all || to.all) return phrase("everybody");
  return [...(to.teams ?? []), ...(to.devices ?? []), ...(to.area ? [`${to.area.lat}, ${to.area.lon} ± ${to.area.radius_m} m`] : [])].join(", ");
}

function ending(word, page) {
  if (word.withdrawn_ms !== null) return phrase("taken back by {person}, {time}", { person: word.withdrawn_by, time: clockTime(word.withdrawn_ms, page.now_ms) });
  const until = phrase("until {time}", { time: clockTime(word.not_after_s * 1000, page.now_ms) });
  return `${word.is_over ? phrase("over") : until} · ${phrase("{seconds} s on the air each time", { seconds: (word.airtime_ms / 1000).toFixed(1) })}`;
}

function table(word, page, actions) {
  const teams = word.teams.map((team) => phrase("{team}: held by {delivered} of {handsets}, answered by {answered}", team));
  const body = word.handsets.map((handset) => element("tr", null, {},
    element("th", handset.call_sign, { scope: "row" }),
    element("td", null, {}, element("span", STATES[handset.state][0], { class: "sign", "aria-hidden": "true" }), ` ${phrase(STATES[handset.state][1])}`),
    element("td", null, { class: handset.answers.length ? "" : "soft" }, ...answer(handset, page, actions))));
  return element("div", null, { class: "delivery" }, element("p", teams.join(" · ")), element("table", null, { "aria-label": phrase("delivery") }, element("tbody", null, {}, ...body)));
}

function answer(handset, page, actions) {
  const last = handset.answers.at(-1);
  const task = handset.task_state ? phrase(TASK_STATES[handset.task_state] ?? words(handset.task_state)) : "";
  if (!last) return [task || phrase("no answer yet")];
  const told = [task || say("phrase", last.said), last.text ? `“${last.text}”` : ""].filter(Boolean).join(" ");
  return [button(told, { class: "plain", "data-key": `answer-${last.report_id}` }, () => actions.open(last.report_id)), ` ${age(last.at_ms, page.now_ms)}`];
}

// Official alerts of others, as somebody brought them; bringing one is choosing its file.

import { bring, read, tell } from "./archive.js";
import { byId, element, show } from "./elements.js";
import { phrase, sayLater, understood } from "./languages.js";
import { mayAct, whyNot } from "./signed_in.js";
import { clockTime, modeTag, modeWords } from "./words.js";

const MODES = ["actual", "exercise", "test"];
const BYTES_MOST = 262144; // as the Secretariat has it: said before the file is sent in vain
const LONG = 600; // characters; more may need scrolling
const LATER = { Cancel: sayLater("taken back by a later alert"), Update: sayLater("replaced by a later alert") };

// Those of every mode: a real warning that is brought during an exercise has to be seen.
export const readNotices = async () => (await Promise.all(MODES.map((mode) => read(`/api/notices?mode=${mode}`)))).flat();

export function showNotices(page) {
  byId("notice-file").disabled = !mayAct();
  byId("notice-may-not").textContent = mayAct() ? "" : whyNot();
  const own = page.notices.filter((notice) => notice.mode === page.status.mode);
  const other = page.notices.filter((notice) => notice.mode !== page.status.mode);
  byId("no-notices").hidden = own.length > 0;
  byId("notices-apart-title").hidden = !other.length;
  byId("notices-apart-title").textContent = other.length ? phrase("Of another mode, not part of this: {mode}", { mode: [...new Set(other.map((notice) => modeWords(notice.mode)))].join(", ") }) : "";
  const since = overtaken(page.notices);
  show(byId("notices"), own.map((notice) => card(notice, page, since)));
  show(byId("notices-apart"), other.map((notice) => card(notice, page, since)));
}

const named = (sender, identifier, mode) => `${mode} ${sender} ${identifier}`;

// Which alerts a later one of the same mode takes back or replaces, and how (CAP 1.2, 3.2.1: references).
function overtaken(notices) {
  const found = new Map();
  for (const { alert, mode } of notices) {
    if (!LATER[alert.msgType]) continue;
    for (const reference of (alert.references ?? "").split(" ")) {
      const [sender, identifier] = reference.split(",");
      found.set(named(sender, identifier, mode), LATER[alert.msgType]);
    }
  }
  return found;
}

function card(notice, page, since) {
  const { alert, sender, mode } = notice;
  const over = since.get(named(sender, notice.identifier, mode));
  const severity = alert.infos[0]?.severity.toLowerCase() ?? "unknown";
  const takesBack = alert.msgType === "Cancel"; // it repeats what it ends, which is in force no more
  return element("article", null, { class: takesBack ? "card over" : `card severity-${severity}${over ? " over" : ""}` },
    ...(takesBack ? [element("h3", phrase("CANCELLED"))] : []),
    ...(over ? [element("p", phrase(over), { class: "said" })] : []),
    ...alert.infos.map((info) => text(info, mode, page, { inForce: !takesBack })),
    ...(alert.infos.length ? [] : [element("h3", null, {}, element("bdi", sender), " ", modeTag(mode))]),
    ...(alert.note ? [paragraph(alert.note)] : []),
    ...(takesBack ? [element("p", phrase("takes back: {alerts}", { alerts: alert.references ?? "?" }))] : []),
    element("p", phrase("{type} of {sender}, sent {time}", { type: alert.msgType, sender, time: clockTime(notice.sent_s * 1000, page.now_ms) }), { class: "soft" }),
    element("p", phrase("brought by {person}; its signature was not checked", { person: notice.person }), { class: "soft" }));
}

function text(info, mode, page, { inForce }) {
  const areas = info.areas.flatMap((area) => area.areaDesc).join(", ");
  return element("div", null, info.language ? { lang: info.language, dir: "auto" } : { dir: "auto" },
    element("h3", null, {}, element("bdi", info.headline ?? info.event), " ", modeTag(mode)),
    element("p", `${info.severity} · ${info.urgency} · ${info.certainty}${areas ? ` · ${areas}` : ""}`),
    ...[info.description, info.instruction].filter(Boolean).map(paragraph),
    ...(inForce && info.expires ? [until(Date.parse(info.expires), page.now_ms)] : []));
}

const until = (at_ms, now_ms) => element("p", phrase(at_ms > now_ms ? sayLater("in force until {time}") : sayLater("in force until {time}: over"), { time: clockTime(at_ms, now_ms) }), { class: "soft" });

// A long one scrolls within its card, also by keys: the next alert stays in sight.
function paragraph(said) {
  return element("p", said, { class: "said", ...(said.length > LONG ? { tabindex: "0" } : {}) });
}

export function prepareNotices(actions) {
  byId("notice-file").addEventListener("change", async () => {
    const [file] = byId("notice-file").files;
    if (!file) return;
    const problem = await keep(file);
    tell(problem ?? phrase("The alert is kept."), { isDone: !problem });
    byId("notice-file").value = "";
    await actions.refresh();
  });
}

async function keep(file) {
  if (file.size > BYTES_MOST) return phrase("Not done: {reason}", { reason: understood(`an alert has at most ${BYTES_MOST} bytes`) });
  return bring("/api/notices", "application/cap+xml", file);
}

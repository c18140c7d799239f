// Official alerts of others, as somebody brought them; bringing one is choosing its file.

import { tell } from "./archive.js";
import { byId, element, show } from "./elements.js";
import { phrase, understood } from "./languages.js";
import { mayAct, whyNot } from "./signed_in.js";
import { clockTime, modeTag } from "./words.js";

export function showNotices(page) {
  byId("notice-file").disabled = !mayAct();
  byId("notice-may-not").textContent = mayAct() ? "" : whyNot();
  byId("no-notices").hidden = page.notices.length > 0;
  show(byId("notices"), page.notices.map((notice) => element("article", null, { class: `card severity-${notice.alert.infos[0].severity.toLowerCase()}` },
    ...notice.alert.infos.map((info) => text(info, notice.mode)),
    element("p", phrase("{type} of {sender}, sent {time}", { type: notice.alert.msgType, sender: notice.sender, time: clockTime(notice.sent_s * 1000, page.now_ms) }), { class: "soft" }),
    element("p", phrase("brought by {person}; its signature was not checked", { person: notice.person }), { class: "soft" }))));
}

function text(info, mode) {
  const areas = info.areas.flatMap((area) => area.areaDesc).join(", ");
  return element("div", null, info.language ? { lang: info.language, dir: "auto" } : { dir: "auto" },
    element("h3", null, {}, element("bdi", info.headline ?? info.event), " ", modeTag(mode)),
    element("p", `${info.severity} · ${info.urgency} · ${info.certainty}${areas ? ` · ${areas}` : ""}`),
    ...[info.description, info.instruction].filter(Boolean).map((each) => element("p", each, { class: "said" })));
}

export function prepareNotices(actions) {
  byId("notice-file").addEventListener("change", async () => {
    const [file] = byId("notice-file").files;
    if (!file) return;
    tell(await bring(file));
    byId("notice-file").value = "";
    await actions.refresh();
  });
}

async function bring(file) {
  try {
    const answer = await fetch("/api/notices", { method: "POST", headers: { "content-type": "application/cap+xml" }, body: file });
    return answer.ok ? phrase("The alert is kept.") : phrase("Not done: {reason}", { reason: understood((await answer.json()).detail) });
  } catch {
    return phrase("Not done: the Secretariat cannot be reached.");
  }
}

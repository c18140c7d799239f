// The gateway's own state: what works, what waits and for how long, what is left of room and air.

import { element, row, share } from "./elements.js";
import { phrase } from "./languages.js";
import { duration, kindWords, reasonWords } from "./words.js";

const modem = (m) => `${m.up ? phrase("works") : reasonWords(m.trouble)}${m.unique_id ? `, unique_id ${m.unique_id}` : ""}`;

const modems = (all) => all.map((m, index) => [all.length > 1 ? phrase("Modem {n}", { n: index + 1 }) : phrase("Modem"), modem(m)]);

const backbone = (b) => b.up ? phrase("connected") : phrase("none for {time}: {reason}", { time: duration(b.down_s), reason: reasonWords(b.trouble) });

function secretariat(b) {
  const last = b.receipt_ago_s === null ? phrase("no receipt since the start") : phrase("last receipt {time} ago", { time: duration(b.receipt_ago_s) });
  return `${b.up && b.secretariat_online ? phrase("online") : phrase("not reached")}, ${last}`;
}

function airTime(air) {
  if (air.used_pct === null) return phrase("{n} s in the last hour; no limit here", { n: (air.used_ms_of_the_hour / 1000).toFixed(1) });
  return share(air.used_pct, phrase("{percent} % of {n} s an hour", { percent: air.used_pct, n: air.budget_ms_of_the_hour / 1000 }));
}

function toSay(down) {
  const some = Object.entries(down).filter(([, number]) => number);
  return some.length ? some.map(([kind, number]) => `${kindWords(kind)} ${number}`).join(", ") : phrase("nothing");
}

// How far a backlog is on its way out: progress, and how long it will still take at the rate of lately.
function wayOut(backlog) {
  const { done_pct: percent, most, per_minute: n, left_s } = backlog;
  const words = left_s === null
    ? phrase("{percent} % of {most}; not getting fewer now", { percent, most })
    : phrase("{percent} % of {most}; about {time} more at {n} a minute", { percent, most, time: duration(left_s), n });
  return element("span", null, {}, element("progress", "", { max: 100, value: percent, "aria-label": words }), ` ${words}`);
}

export const facts = (s) => [
  ...modems(s.modems),
  [phrase("Backbone"), backbone(s.backbone)],
  [phrase("Secretariat"), secretariat(s.backbone)],
  [phrase("Waiting for its receipt"), phrase("SOS {sos}, reports {report}, health {health}", s.waiting)],
  ...(s.backlog ? [[phrase("Way out of the backlog"), wayOut(s.backlog)]] : []),
  [phrase("The oldest has waited"), duration(s.oldest_waiting_s)],
  [phrase("To be said by radio"), toSay(s.down_waiting)],
  [phrase("Own air time"), airTime(s.air)],
  [phrase("Channel"), share(s.air.channel_load_pct, phrase("{percent} % busy", { percent: s.air.channel_load_pct }))],
  [phrase("Room for reports"), share(s.disk_pct, phrase("{percent} % used", { percent: s.disk_pct }))],
  [phrase("Cost on the backbone"), phrase("{n} bytes a report", { n: s.bytes_per_report })],
  [phrase("Certificate"), s.certificate_days === null ? phrase("none used") : phrase("valid for {n} days", { n: s.certificate_days })],
  [phrase("Running for"), duration(s.uptime_s)],
].map((cells) => row(cells));

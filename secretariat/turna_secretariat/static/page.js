// The duty officer's page. Text from the field enters the document as text only, never as markup.

const STATE_SIGNS = ["○", "◔", "◑", "◕", "●", "⊘"]; // one shape a delivery state, none by colour alone
const STALE_AFTER_MS = 10 * 60 * 1000;
const REFRESH_AFTER_MS = 150; // several changes of one commit become one look

const byId = (id) => document.getElementById(id);
const page = { handsets: [], reports: [], alarms: [], status: null, map: null, markers: new Map(), seen: 0, sounding: null };

function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

const clockTime = (ms) => ms === null ? "never" : new Date(ms).toISOString().slice(11, 19) + " UTC";
const words = (name) => String(name).replaceAll("_", " ");

async function read(address) {
  const answer = await fetch(address, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

async function refresh() {
  try {
    [page.status, page.reports, page.handsets, page.alarms] = await Promise.all(
      ["/api/status", "/api/reports", "/api/handsets", "/api/alarms"].map(read));
  } catch {
    byId("feed-page").textContent = "CUT OFF, what you see may be old";
    return;
  }
  showStatus(); showAlarms(); showReports(); showHandsets(); showMap();
}

function showStatus() {
  const { status } = page;
  byId("mission").textContent = status.mission;
  const exercise = status.mode !== "actual";
  byId("mode").hidden = !exercise;
  byId("mode").textContent = status.mode.toUpperCase();
  document.title = `${exercise ? status.mode.toUpperCase() + " · " : ""}${page.alarms.length ? `(${page.alarms.length}) ` : ""}Turna Secretariat`;
  byId("feed-backbone").textContent = status.feed.connected ? "connected" : "DOWN";
  byId("count-stored").textContent = Object.values(status.counts.by_standing).reduce((a, b) => a + b, 0);
  byId("count-refused").textContent = Object.values(status.counts.refused).reduce((a, b) => a + b, 0);
  byId("clock").textContent = clockTime(status.now_ms);
  byId("gateways").replaceChildren(...status.gateways.flatMap((gateway) => {
    const waiting = (gateway.health.waiting_sos ?? 0) + (gateway.health.waiting_report ?? 0) + (gateway.health.waiting_health ?? 0);
    const modem = gateway.health.modem_up === false ? ", modem down" : "";
    const state = gateway.connected ? `connected${modem}, ${waiting} waiting` : "DOWN";
    return [element("dt", `Gateway ${gateway.name}`), element("dd", state)];
  }));
}

function showAlarms() {
  byId("no-alarms").hidden = page.alarms.length > 0;
  byId("alarm-list").replaceChildren(...page.alarms.map((alarm) => {
    const item = element("li");
    item.append(element("strong", words(alarm.kind).toUpperCase()), element("span", alarm.call_sign ?? alarm.detail), element("span", clockTime(alarm.at_ms)));
    if (alarm.report_id !== null) {
      const open = element("button", "Show", { type: "button" });
      open.addEventListener("click", () => openReport(alarm.report_id));
      item.append(open);
      if (alarm.kind === "sos") {
        const accept = element("button", "Accept", { type: "button" });
        accept.addEventListener("click", () => act(alarm.report_id, "accepted"));
        item.append(accept);
      }
    }
    return item;
  }));
}

function showReports() {
  byId("no-reports").hidden = page.reports.length > 0;
  document.querySelector("#reports table").hidden = page.reports.length === 0;
  byId("report-rows").replaceChildren(...page.reports.map((report) => {
    const row = element("tr", null, { class: `${report.type === "sos" ? "sos" : ""} ${report.id > page.seen && page.seen ? "new" : ""}` });
    const show = element("button", words(report.type), { type: "button", "aria-label": `Show ${report.type} of ${report.call_sign}` });
    show.addEventListener("click", () => openReport(report.id));
    const type = element("td");
    type.append(show);
    row.append(element("td", clockTime(report.arrived_ms), { class: "number" }), element("td", report.call_sign), type,
      element("td", gist(report)), element("td", stateOf(report)));
    return row;
  }));
  page.seen = Math.max(page.seen, ...page.reports.map((report) => report.id), 0);
}

function stateOf(report) {
  if (report.standing !== "authentic") return `⚠ ${words(report.standing)}`;
  return `${STATE_SIGNS[report.state]} ${report.state_name}${report.person ? `: ${report.person}` : ""}`;
}

function gist(report) {
  const said = report.report;
  const parts = [];
  if (report.mode !== "actual") parts.push(report.mode.toUpperCase());
  if (said.phase) parts.push(words(said.phase));
  if (said.team_status) parts.push(words(said.team_status));
  for (const [name, number] of Object.entries(said.casualties ?? {})) if (number) parts.push(`${number} ${name}`);
  if (said.trapped) parts.push(`${said.trapped} trapped`);
  if (said.rescued) parts.push(`${said.rescued} rescued`);
  if (said.hazards?.length) parts.push(said.hazards.map(words).join(", "));
  if (said.position) parts.push(`${said.position.lat.toFixed(4)}, ${said.position.lon.toFixed(4)}`);
  if (said.text) parts.push(said.text);
  return parts.join(" · ");
}

function showHandsets() {
  byId("handset-rows").replaceChildren(...page.handsets.map((handset) => {
    const row = element("tr");
    const where = handset.position ? `${handset.position.lat.toFixed(5)}, ${handset.position.lon.toFixed(5)}` : "unknown";
    row.append(element("td", handset.call_sign), element("td", handset.country.toUpperCase()),
      element("td", clockTime(handset.last_contact_ms), { class: "number" }), element("td", where, { class: "number" }),
      element("td", handset.reports, { class: "number" }));
    return row;
  }));
}

async function showMap() {
  if (!window.L) return;
  if (!page.map) {
    const { lat, lon } = page.status.origin;
    page.map = window.L.map("map", { attributionControl: true, minZoom: 3 }).setView([lat, lon], 12);
    page.map.attributionControl.setPrefix("Leaflet");
    window.L.control.scale({ imperial: false }).addTo(page.map);
    await drawBase();
  }
  const inDistress = new Set(page.alarms.filter((alarm) => alarm.kind === "sos").map((alarm) => alarm.call_sign));
  for (const handset of page.handsets.filter((each) => each.position)) {
    const at = [handset.position.lat, handset.position.lon];
    if (!page.markers.has(handset.device)) page.markers.set(handset.device, window.L.marker(at, { keyboard: true, title: handset.call_sign }).addTo(page.map));
    const stale = page.status.now_ms - handset.position.arrived_ms > STALE_AFTER_MS;
    const sos = inDistress.has(handset.call_sign);
    const label = element("span", `${sos ? "SOS " : ""}${handset.call_sign}`);
    page.markers.get(handset.device).setLatLng(at).setIcon(window.L.divIcon({ className: `team ${stale ? "stale" : ""} ${sos ? "sos" : ""}`, html: label, iconSize: null }));
  }
}

// Borders and a grid of degrees: enough to see where on earth this is, without asking anybody for tiles.
async function drawBase() {
  const base = await read("/map/base.json").catch(() => null);
  if (base) window.L.geoJSON(base, { interactive: false, style: { color: "#7d8b95", weight: 1, fillOpacity: .04 }, attribution: base.attribution ?? "" }).addTo(page.map);
  const grid = window.L.layerGroup().addTo(page.map);
  const draw = () => {
    grid.clearLayers();
    const bounds = page.map.getBounds();
    const step = [10, 5, 2, 1, .5, .2, .1, .05, .02, .01, .005].find((each) => (bounds.getEast() - bounds.getWest()) / each >= 4) ?? .005;
    const line = (points) => window.L.polyline(points, { color: "#9aa7b0", weight: .6, interactive: false }).addTo(grid);
    for (let lon = Math.ceil(bounds.getWest() / step) * step; lon < bounds.getEast(); lon += step) line([[bounds.getSouth(), lon], [bounds.getNorth(), lon]]);
    for (let lat = Math.ceil(bounds.getSouth() / step) * step; lat < bounds.getNorth(); lat += step) line([[lat, bounds.getWest()], [lat, bounds.getEast()]]);
  };
  page.map.on("moveend", draw);
  draw();
}

async function openReport(id) {
  const report = await read(`/api/reports/${id}`);
  byId("report-title").textContent = `${words(report.type).toUpperCase()} of ${report.call_sign}, number ${report.seq}`;
  const facts = element("dl");
  const add = (name, value) => facts.append(element("dt", name), element("dd", value));
  add("State", stateOf(report));
  add("Mode", report.mode);
  for (const [name, value] of Object.entries(report.report)) {
    if (["type", "mode"].includes(name) || value === null) continue;
    add(words(name), typeof value === "object" ? JSON.stringify(value) : value);
  }
  for (const way of report.carried_by) add(`Gateway ${way.gateway}`, `heard ${clockTime(way.heard_ms)} at ${way.rssi_dbm} dBm, SNR ${way.snr_db} dB, ${way.hops} hops; stored here ${clockTime(way.arrived_ms)}; sent ${way.copies} times`);
  for (const deed of report.actions) add(words(deed.did), `${deed.person}, ${clockTime(deed.at_ms)}`);
  add("Content", report.content_hex);
  facts.lastChild.className = "raw";
  byId("report-body").replaceChildren(facts);
  for (const button of document.querySelectorAll("[data-deed]")) {
    button.disabled = report.standing !== "authentic";
    button.onclick = () => act(id, button.dataset.deed).then((done) => done && openReport(id));
  }
  if (!byId("report").open) byId("report").showModal();
}

async function act(id, deed) {
  const person = byId("person");
  if (!person.value.trim()) { byId("report").close(); person.focus(); person.reportValidity(); return false; }
  localStorage.setItem("person", person.value);
  const answer = await fetch(`/api/reports/${id}/${deed}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ person: person.value }) });
  if (!answer.ok) { alert(`It was not done: ${(await answer.json()).detail}`); return false; }
  await refresh();
  return true;
}

function follow() {
  let timer = null;
  const later = () => { timer ??= setTimeout(() => { timer = null; refresh(); }, REFRESH_AFTER_MS); };
  const events = new EventSource("/api/events");
  events.onopen = () => { byId("feed-page").textContent = "live"; later(); };
  events.onerror = () => { byId("feed-page").textContent = "CUT OFF, what you see may be old"; };
  events.addEventListener("change", later);
  events.addEventListener("heartbeat", later);
}

byId("officer").addEventListener("submit", (event) => event.preventDefault());
byId("person").value = localStorage.getItem("person") ?? "";
await refresh();
follow();

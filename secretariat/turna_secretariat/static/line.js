// The live line to the Secretariat: says what changed, and says so at once when it is cut.
// A browser has few connections to one server, so its tabs share one line: whoever holds the lock listens, and passes it on.

const NAME = "turna-line";
const NEWS = ["hello", "change", "heartbeat"];
const SILENCE_MS = 7000; // three heartbeats
const AGAIN_MS = 1500;

export class Line {
  constructor({ onHello, onChange, onPulse, onCut, onBack }) {
    Object.assign(this, { onHello, onChange, onPulse, onCut, onBack });
    this.last = "";
    this.heardAt = performance.now();
    this.cut = false;
    this.listens = false;
    this.tabs = new BroadcastChannel(NAME);
    this.tabs.onmessage = ({ data }) => this.#hear(data);
    this.#wait();
    setInterval(() => this.#watch(), 1000);
  }

  // For the lock, which comes free when the tab that listens is closed.
  #wait() {
    if (!navigator.locks) return void this.#listen(); // a browser without: a line for each tab
    navigator.locks.request(NAME, () => this.#listen()).catch(() => { this.#leave(); setTimeout(() => this.#wait(), AGAIN_MS); });
  }

  // A tab that the browser has put to sleep keeps its lock, and passes nothing on.
  #takeOver() {
    this.heardAt = performance.now();
    navigator.locks.request(NAME, { steal: true }, () => this.#listen()).catch(() => this.#leave());
  }

  #listen() {
    this.listens = true;
    this.#open();
    return new Promise(() => {}); // for as long as nobody takes it
  }

  #leave() {
    this.listens = false;
    this.events?.close();
  }

  #open() {
    this.#tell({ name: "opening" });
    this.events?.close();
    this.events = new EventSource(`/api/events?after=${this.last}`);
    for (const name of NEWS) this.events.addEventListener(name, ({ data, lastEventId }) => this.#tell({ name, id: lastEventId, said: JSON.parse(data) }));
    this.events.onerror = () => this.#lost();
  }

  #tell(news) {
    this.tabs.postMessage(news); // oxlint-disable-line unicorn/require-post-message-target-origin -- that is for windows
    this.#hear(news);
  }

  #hear({ name, id, said }) {
    this.heardAt = performance.now();
    if (name === "lost") this.#cutOff();
    if (!NEWS.includes(name)) return; // somebody is at it
    const isNew = this.cut || this.last === "" || name === "hello";
    this.last = id;
    if (this.cut) this.onBack();
    this.cut = false;
    if (isNew) this.onHello(Number(id));
    if (name === "change") this.onChange(said);
    if (name === "heartbeat") this.onPulse(said);
  }

  #cutOff() {
    if (!this.cut) this.onCut();
    this.cut = true;
  }

  #lost() {
    this.#tell({ name: "lost" });
    // A browser gives up for good when it gets another answer than events.
    if (this.events.readyState === EventSource.CLOSED) setTimeout(() => { if (this.listens) this.#open(); }, AGAIN_MS);
  }

  #watch() {
    if (performance.now() - this.heardAt < SILENCE_MS) return;
    this.#cutOff();
    if (this.listens) this.#open();
    else this.#takeOver();
  }
}

// The live line to the Secretariat: says what changed, and says so at once when it is cut.

const SILENCE_MS = 7000; // three heartbeats
const AGAIN_MS = 1500;

export class Line {
  constructor({ onHello, onChange, onPulse, onCut, onBack }) {
    Object.assign(this, { onHello, onChange, onPulse, onCut, onBack });
    this.last = "";
    this.heardAt = performance.now();
    this.cut = false;
    this.#open();
    setInterval(() => this.#watch(), 1000);
  }

  #open() {
    this.heardAt = performance.now();
    this.events?.close();
    this.events = new EventSource(`/api/events?after=${this.last}`);
    this.events.addEventListener("hello", (event) => {
      this.#heard(event);
      if (this.cut) this.onBack();
      this.cut = false;
      this.onHello(Number(event.data));
    });
    this.events.addEventListener("change", (event) => { this.#heard(event); this.onChange(JSON.parse(event.data)); });
    this.events.addEventListener("heartbeat", (event) => { this.heardAt = performance.now(); this.onPulse(JSON.parse(event.data)); });
    this.events.onerror = () => this.#lost();
  }

  #heard(event) {
    this.heardAt = performance.now();
    this.last = event.lastEventId;
  }

  #lost() {
    if (!this.cut) this.onCut();
    this.cut = true;
    // A browser gives up for good when it gets another answer than events.
    if (this.events.readyState === EventSource.CLOSED) setTimeout(() => this.#open(), AGAIN_MS);
  }

  #watch() {
    if (performance.now() - this.heardAt < SILENCE_MS) return;
    this.#lost();
    this.#open();
  }
}

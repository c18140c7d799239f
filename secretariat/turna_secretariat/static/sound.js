// The alarm's sound, made by the browser itself. Browsers keep silent until a click: hence "arm".

import { byId } from "./elements.js";
import { phrase } from "./languages.js";

const TONES_HZ = [880, 622];
const TONE_S = 0.32;
const PERIOD_MS = 1600;
const HEARD_ABOVE = 0.02; // of full scale, measured behind the volume

let context = null;
let meter = null;
let wanted = false;
let timer = null;
let said = { words: () => `✘ ${phrase("sound is off")}`, isGood: false }; // again in another language

export const armed = () => context?.state === "running";

function chime() {
  TONES_HZ.forEach((hz, index) => {
    const at = context.currentTime + index * TONE_S;
    const tone = new OscillatorNode(context, { type: "square", frequency: hz });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.35, at + 0.02);
    volume.gain.setValueAtTime(0.35, at + TONE_S - 0.04);
    volume.gain.linearRampToValueAtTime(0, at + TONE_S);
    tone.connect(volume).connect(meter);
    tone.start(at);
    tone.stop(at + TONE_S);
  });
}

function loudest() {
  const samples = new Float32Array(meter.fftSize);
  meter.getFloatTimeDomainData(samples);
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

function tell(words, isGood) {
  said = { words, isGood };
  showSound();
}

export function showSound() {
  byId("sound-state").textContent = said.words();
  byId("sound-state").dataset.good = said.isGood;
  byId("sound").textContent = armed() ? phrase("Test the sound") : phrase("Arm the alarm sound");
}

// Plays the alarm once and measures that something was really played.
async function selfTest() {
  context ??= new AudioContext();
  if (!meter) {
    meter = new AnalyserNode(context, { fftSize: 2048 });
    meter.connect(context.destination);
    context.onstatechange = () => armed() || tell(() => phrase("sound was switched off by the browser"), false);
  }
  await context.resume();
  tell(() => phrase("testing …"), false);
  chime();
  let most = 0;
  const until = performance.now() + 700;
  while (performance.now() < until && most < HEARD_ABOVE) {
    await new Promise((done) => setTimeout(done, 40));
    most = loudest();
  }
  const heard = most >= HEARD_ABOVE;
  tell(() => heard ? `✔ ${phrase("armed: did you hear two tones?")}` : `✘ ${phrase("the test made no sound")}`, heard);
}

function ring() {
  clearTimeout(timer);
  timer = null;
  if (!wanted) return;
  if (armed()) chime();
  timer = setTimeout(ring, PERIOD_MS);
}

// Sounds for as long as it is wanted.
export function alarm(isWanted) {
  if (wanted === isWanted) return;
  wanted = isWanted;
  ring();
}

export function prepareSound() {
  showSound();
  byId("sound").addEventListener("click", () => selfTest().catch(() => tell(() => `✘ ${phrase("this browser makes no sound")}`, false)));
}

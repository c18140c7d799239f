// Makes elements and puts them in place of old ones. Text becomes text nodes, never markup.

export const byId = (id) => document.getElementById(id);

// What a text from the field may hold and nobody can see: controls, changes of direction, letters of no width.
const UNSEEN = /(?![\t\n])[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;
const PILED = /(\p{M}{2})\p{M}+/gu; // marks upon marks reach into other lines; no language of ours needs three

// A text as it is shown: what it hides is seen to be there. The archive and the raw bytes keep it.
export const plain = (text) => String(text).replace(UNSEEN, "\ufffd").replace(PILED, "$1\ufffd");

const SPOKEN = new Set(["title", "aria-label"]);

export function element(tag, text, attributes = {}, ...children) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = plain(text);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, SPOKEN.has(name) ? plain(value) : value);
  made.append(...children.map((child) => typeof child === "string" ? plain(child) : child));
  return made;
}

export function button(text, attributes, onClick) {
  const made = element("button", text, { type: "button", ...attributes });
  made.addEventListener("click", onClick);
  return made;
}

// A text that one click selects, and where the browser lets us, another click copies.
export function copyable(text, name) {
  const made = element("span", null, { class: "copyable" }, element("code", text));
  if (navigator.clipboard) made.append(button(name, { class: "copy", "aria-label": `${name}: ${text}`, "data-key": `copy-${text}` }, (event) => copy(text, event.currentTarget)));
  return made;
}

async function copy(text, from) {
  const copied = await navigator.clipboard.writeText(text).then(() => true, () => false);
  from.textContent = copied ? "✔" : "✘";
}

export const option = (value, text) => element("option", text, { value });

// Opens a dialog; whoever opened it stands there again afterwards, though what they stood on was made anew.
export function openModal(dialog) {
  if (dialog.open) return;
  const key = document.activeElement?.dataset.key;
  dialog.addEventListener("close", () => {
    const isLost = document.activeElement === document.body || dialog.contains(document.activeElement);
    if (key && isLost) document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
  }, { once: true });
  dialog.showModal();
}

// Offers choices anew and keeps what was chosen, if it is still among them.
export function offer(select, options) {
  const old = [...select.options].map((each) => `${each.value} ${each.text}`).join("\n");
  if (old === options.map((each) => `${each.value} ${each.text}`).join("\n")) return;
  const chosen = select.value;
  select.replaceChildren(...options);
  if (options.some((each) => each.value === chosen)) select.value = chosen;
}

// While a finger or a mouse button is down nothing is replaced, or the click would hit what is gone.
let pressed = false;
let longest = null;
const PRESS_MOST_MS = 3000; // nobody may wait for a call because some window swallowed the end of a press
const postponed = new Map();
addEventListener("pointerdown", press, true);
for (const end of ["pointerup", "pointercancel", "contextmenu", "dragend"]) addEventListener(end, () => setTimeout(release), true);
addEventListener("blur", release); // the window's own

function press({ isPrimary, button }) {
  if (!isPrimary || button !== 0) return;
  pressed = true;
  clearTimeout(longest);
  longest = setTimeout(release, PRESS_MOST_MS);
}

function release() {
  pressed = false;
  const waiting = [...postponed.values()];
  postponed.clear();
  for (const again of waiting) again();
}

const LEFT_BY_HAND = "summary[data-key], input[type=checkbox][data-key]";

// Puts new rows in place of old ones; whoever stood on one by keyboard stands there still, and what was folded out
// or ticked stays so. What is folded is known by the key of its summary.
export function show(container, rows) {
  if (pressed) { postponed.set(container, () => show(container, rows)); return; }
  keepAsItStands(container, rows);
  const old = container.children;
  if (old.length === rows.length && rows.every((row, index) => row.isEqualNode(old[index]))) return;
  const key = container.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  container.replaceChildren(...rows);
  if (key) container.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

function keepAsItStands(container, rows) {
  const old = new Map([...container.querySelectorAll(LEFT_BY_HAND)].map((each) => [each.dataset.key, each]));
  if (!old.size) return;
  for (const each of rows.flatMap((row) => [...row.querySelectorAll(LEFT_BY_HAND)])) {
    const before = old.get(each.dataset.key);
    if (before?.matches("summary")) each.parentElement.open = before.parentElement.open;
    else if (before && before.checked !== before.defaultChecked) each.checked = before.checked;
  }
}

const made = new WeakMap(); // of a long list, what its rows were made of

// As `show`, for long lists: only rows whose `look` has changed are made anew. `items` are [key, look, make].
export function showLong(container, items) {
  if (pressed) { postponed.set(container, () => showLong(container, items)); return; }
  const before = made.get(container) ?? new Map();
  const now = new Map(items.map(([key, look, make]) => [key, before.get(key)?.look === look ? before.get(key) : { look, row: make() }]));
  made.set(container, now);
  const key = container.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  let next = container.firstChild;
  for (const { row } of now.values()) {
    if (row === next) next = next.nextSibling;
    else container.insertBefore(row, next);
  }
  while (next) { const gone = next; next = next.nextSibling; gone.remove(); }
  if (key && document.activeElement?.dataset.key !== key) container.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

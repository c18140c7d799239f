// Makes elements and puts them in place of old ones. Text becomes text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

// "svg:circle" makes an element of a drawing.
export function element(name, text, attributes = {}, ...children) {
  const made = name.startsWith("svg:") ? document.createElementNS(SVG, name.slice(4)) : document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export const put = (id, children) => byId(id).replaceChildren(...children);

// A row of a table; numbers stand on the right.
export function row(cells, attributes = {}) {
  const data = cells.map((cell) => {
    const made = element("td", cell instanceof Node ? "" : cell ?? "–", typeof cell === "number" ? { class: "number" } : {});
    if (cell instanceof Node) made.append(cell);
    return made;
  });
  return element("tr", null, attributes, ...data);
}

// A share of a whole as a bar, and in words beside it.
export function share(percent, words) {
  const bar = element("meter", "", { min: 0, max: 100, high: 70, optimum: 0, value: percent, "aria-label": words });
  return element("span", null, {}, bar, ` ${words}`);
}

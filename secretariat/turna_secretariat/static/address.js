// What is looked at stands in the page's address, so that it can be kept, sent to a colleague and gone back to.

const NAMES = ["view", "type", "team", "country", "device", "mode", "state", "text", "since", "until", "before", "trail"];
let onAsked = () => {};

export const asked = () => Object.fromEntries(NAMES.map((name) => [name, new URLSearchParams(location.search).get(name) ?? ""]));

// Changes some of it; what is empty leaves the address. A view is a step that "back" undoes, a filter is not.
export function ask(changes) {
  const next = new URLSearchParams(Object.entries({ ...asked(), ...changes }).filter(([, value]) => value !== ""));
  const address = next.size ? `?${next}` : location.pathname;
  if ("view" in changes) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  onAsked();
}

export function prepareAddress(onChange) {
  onAsked = onChange;
  addEventListener("popstate", onChange);
}

// The same question as the archive is asked it.
export function searchAddress(limit, wanted = asked()) {
  const query = new URLSearchParams({ limit });
  for (const name of ["team", "country", "device", "mode", "state", "text", "since", "until"]) if (wanted[name]) query.set(name, wanted[name]);
  if (wanted.before) query.set("before_id", wanted.before);
  if (wanted.type === "notable") ["node_health", "position"].forEach((type) => query.append("without", type));
  else if (!wanted.type) query.append("without", "node_health");
  else if (wanted.type !== "all") query.append("type", wanted.type);
  return `/api/search?${query}`;
}

export function trailsAddress() {
  const wanted = asked();
  if (!wanted.trail) return null;
  const query = new URLSearchParams({ since: wanted.trail });
  for (const name of ["team", "country", "mode"]) if (wanted[name]) query.set(name, wanted[name]);
  return `/api/trails?${query}`;
}

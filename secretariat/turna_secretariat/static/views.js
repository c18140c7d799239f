// The views of the page, one at a time; which one stands in the address.

import { ask, asked } from "./address.js";
import { byId } from "./elements.js";

const links = () => document.querySelectorAll("nav a[data-view]");

export function prepareViews() {
  for (const link of links()) link.addEventListener("click", (event) => {
    event.preventDefault();
    ask({ view: link.dataset.view });
  });
  showView();
}

export function showView() {
  const view = asked().view || "picture";
  document.body.dataset.view = view;
  for (const link of links()) {
    if ((link.dataset.view || "picture") === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  for (const part of document.querySelectorAll("main > [data-in]")) part.hidden = part.dataset.in !== view;
  byId("trail").value = asked().trail;
}

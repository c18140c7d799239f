// The views of the page, one at a time; which one stands in the address.

import { ask, asked } from "./address.js";
import { byId } from "./elements.js";

const links = () => document.querySelectorAll("nav a[data-view]");

export function prepareViews() {
  for (const link of links()) link.addEventListener("click", (event) => {
    event.preventDefault();
    ask({ view: link.dataset.view });
  });
  byId("menu").addEventListener("click", () => unfold(byId("menu").getAttribute("aria-expanded") === "false"));
  byId("views").addEventListener("scroll", hintAtMore, { passive: true });
  new ResizeObserver(hintAtMore).observe(byId("views"));
  byId("more-views").addEventListener("click", () => byId("views").scrollBy({ left: byId("views").clientWidth * 0.7, behavior: "smooth" }));
  showView();
}

// On a telephone what is seldom needed stands behind a button.
function unfold(isOpen) {
  byId("menu").setAttribute("aria-expanded", String(isOpen));
  document.body.classList.toggle("unfolded", isOpen);
}

// An arrow says that there are more views than fit.
function hintAtMore() {
  const { scrollLeft, clientWidth, scrollWidth } = byId("views");
  byId("more-views").hidden = scrollLeft + clientWidth >= scrollWidth - 2;
}

function current(link) {
  if (link.getAttribute("aria-current")) return;
  link.setAttribute("aria-current", "page");
  requestAnimationFrame(() => reveal(link, byId("views")));
}

function reveal(link, views) {
  if (link.offsetLeft < views.scrollLeft || link.offsetLeft + link.offsetWidth > views.scrollLeft + views.clientWidth) views.scrollLeft = link.offsetLeft - 40;
}

export function showView() {
  const view = asked().view || "picture";
  document.body.dataset.view = view;
  for (const link of links()) {
    if ((link.dataset.view || "picture") === view) current(link);
    else link.removeAttribute("aria-current");
  }
  for (const part of document.querySelectorAll("main > [data-in]")) part.hidden = part.dataset.in !== view;
  byId("trail").value = asked().trail;
}

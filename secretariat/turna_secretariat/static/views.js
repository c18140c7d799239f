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
  const sizes = new ResizeObserver(() => { hintAtMore(); reveal(byId("views")); }); // another language, another width
  for (const each of [byId("views"), ...links()]) sizes.observe(each);
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
  requestAnimationFrame(() => reveal(byId("views")));
}

// The view that one is in stands clear of the arrow.
function reveal(views) {
  const link = views.querySelector("[aria-current]");
  const end = views.scrollLeft + views.clientWidth - byId("more-views").offsetWidth;
  if (link && (link.offsetLeft < views.scrollLeft || link.offsetLeft + link.offsetWidth > end)) views.scrollLeft = link.offsetLeft - 40;
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

/* What every page has beyond plain links and forms, all of it an extra: the clicked picture moves into
   the query's place (lookalike.css names both for the browser's view transition), a product that
   stands in several rows shows it, what loads says so, and addresses stay short. */

import "./hand_over.js";

const TILES = "a.tile";
const LEADING_ON = `${TILES}, a.step, .mosaic a`;

/* By classes, for the policy of the page allows no style of an element's own. */
document.addEventListener("click", (event) => {
  const tile = event.target.closest?.(LEADING_ON);
  if (!tile) return;
  for (const element of document.querySelectorAll(".moving")) element.classList.remove("moving");
  document.querySelector(".subject")?.classList.add("still");
  tile.querySelector("img")?.classList.add("moving");
});

const tie = (event, on) => {
  const item = event.target.closest?.(TILES)?.dataset.item;
  if (item === undefined) return;
  const all = [...document.querySelectorAll(TILES)];
  const same = all.filter((tile) => tile.dataset.item === item && tile.checkVisibility());
  for (const tile of all) tile.classList.toggle("tied", on && same.length > 1 && same.includes(tile));
};

for (const [name, on] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
  document.addEventListener(name, (event) => tie(event, on));
}

// A move that another one cuts short, as by Back, is nothing to complain of.
addEventListener("unhandledrejection", (event) => {
  if (event.reason?.name === "AbortError") event.preventDefault();
});

for (const [name, busy] of [["htmx:beforeRequest", true], ["htmx:afterSettle", false], ["htmx:afterRequest", false]]) {
  document.addEventListener(name, ({detail}) => {
    if (detail.target && detail.target !== document.body) detail.target.ariaBusy = String(busy);
  });
}

// An address says what is asked, and nothing of fields that were left empty or at nothing.
document.addEventListener("htmx:configRequest", ({detail}) => {
  if (detail.verb !== "get") return;
  const fields = Array.from(detail.formData.entries());
  for (const [name, value] of fields) {
    const control = detail.elt.elements?.[name];
    if (value === "" || (control?.type === "range" && value === control.min)) detail.formData.delete(name);
  }
});

/* Who goes elsewhere waits no more for what was asked before, as without scripts: its answer would take the place of
   the new page, or put an address of its own over it. It may come, but is not read: of what is broken off, htmx
   complains in the console. */
const awaited = new Map(), left = new WeakSet(); // requests, and where their answers are to stand
let back = null; // the request of a page that is gone back to and is not kept any more

function leave(isLeft) {
  for (const [xhr, target] of awaited) if (isLeft(target)) left.add(xhr);
}

function goElsewhere() {
  back?.abort();
  leave(() => true);
}

const pass = (event) => left.has(event.detail.xhr) && event.preventDefault();

document.addEventListener("htmx:beforeSend", ({detail: {elt, target, xhr, boosted, etc}}) => {
  if (target === document.body) goElsewhere();
  if (boosted) etc.push = "true"; // the link, which says so, may have left the page until then
  awaited.set(xhr, target);
  xhr.addEventListener("loadend", () => awaited.delete(xhr));
  elt.addEventListener("htmx:beforeOnLoad", pass); // of what has left the page, nothing rises to the document
});
document.addEventListener("htmx:afterSwap", () => leave((target) => !target.isConnected));

// What is asked for again is no step of its own, as a price is that changes and is sent by one Enter.
document.addEventListener("htmx:beforeHistoryUpdate", ({detail: {history}}) => {
  if (history.path === location.pathname + location.search) history.type = "replace";
});

// Back and Forward are there at once: one that follows while a picture still moves would keep the wrong page.
for (const name of ["htmx:historyCacheHit", "htmx:historyCacheMiss"]) {
  document.addEventListener(name, ({detail}) => {
    goElsewhere();
    back = detail.xhr;
    detail.swapSpec.transition = false;
  });
}

/* What one comes back to was kept as text while the next answer was on its way. Its address alone knows what
   was asked then, so the controls are set by it; and nothing of it is waited for any more. */
const YES = new Set(["on", "true", "1", "yes"]), FORMER = {order: "sort"};

function set(control, asked) {
  if (control.type === "radio") control.checked = control.value === asked;
  else if (control.type === "checkbox") control.checked = control.hasAttribute("value") ? control.value === asked : YES.has(asked);
  else control.value = asked || control.min || "";
}

document.addEventListener("htmx:historyRestore", () => {
  const asked = new URLSearchParams(location.search);
  for (const element of document.querySelectorAll("[aria-busy]")) element.removeAttribute("aria-busy");
  for (const control of document.querySelectorAll(":is(.browse, .sift) :is(input:not([type=hidden]), select)")) {
    set(control, asked.get(control.name) ?? asked.get(FORMER[control.name]) ?? "");
  }
});

// The language is changed on the page that one sees, wherever the grid has gone on to; of pages in the language of
// before, none is kept for Back.
document.addEventListener("submit", ({target}) => {
  if (!target.matches(".languages")) return;
  target.elements.next.value = location.pathname + location.search;
  sessionStorage.removeItem("htmx-history-cache");
}, true);

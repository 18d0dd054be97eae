/* What every page has beyond plain links and forms, all of it an extra: the clicked picture moves into
   the query's place (lookalike.css names both for the browser's view transition), a product that
   stands in several rows shows it, what loads says so, and addresses stay short. */

const TILES = "a.look, a.tile";
const LEADING_ON = `${TILES}, a.step`;

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
  for (const tile of document.querySelectorAll(TILES)) {
    tile.classList.toggle("tied", on && tile.dataset.item === item);
  }
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

// An address says what is asked, and nothing of fields that were left empty.
document.addEventListener("htmx:configRequest", ({detail}) => {
  if (detail.verb !== "get") return;
  const fields = Array.from(detail.formData.entries());
  for (const [name, value] of fields) {
    if (value === "") detail.formData.delete(name);
  }
});

// The language is changed on the page that one sees, wherever the grid has gone on to.
document.addEventListener("submit", ({target}) => {
  if (target.matches(".languages")) target.elements.next.value = location.pathname + location.search;
}, true);

/* Whatever a visitor does is answered: a page that says no is shown as any page is, and what does not
   come at all is told in a bar that is read aloud and offers to try again. */

const kept = document.querySelector("#failed");
const words = {...kept.dataset};
const bar = () => document.querySelector("#failed") ?? document.body.appendChild(kept);
let again = null;

/* The bar ------------------------------------------------------------------------------------ */

export function tell(sentence, retry = null) {
  again = retry;
  const shown = bar();
  shown.querySelector("p").textContent = sentence;
  shown.querySelector("[data-again]").hidden = retry === null;
  shown.hidden = false;
}

export function calm() {
  again = null;
  bar().hidden = true;
}

/* What is said of a request that got no answer. */
export const unreached = () => (navigator.onLine ? words.unreached : words.offline);

document.addEventListener("click", ({target}) => {
  const retry = again;
  if (target.closest?.("#failed [data-again], #failed [data-close]")) calm();
  if (target.closest?.("#failed [data-again]")) retry?.();
});

/* What htmx asks for ------------------------------------------------------------------------- */

const read = (text) => new DOMParser().parseFromString(text, "text/html");

/* Asks once more for what failed: by the same link or form, while it is there. */
function repeat({elt, pathInfo}) {
  if (!elt?.isConnected || elt === document.body) return location.assign(pathInfo?.finalRequestPath ?? "");
  if (elt.matches("form")) elt.requestSubmit();
  else elt.click();
}

/* Whether an answer that says no can stand where the one that was asked for would. */
function fits({target, requestConfig, serverResponse}) {
  const page = read(serverResponse);
  if (target === document.body) return page.querySelector("main") !== null;
  const part = requestConfig.elt.closest("[hx-select]")?.getAttribute("hx-select");
  if (part) return page.querySelector(part) !== null;
  return page.querySelector("main") === null && page.querySelector(".refused") !== null;
}

function refusal({xhr, serverResponse}) {
  const seconds = waiting(xhr.getResponseHeader("Retry-After"));
  if (seconds) return words.busy.replace("NUMBER", seconds);
  const said = read(serverResponse).querySelector(".refused, .message > p")?.textContent.trim();
  return said || words.refused.replace("NUMBER", xhr.status);
}

/* Retry-After is a number of seconds, or a date. */
function waiting(header) {
  const seconds = /^\d+$/.test(header ?? "") ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return seconds > 0 ? Math.ceil(seconds) : 0;
}

document.addEventListener("htmx:beforeSwap", ({detail}) => {
  if (detail.xhr.status < 400) return calm();
  detail.isError = false;
  detail.shouldSwap = fits(detail);
  if (detail.shouldSwap) calm();
  else tell(refusal(detail), () => repeat(detail));
});

// A page that says no is read from its heading, as a loaded one would be.
document.addEventListener("htmx:afterSettle", ({detail}) => {
  if (!(detail.xhr?.status >= 400) || detail.target !== document.body) return;
  const heading = document.querySelector("main h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({preventScroll: true});
});

for (const [name, sentence] of [
  ["htmx:sendError", unreached],
  ["htmx:timeout", () => words.slow],
  ["htmx:onLoadError", () => words.broken],
  ["htmx:swapError", () => words.broken],
  ["htmx:targetError", () => words.broken],
]) {
  document.addEventListener(name, ({detail}) => tell(sentence(), () => repeat(detail)));
}

/* Back and Forward: the address has changed already, so that it is asked for as a whole. */
const reload = () => location.reload();
document.addEventListener("htmx:historyCacheMissLoadError", reload);
document.addEventListener("htmx:historyCacheMiss", ({detail}) => {
  detail.xhr.addEventListener("error", () => tell(unreached(), reload));
});
/* What is kept for Back is a page without the bar, and without styles of elements' own: brought back as
   text, the policy of the page would refuse them, empty ones too. */
document.addEventListener("htmx:beforeHistorySave", () => {
  calm();
  for (const element of document.querySelectorAll("[style]")) element.removeAttribute("style");
});

/* The rest ----------------------------------------------------------------------------------- */

// It may come after a request has failed, which can still be asked for again.
addEventListener("offline", () => tell(words.offline, again));
addEventListener("online", () => again === null && calm());

/* A picture that does not come leaves its place marked; all of them can be asked for again.
   `data-wanted` is on those that a page is all about. */
function missing(picture) {
  picture.classList.add("missing");
  if (!navigator.onLine || picture.hasAttribute("data-wanted")) tell(words.pictures, askAgain);
}
function askAgain() {
  for (const picture of document.querySelectorAll("img.missing")) {
    picture.classList.remove("missing");
    picture.setAttribute("src", picture.getAttribute("src"));
  }
}
document.addEventListener("error", ({target}) => target.tagName === "IMG" && missing(target), true);
for (const picture of document.querySelectorAll("img")) {
  if (picture.complete && !picture.naturalWidth) missing(picture);
}

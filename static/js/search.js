/* The search in the header: what it suggests while one types (htmx asks for it) is gone through with the
   arrows, taken with Enter and put away with Escape. Where the search opens over the page, on a phone, one
   types at once. */

const box = () => document.querySelector(".bar-search [role=combobox]");
const list = () => document.querySelector(".bar-search [role=listbox]");
const chosen = () => list().querySelector("[aria-selected=true]");

function show(on) {
  list().hidden = !on;
  box().ariaExpanded = String(on);
  if (!on) choose(null);
}

function choose(option) {
  chosen()?.removeAttribute("aria-selected");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({block: "nearest"});
  if (option) box().setAttribute("aria-activedescendant", option.id);
  else box().removeAttribute("aria-activedescendant");
}

/* From the last one on to the box itself, and from there to the first. */
function step(by) {
  const options = [null, ...list().querySelectorAll("[role=option]")];
  const place = options.indexOf(chosen()) + by + options.length;
  choose(options[place % options.length]);
}

const KEYS = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Escape: () => show(false),
  Enter: () => chosen().click(),
};

document.addEventListener("keydown", (event) => {
  const arrow = event.key.startsWith("Arrow");
  if (event.target !== box() || event.isComposing || !(event.key in KEYS)) return;
  if (arrow && list().hidden && list().hasChildNodes()) show(true);
  if (list().hidden || (event.key === "Enter" && !chosen())) return;
  event.preventDefault();
  KEYS[event.key]();
});

// What comes when one has gone elsewhere is not shown.
document.addEventListener("htmx:afterSwap", ({detail}) => {
  if (detail.target === list()) show(list().hasChildNodes() && document.activeElement === box());
});
document.addEventListener("focusout", ({target, relatedTarget}) => {
  if (target === box() && !list().contains(relatedTarget)) show(false);
});
// What one comes back to is a page on which nobody types.
document.addEventListener("htmx:historyRestore", () => {
  if (!list()) return;
  show(false);
  list().replaceChildren();
});
// A click on a suggestion leaves the focus in the box, so that it stays until the click is done.
document.addEventListener("mousedown", (event) => list()?.contains(event.target) && event.preventDefault());

/* A popover gives the focus to what has `autofocus`, which a page that is only shown must not have. */
document.addEventListener("beforetoggle", ({target, newState}) => {
  if (target.matches(".bar-search")) box().autofocus = newState === "open";
}, true);

/* /browse/ beyond its plain form: a bar of the histogram sets both prices in place, and the sheet of filters
   closes on “Show” and says why the grid behind it was refused. */

document.addEventListener("click", (event) => {
  const bar = event.target.closest?.(".prices a");
  if (!bar) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const form = bar.closest("form");
  form.elements.price_from.value = bar.dataset.from;
  form.elements.price_to.value = bar.dataset.to;
  form.elements.price_to.dispatchEvent(new Event("change", {bubbles: true}));
}, true);

document.addEventListener("submit", ({target}) => {
  if (target.matches(".browse")) target.querySelector(".sheet:popover-open")?.hidePopover();
});

document.addEventListener("htmx:afterSettle", ({detail}) => {
  const said = document.querySelector(".sheet-refused");
  if (said && detail.target?.id === "grid") said.textContent = document.querySelector("#grid .refused")?.textContent ?? "";
});

/* The pictures of a product, in the place of its first one: another stands there once it is chosen, and what a
   phone cuts is shown whole by a tap, and cut again by the next. Without this, they are links to the pictures. */

const subject = () => document.querySelector(".query > .subject");
const cut = (picture) => [...picture.classList].filter((name) => name.startsWith("at-"));

function unfold(link) {
  link.ariaExpanded = String(subject().classList.toggle("uncut"));
}

async function show(link) {
  for (const other of document.querySelectorAll(".further a")) other.ariaCurrent = other === link ? "true" : null;
  const picture = new Image();
  picture.src = link.href;
  try {
    await picture.decode();
  } catch {
    location.assign(link.href);
    return;
  }
  const place = subject();
  if (!place || link.ariaCurrent !== "true") return; // one has gone on meanwhile
  place.classList.remove(...cut(place));
  place.classList.add(...cut(link.querySelector("img")));
  Object.assign(place, {src: link.href, width: picture.naturalWidth, height: picture.naturalHeight});
  document.querySelector(".query > .whole").href = link.href;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".further a, .query > .whole");
  if (!link || !subject() || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (link.matches(".whole")) unfold(link);
  else show(link);
});

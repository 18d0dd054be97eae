// The state of the map in the page's address, so that Back and a shared link lead to it.

const NAMES = ["x", "y", "zoom", "q", "category", "colours"];

export function read() {
  const given = new URLSearchParams(location.search);
  const number = (name) => (given.has(name) ? Number(given.get(name)) : NaN);
  const place = { x: number("x"), y: number("y"), scale: number("zoom") };
  return {
    place: Object.values(place).every(Number.isFinite) ? place : null,
    q: given.get("q") || "",
    category: given.get("category") || "",
    colours: given.get("colours") === "on",
  };
}

export function write({ place, q, category, colours }) {
  const address = new URL(location.href);
  for (const name of NAMES) address.searchParams.delete(name);
  const given = { q, category, colours: colours ? "on" : "" };
  if (place) {
    given.x = place.x.toFixed(2);
    given.y = place.y.toFixed(2);
    given.zoom = place.scale.toFixed(2);
  }
  for (const name of NAMES) if (given[name]) address.searchParams.set(name, given[name]);
  history.replaceState(history.state, "", address);
}

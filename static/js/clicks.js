/* Counts which look-alikes are seen and which are clicked, where the site says so: docs/clicks.md.
   What is sent is what was shown, and nothing of who saw it; of one answer each card counts once, and
   the first click. Whoever has their browser ask not to be tracked is not counted at all. */

const HALF = 0.5;
const UNWANTED = navigator.globalPrivacyControl || navigator.doNotTrack === "1";
const LINKS = "a.tile, a[part=link]";

const watched = new WeakSet();
let lists = [];

const leave = () => {
  for (const send of lists) send();
};

/* `list` says in data-… where it stands and what it was measured by, each of its cards its position;
   `address` is the beacon's, `key` a page's. */
export const watch = (list, address, key) => {
  if (UNWANTED || watched.has(list)) return;
  watched.add(list);
  const { place, metric, embedder, trial } = list.dataset;
  const answer = list.closest("section") ?? list, clickedBefore = `data-clicked-${place}-${metric}`;
  const seen = new Set();

  const told = (card) => ({
    position: Number(card.dataset.position),
    item_id: (card.matches("[data-item]") ? card : card.querySelector("[data-item]")).dataset.item,
    way: card.dataset.way ?? "",
  });
  const send = (clicked = null) => {
    if (!seen.size && !clicked) return;
    const shown = Array.from(seen, told);
    seen.clear();
    fetch(address, {
      method: "POST", keepalive: true, credentials: "omit", referrerPolicy: "origin",
      headers: key ? { "X-API-Key": key } : {},
      body: JSON.stringify({ place, metric, embedder, trial: Number(trial), shown, clicked }),
    }).catch(() => { /* it is only counted */ });
  };
  lists = [...lists.filter((other) => other.list.isConnected), Object.assign(send, { list })];

  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      target.setAttribute("data-seen", ""); // kept where a page comes back as it was
      seen.add(target);
    }
  }, { threshold: HALF });
  for (const card of list.querySelectorAll("[data-position]:not([data-seen])")) watcher.observe(card);

  const clicked = (event) => {
    const card = event.target.closest?.(LINKS)?.closest("[data-position]");
    if (!card || event.button > 1 || answer.hasAttribute(clickedBefore)) return;
    answer.setAttribute(clickedBefore, "");
    send(told(card));
  };
  list.addEventListener("click", clicked);
  list.addEventListener("auxclick", clicked);
};

const watchAll = (root) => {
  const inside = root.querySelectorAll?.("[data-counted]") ?? [];
  for (const list of [...(root.matches?.("[data-counted]") ? [root] : []), ...inside])
    watch(list, list.dataset.counted);
};

addEventListener("pagehide", leave);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") leave();
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target === document.body) leave();
});
document.addEventListener("htmx:load", ({ detail }) => watchAll(detail.elt));
document.addEventListener("htmx:historyRestore", () => watchAll(document));
watchAll(document);

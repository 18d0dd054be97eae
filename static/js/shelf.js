/* The shelf is its address (web/shelf.py). Here this browser remembers the one that its visitor kept:
   only a click on what keeps it does so, and a shelf that somebody shared changes nothing. */

const NAME = "lookalike-shelf", MOST = 20;

const remembered = () => {
  try {
    return localStorage.getItem(NAME) ?? "";
  } catch {
    return ""; // a browser that forgets is no reason to fail
  }
};

const remember = (asked) => {
  try {
    localStorage.setItem(NAME, asked);
  } catch { /* as above */ }
};

/* What was kept and what comes to it; the later word on a product counts, the first are dropped. */
const both = (before, added) => {
  const words = new Map();
  for (const asked of [before, added]) {
    for (const [word, id] of new URLSearchParams(asked)) {
      words.delete(id);
      words.set(id, word);
    }
  }
  const last = [...words].slice(-MOST).map(([id, word]) => [word, id]);
  return last.length ? `?${new URLSearchParams(last)}` : "";
};

/* Before the link is followed, by whomever: it then leads to all that is kept. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-shelf]");
  if (!link) return;
  const address = new URL(link.href);
  if (link.dataset.shelf === "add") {
    address.search = both(remembered(), address.search);
    link.href = address.href;
  }
  remember(address.search);
}, true);

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]"), input = document.querySelector(".share input");
  if (!button || !input) return;
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
  } catch {
    document.execCommand("copy"); // without TLS there is no other way
  }
  button.textContent = button.dataset.copy;
});

/* `root` holds what has come: of the parts of a page one is the shelf's, so it is led on once. */
const arrive = (root) => {
  const shelf = "[data-shelf-page]", kept = remembered();
  const page = root.matches?.(shelf) ? root : root.querySelector(shelf);
  if (!page || !kept) return;
  if (!location.search) location.replace(location.pathname + kept);
  else if (location.search !== kept) page.querySelector("[data-other-shelf]")?.removeAttribute("hidden");
};

document.addEventListener("htmx:historyRestore", () => arrive(document));
document.addEventListener("htmx:load", ({ detail }) => arrive(detail.elt)); // the first page's, too

/* A row of look-alikes in any page: see docs/embed.md. */
(() => {
  const script = document.currentScript || document.querySelector('script[src*="widget.js"]');
  const FIELDS = ["k", "metric", "q", "category", "shop", "price_from", "price_to", "in_stock",
    "in_colour", "crop", "diversity", "colour", "min_score"];

  const sheet = new CSSStyleSheet(); // which no policy of the page forbids
  sheet.replaceSync(`
    :host { display: block }
    h2 { font: inherit; font-weight: 600; margin: 0 0 .6em }
    ul { display: grid; grid-auto-flow: column; overflow-x: auto; margin: 0; padding: 4px;
      grid-auto-columns: minmax(var(--look-alikes-width, 8.5rem), var(--look-alikes-max, 16rem));
      gap: var(--look-alikes-gap, 1rem); list-style: none }
    li, a { display: grid; align-content: start; gap: .25em; min-width: 0;
      color: var(--look-alikes-colour, inherit); font: var(--look-alikes-font, inherit) }
    a { text-decoration: none }
    a:hover [part=title] { text-decoration: underline }
    a:focus-visible { outline: 3px solid var(--look-alikes-focus, currentColor) }
    img { width: 100%; height: auto; border-radius: var(--look-alikes-radius, 0) }
    [part=title] { overflow: hidden; overflow-wrap: anywhere; max-height: 3em; line-height: 1.5 }
    [part=price] { font-weight: 600 }`);

  /* Texts are only ever set as text: nothing that a shop writes becomes a tag. */
  const make = (tag, part, text, attributes) => {
    const element = document.createElement(tag);
    element.textContent = text;
    element.setAttribute("part", part);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    return element;
  };

  /* The whole address, null where it is not one of the web: shops may write javascript: there. */
  const webAddress = (address, base) => {
    try {
      const url = new URL(address, base);
      return address && /^https?:$/.test(url.protocol) ? url.href : null;
    } catch {
      return null;
    }
  };

  /* As the site writes it: 68.50 EUR; with a comma where the language has one. */
  const inMoney = (price, currency, language) => {
    let number = price;
    try {
      const digits = { minimumFractionDigits: 2, useGrouping: false };
      number = Number(price).toLocaleString(language, digits);
    } catch { /* an unknown language */ }
    return `${number} ${currency || ""}`;
  };

  class LookAlikes extends HTMLElement {
    static observedAttributes = ["data-item"];

    connectedCallback() {
      this.watcher = new IntersectionObserver((seen) => {
        if (seen.some((it) => it.isIntersecting)) this.load();
      }, { rootMargin: "400px" });
      this.watcher.observe(this);
    }

    disconnectedCallback() {
      this.watcher.disconnect();
    }

    attributeChangedCallback() {
      if (!this.watcher) return; // it does not stand in the page yet
      this.disconnectedCallback();
      this.connectedCallback();
    }

    get server() {
      return new URL(this.dataset.server || ".", script ? script.src : document.baseURI);
    }

    /* Once it is near the window. Whatever goes wrong, nothing is shown and nothing said. */
    async load() {
      this.watcher.disconnect();
      const { item, timeout } = this.dataset;
      let cards = [];
      try {
        const signal = AbortSignal.timeout(timeout || 5000);
        const answer = item && await fetch(this.question(item), { signal, credentials: "omit" });
        if (answer?.ok) cards = (await answer.json()).neighbours.map(this.card, this);
      } catch { /* the server is away */ }
      if (item === this.dataset.item) this.show(cards);
    }

    /* A data-… of a field of the API is one: data-in-stock is in_stock. Others mark scripts, too. */
    question(item) {
      const url = new URL(`api/v1/products/${encodeURIComponent(item)}/similar/`, this.server);
      for (const name in this.dataset) {
        const field = name.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase());
        if (FIELDS.includes(field)) url.searchParams.set(field, this.dataset[name] || "on");
      }
      return url;
    }

    show(cards) {
      this.shadowRoot?.replaceChildren();
      if (!cards.length) return;
      const root = this.shadowRoot || this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      const list = make("ul", "list", "", { role: "list", "aria-labelledby": "label" });
      list.append(...cards);
      root.append(make("h2", "label", this.dataset.label || "Looks similar", { id: "label" }), list);
    }

    card({ item_id, title, price, currency, in_stock, thumbnail_url, product_url }) {
      const alt = title || item_id, src = webAddress(thumbnail_url, this.server) || "";
      const lazy = { loading: "lazy", width: 250, height: 250 };
      const card = make("li", "item", "");
      const pattern = this.dataset.link?.replace("{item_id}", encodeURIComponent(item_id));
      const href = webAddress(pattern || product_url, document.baseURI);
      const inside = href ? card.appendChild(make("a", "link", "", { href })) : card;
      inside.append(make("img", "picture", "", { ...lazy, alt, src }));
      inside.append(make("span", "title", alt, { "aria-hidden": true })); // the picture says it
      if (price) {
        const language = this.closest("[lang]")?.lang || undefined;
        inside.append(make("span", "price", inMoney(price, currency, language)));
      }
      if (in_stock === false)
        inside.append(make("span", "sold-out", this.dataset.soldOut || "Sold out"));
      return card;
    }
  }

  if (!customElements.get("look-alikes")) customElements.define("look-alikes", LookAlikes);

  /* A script that names a product puts a row behind itself, or into what data-into names. */
  if (script?.dataset.item) {
    const row = document.createElement("look-alikes"), { into } = script.dataset;
    Object.assign(row.dataset, script.dataset);
    const place = () => document.querySelector(into)?.append(row);
    if (!into) script.after(row);
    else if (document.readyState === "loading") addEventListener("DOMContentLoaded", place);
    else place();
  }
})();

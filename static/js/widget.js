/* A row of look-alikes in any page: see docs/embed.md. */
(() => {
  /* A module has no currentScript, but an error tells which file it came from. Only without that
     does the usual name decide. All of it is found now: a <base> may come and change it. */
  const file = /https?:\/\/\S+?(?=:\d+:\d+)/.exec(new Error().stack)?.[0];
  const scripts = document.currentScript ? [document.currentScript]
    : file ? Array.from(document.scripts || []).filter((it) => it.src === file)
      : [document.querySelector('script[src*="/widget.js"]')].filter(Boolean);
  const own = scripts[0]?.src || file || document.baseURI;
  const { server: usualServer, key: usualKey } = scripts[0]?.dataset || {};

  const FIELDS = ["q", "category", "shop", "price_from", "price_to", "in_stock", "in_colour",
    "metric", "k", "crop", "looks", "cheaper", "diversity", "colour", "min_score",
    "weigh_category", "weigh_price", "weigh_brand", "weigh_new", "weigh_stock"];
  const FLAGS = new Set(["in_stock", "cheaper"]); // which may be empty
  const OTHERS = ["item", "server", "key", "label", "link", "sold-out", "timeout"];
  const LAYOUTS = ["row", "grid", "carousel", "compact"]; // which the styles alone draw
  const WORDS = { de: ["Ähnliche Artikel", "Ausverkauft"], es: ["Productos similares", "Agotado"],
    ja: ["似ている商品", "売り切れ"], ru: ["Похожие товары", "Распродано"] };

  const sheet = new CSSStyleSheet(); // which no policy of the page forbids
  sheet.replaceSync(`
    :host { display: block; --width: var(--look-alikes-width, 8.5rem);
      --max: var(--look-alikes-max, 16rem) }
    h2 { font: inherit; font-weight: 600; margin: 0 0 .6em }
    ul { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(var(--width), var(--max));
      gap: var(--look-alikes-gap, 1rem); overflow-x: auto; margin: -4px; padding: 4px;
      list-style: none }
    li { min-width: 0 }
    [part=link] { display: grid; align-content: start; gap: .25em;
      color: var(--look-alikes-colour, inherit); font: var(--look-alikes-font, inherit) }
    a { text-decoration: none }
    a:hover [part=title] { text-decoration: underline }
    a:focus-visible { outline: 3px solid var(--look-alikes-focus, currentColor) }
    img { width: 100%; height: auto; aspect-ratio: 4 / 5; object-fit: cover;
      border-radius: var(--look-alikes-radius, 0);
      background: color-mix(in srgb, currentColor 8%, transparent) }
    [part=title] { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
    [part=price] { font-weight: 600 }
    :host([data-layout=grid]) ul { grid-auto-flow: row; overflow: visible;
      grid-template-columns: repeat(auto-fill, minmax(min(var(--width), 45%), 1fr)) }
    :host([data-layout=carousel]) ul { grid-auto-columns: min(70%, var(--max));
      scroll-snap-type: x mandatory; scroll-padding: 4px }
    :host([data-layout=carousel]) li { scroll-snap-align: start }
    :host([data-layout=compact]) ul { grid-auto-flow: row; gap: .5rem; overflow: visible;
      grid-template-columns: repeat(auto-fill, minmax(min(14rem, 100%), 1fr)) }
    :host([data-layout=compact]) [part=link] { column-gap: .75em; align-content: center;
      grid-template-columns: 4rem minmax(0, 1fr) }
    :host([data-layout=compact]) img { grid-row: span 3 }`);

  /* Texts are only ever set as text: nothing that a shop writes becomes a tag. */
  const make = (tag, part, text, attributes) => {
    const element = document.createElement(tag);
    element.textContent = text;
    element.setAttribute("part", part);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    return element;
  };

  /* For the shop's developer: once, however many rows there are. Visitors see nothing of it. */
  const said = new Set();
  const say = (sentence) => {
    if (!said.has(sentence)) console.warn(`look-alikes: ${sentence}`);
    said.add(sentence);
  };

  /* The site itself, as in https://shop.example/look/, by whatever address of it. */
  const siteAt = (address, base) => {
    const url = new URL(address, base);
    url.search = url.hash = "";
    url.pathname = url.pathname.replace(/\/*$/, "/");
    return url;
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
    static observedAttributes =
      [...OTHERS, ...FIELDS].map((name) => "data-" + name.replaceAll("_", "-"));

    connectedCallback() {
      const watcher = this.watcher = new IntersectionObserver((seen) => {
        if (watcher === this.watcher && seen.some((it) => it.isIntersecting)) this.load();
      }, { rootMargin: "400px" });
      watcher.observe(this);
    }

    disconnectedCallback() {
      this.watcher.disconnect();
      this.watcher = this.asking = null; // an answer that is still to come is of no use
    }

    attributeChangedCallback() {
      if (!this.watcher) return; // it does not stand in the page
      this.disconnectedCallback();
      this.connectedCallback();
    }

    get server() {
      const given = this.dataset.server || usualServer;
      return given ? siteAt(given, document.baseURI) : siteAt(".", own);
    }

    get language() {
      return this.closest("[lang]")?.lang || undefined;
    }

    /* The heading and "Sold out", in the language of the page around it. */
    get words() {
      return WORDS[this.language?.toLowerCase().split("-")[0]] || ["Looks similar", "Sold out"];
    }

    /* Once it is near the window. Whatever goes wrong, the page shows nothing, the console why. */
    async load() {
      this.watcher.disconnect();
      const asking = this.asking = {};
      let answer = {}, wrong = "";
      try {
        if (this.dataset.item) answer = await this.ask();
      } catch (error) {
        wrong = error.message;
      }
      if (asking !== this.asking) return; // something else has been asked since
      if (wrong) say(wrong);
      this.show((answer.neighbours || []).map(this.card, this));
      if (answer.clicks) await this.count(answer).catch((error) => say(error.message));
    }

    /* Where the site counts what is seen and clicked, a script of its own does so. */
    async count({ metric, embedder, clicks: { address, trial } }) {
      const list = this.shadowRoot?.querySelector("ul"), { key = usualKey } = this.dataset;
      if (!list) return;
      Object.assign(list.dataset, { place: "widget", metric, embedder, trial });
      const script = new URL("clicks.js", this.server).href;
      const { watch } = await import(/* webpackIgnore: true */ script);
      watch(list, new URL(address, this.server), key);
    }

    async ask() {
      const { item, timeout, key = usualKey } = this.dataset;
      const signal = AbortSignal.timeout(timeout || 5000), headers = key ? { "X-API-Key": key } : {};
      const asked = { signal, headers, credentials: "omit", referrerPolicy: "origin" };
      const site = this.server.href;
      const answer = await fetch(this.question(item), asked).catch((error) => {
        throw new Error(`${site} gave no answer that this page may read (${error.message}). Is the ` +
          "page's origin in the site's CORS_ALLOWED_ORIGINS, or among those of its data-key?");
      });
      const content = await answer.json().catch(() => ({}));
      if (answer.ok && content.neighbours) return content;
      const hint = answer.status === 401 ? " A page's key goes into data-key." : "";
      throw new Error(`${site} answered ${answer.status}: ${content.error || "no JSON"}${hint}`);
    }

    /* A data-… of a field of the API is one: data-in-stock is in_stock. Others mark scripts, too. */
    question(item) {
      const url = new URL(`api/v1/products/${encodeURIComponent(item)}/similar/`, this.server);
      for (const name in this.dataset) {
        const field = name.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase());
        const value = this.dataset[name] || (FLAGS.has(field) ? "on" : "");
        if (value && FIELDS.includes(field)) url.searchParams.set(field, value);
      }
      url.searchParams.set("counted", "on"); // a site that counts says so in its answer
      return url;
    }

    show(cards) {
      const { layout } = this.dataset;
      if (layout && !LAYOUTS.includes(layout))
        say(`data-layout is one of ${LAYOUTS.join(", ")}, not ${layout}: a row is shown.`);
      this.shadowRoot?.replaceChildren();
      if (!cards.length) return;
      const root = this.shadowRoot || this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      const list = make("ul", "list", "", { role: "list", "aria-labelledby": "label" });
      list.append(...cards);
      root.append(make("h2", "label", this.dataset.label || this.words[0], { id: "label" }), list);
    }

    /* A tile, in the width that suits; of an older site, which has none, the picture. */
    picture({ title, item_id, tile_url, tiles = [], focus, picture_url, thumbnail_url }) {
      const at = (address) => webAddress(address, this.server) || "";
      const image = make("img", "picture", "", {
        alt: title || item_id, loading: "lazy", width: 400, height: 500,
        sizes: this.dataset.layout === "compact" ? "4rem" : "auto, 16rem",
        srcset: tiles.map(({ url, width }) => `${at(url)} ${width}w`).join(", "),
        src: at(tile_url || picture_url || thumbnail_url) });
      image.style.objectPosition = `${focus ?? 50}% ${focus ?? 30}%`; // where the network looks
      return image;
    }

    card(product, at) {
      const { item_id, title, price, currency, in_stock, product_url, way } = product;
      const alt = title || item_id;
      const card = make("li", "item", "");
      Object.assign(card.dataset, { position: at + 1, item: item_id, way: way ?? "" });
      const pattern = this.dataset.link?.replace("{item_id}", encodeURIComponent(item_id));
      const href = webAddress(pattern || product_url, document.baseURI);
      const inside = card.appendChild(href ? make("a", "link", "", { href }) : make("div", "link", ""));
      inside.append(this.picture(product));
      inside.append(make("span", "title", alt, { "aria-hidden": true })); // the picture says it
      if (price) inside.append(make("span", "price", inMoney(price, currency, this.language)));
      if (in_stock === false)
        inside.append(make("span", "sold-out", this.dataset.soldOut || this.words[1]));
      return card;
    }
  }

  if (!customElements.get("look-alikes")) customElements.define("look-alikes", LookAlikes);

  /* A script that names a product puts a row behind itself, or into what data-into names. */
  const place = (script, row) => {
    const { into } = script.dataset, target = into ? document.querySelector(into) : script;
    if (!target) say(`data-into names nothing in this page: ${into}`);
    else if (into) target.append(row);
    else if (script.parentNode === document.head) say("in <head>, a script needs data-into.");
    else script.after(row);
  };

  for (const script of scripts.filter((it) => it.dataset.item)) {
    const row = document.createElement("look-alikes"), later = () => place(script, row);
    Object.assign(row.dataset, { server: siteAt(".", own).href }, script.dataset);
    if (script.dataset.into && document.readyState === "loading")
      addEventListener("DOMContentLoaded", later);
    else later();
  }
})();

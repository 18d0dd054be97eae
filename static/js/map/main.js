// The map's page: puts its parts together.

import { tell, unreached } from "../failures.js";
import * as address from "./address.js";
import { listen } from "./gestures.js";
import { Painter } from "./painter.js";
import { Products } from "./products.js";
import { View } from "./view.js";

// Pages are left by whole loads here, so that Back finds this one as it was.
document.body.removeAttribute("hx-boost");

const root = document.getElementById("map");
const find = (selector) => root.querySelector(selector);
const [stage, canvas, still] = [".map-stage", ".map-canvas", ".map-still"].map(find);
const [card, list, found, said] = [".map-card", ".map-list", ".map-found", ".map-said"].map(find);
const [box, browse, select] = [".map-box", ".map-browse", "[data-select]"].map(find);
const search = find(".map-search input");
const LISTED = 12;
const NEAR = 96;
// On a touch screen, smaller pictures are zoomed in on first.
const LARGE_ENOUGH = 36;

async function begin() {
  const isMissing = still.complete && !still.naturalWidth;
  if (isMissing) still.setAttribute("src", still.getAttribute("src")); // asked for again
  const [answer] = await Promise.all([fetch(root.dataset.products), still.decode()]);
  if (!answer.ok) throw new Error(answer.statusText);
  new Page(await answer.json(), await createImageBitmap(still));
}

class Page {
  constructor(told, overview) {
    this.products = new Products(told, root.dataset.product, root.dataset.place);
    this.view = new View(told.columns, told.rows);
    this.painter = new Painter(canvas, told, this.products, overview, {
      onArrival: () => this.changed(false),
      onFailure: () => tell(root.dataset.blurred, () => this.sharpen()),
    });
    Object.assign(this, { matches: null, next: 0, hovered: null, asked: false, category: "", selecting: false });
    this.showCanvas();
    this.restore();
    listen(canvas, this.view, this);
    this.listenToControls();
  }

  showCanvas() {
    canvas.hidden = false;
    root.dataset.live = "";
    new ResizeObserver(() => this.fit()).observe(stage);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", () => this.restyle());
    this.fit();
    this.restyle();
  }

  fit() {
    const { clientWidth: width, clientHeight: height } = stage;
    this.view.resize(width, height);
    this.painter.resize(width, height, Math.min(devicePixelRatio || 1, 2));
    this.changed(false);
    this.paint();
  }

  // Colours are the style sheet's.
  restyle() {
    const style = getComputedStyle(root);
    this.painter.accent = style.getPropertyValue("--accent").trim();
    this.painter.ink = style.color;
    this.painter.font = `600 14px ${style.fontFamily}`;
    this.painter.paper = this.paper = style.getPropertyValue("--map-paper").trim();
    this.colour = new Map();
    for (const chip of root.querySelectorAll("[data-colour]")) {
      const swatch = getComputedStyle(chip.querySelector(".map-swatch")).backgroundColor;
      this.colour.set(this.products.categories.indexOf(chip.dataset.category), swatch);
    }
    this.other = style.getPropertyValue("--map-other").trim();
    this.showColours();
    this.showMatches();
  }

  restore() {
    const { place, q, category, colours } = address.read();
    search.value = q;
    this.category = category;
    this.coloured = colours;
    if (q || category) this.look({ fly: false });
    if (place) this.view.set(place);
    this.showColours();
    this.settle();
  }

  listenToControls() {
    search.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.goOn();
    });
    let soon;
    search.addEventListener("input", () => {
      clearTimeout(soon);
      soon = setTimeout(() => this.look({ fly: true }), 150);
    });
    const moves = { in: () => this.view.zoomed(1.6), out: () => this.view.zoomed(1 / 1.6), all: () => this.view.all() };
    for (const button of root.querySelectorAll("[data-do]"))
      button.addEventListener("click", () => {
        this.view.fly(moves[button.dataset.do]());
        this.changed();
      });
    find(".map-colours")?.addEventListener("click", () => {
      this.coloured = !this.coloured;
      this.showColours();
      this.changed();
    });
    for (const chip of root.querySelectorAll("[data-category]"))
      chip.addEventListener("click", () => {
        this.category = this.category === chip.dataset.category ? "" : chip.dataset.category;
        this.look({ fly: true });
      });
    for (const chip of root.querySelectorAll("[data-region]"))
      chip.addEventListener("click", () => {
        this.view.fly(this.view.over(this.products.regions[chip.dataset.region]), 500);
        this.changed();
      });
    select.addEventListener("click", () => this.select(!this.selecting));
    canvas.addEventListener("focus", () => this.settle());
    canvas.addEventListener("blur", () => this.leave());
    addEventListener("pagehide", () => this.keep());
  }

  // Whether a drag draws a box.
  select(selecting) {
    this.selecting = selecting;
    select.setAttribute("aria-pressed", selecting);
    canvas.classList.toggle("map-selecting", selecting);
  }

  // Shows a box between two points of the screen, or none.
  box(from, to) {
    box.hidden = !from;
    if (!from) return;
    card.hidden = true;
    for (const [side, length, number] of [["left", "width", 0], ["top", "height", 1]]) {
      box.style[side] = `${Math.min(from[number], to[number])}px`;
      box.style[length] = `${Math.abs(from[number] - to[number])}px`;
    }
  }

  // Opens Browse with the products in a box.
  browse(from, to) {
    const [one, other] = [from, to].map(([px, py]) => this.view.toMap(px, py));
    this.select(false);
    this.keep();
    location.assign(this.addressOf(one, other));
  }

  addressOf(one, other) {
    const ends = (number) => [one[number], other[number]].sort((a, b) => a - b).map((end) => Math.max(0, Math.floor(end)));
    const [[left, right], [top, bottom]] = [ends(0), ends(1)];
    return `${root.dataset.browse}?area=${[left, top, right, bottom].join("-")}`;
  }

  // What is looked for: the others grow pale, and one is taken to where they are.
  look({ fly }) {
    this.matches = this.products.matching(search.value, this.category);
    this.next = 0;
    const { found: words, none } = root.dataset;
    const count = this.matches?.length ?? 0;
    found.textContent = this.matches ? (count ? words.replace("NUMBER", count) : none) : "";
    for (const chip of root.querySelectorAll("[data-category]"))
      chip.setAttribute("aria-pressed", chip.dataset.category === this.category);
    this.showMatches();
    if (fly) this.view.fly(count ? this.view.around(this.matches.map(({ column, row }) => [column, row]), NEAR) : this.view.all(), 500);
    this.changed();
  }

  // From one that was found to the next.
  goOn() {
    if (!this.matches) this.look({ fly: true });
    if (!this.matches?.length) return;
    const product = this.matches[this.next++ % this.matches.length];
    this.hovered = product;
    this.view.fly({ x: product.column + 0.5, y: product.row + 0.5, scale: NEAR }, 600);
    this.changed();
  }

  showMatches() {
    const kept = this.matches && new Set(this.matches);
    this.painter.dim = kept && this.painter.layer((product) => (kept.has(product) ? null : this.paper));
    this.changed(false);
  }

  showColours() {
    const colour = ({ category }) => this.colour.get(category) ?? this.other;
    this.painter.colours = this.coloured ? this.painter.layer(colour) : null;
    find(".map-colours")?.setAttribute("aria-pressed", Boolean(this.coloured));
    this.changed(false);
  }

  // Asks for a frame; `moved` says that one looks from elsewhere now.
  changed(moved = true) {
    if (moved) {
      card.hidden = true;
      this.settleSoon();
    }
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame((now) => this.frame(now));
  }

  frame(now) {
    this.asked = false;
    if (this.view.step(now)) this.changed();
    this.paint();
  }

  paint() {
    this.painter.paint(this.view, this.hovered);
  }

  // What was not to be had is asked for once more.
  sharpen() {
    this.painter.forgetFailures();
    this.changed(false);
  }

  settleSoon() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), 250);
  }

  // One has come to rest: the list, the address and what is read aloud follow.
  settle() {
    const { x, y } = this.view.target;
    const near = this.products.nearest(x, y, LISTED, this.matches ?? this.products.all);
    this.list(near);
    if (document.activeElement === canvas && canvas.matches(":focus-visible")) {
      this.hovered = near[0] ?? null;
      said.textContent = this.hovered ? this.hovered.title : "";
      this.changed(false);
    }
    const { width, height } = this.view;
    const corners = [[0, 0], [width, height]].map(([px, py]) => this.view.toMap(px, py));
    browse.href = this.addressOf(...corners);
    this.keep();
  }

  // Shows them beneath the map, unless they stand there already.
  list(products) {
    const shown = [...list.querySelectorAll("a")].map((link) => link.getAttribute("href"));
    if (shown.join(" ") === products.map((product) => product.address).join(" ")) return;
    list.replaceChildren(...products.map((product) => this.tile(product)));
  }

  tile({ address: href, thumbnail, title }) {
    const tile = document.getElementById("map-tile").content.cloneNode(true);
    tile.querySelector("a").href = href;
    tile.querySelector("img").src = thumbnail;
    tile.querySelector(".tile-title").textContent = title;
    return tile;
  }

  keep() {
    const { x, y, scale } = this.view.target;
    const all = this.view.all();
    const showsAll = Math.abs(scale - all.scale) < 0.01;
    for (const name of ["out", "all"]) find(`[data-do=${name}]`).ariaDisabled = String(showsAll);
    const place = showsAll ? null : { x, y, scale };
    address.write({ place, q: search.value.trim(), category: this.category, colours: this.coloured });
  }

  under(px, py) {
    const [column, row] = this.view.toMap(px, py).map(Math.floor);
    const product = this.products.at(column, row);
    return !product || !this.matches || this.matches.includes(product) ? product : null;
  }

  hover(px, py) {
    const product = this.under(px, py);
    canvas.classList.toggle("map-pointing", Boolean(product));
    if (product !== this.hovered) {
      this.hovered = product;
      this.changed(false);
      if (product) this.fillCard(product);
    }
    card.hidden = !product;
    if (product) this.placeCard(px, py);
  }

  fillCard({ thumbnail, title, category }) {
    card.querySelector("img").src = thumbnail;
    card.querySelector(".map-card-title").textContent = title;
    card.querySelector(".map-card-category").textContent = this.products.categories[category];
  }

  placeCard(px, py) {
    const [right, below] = [px + card.offsetWidth + 24 < stage.clientWidth, py + card.offsetHeight + 24 < stage.clientHeight];
    card.style.left = `${right ? px + 16 : Math.max(px - card.offsetWidth - 16, 4)}px`;
    card.style.top = `${below ? py + 16 : Math.max(py - card.offsetHeight - 16, 4)}px`;
  }

  leave() {
    this.hovered = null;
    card.hidden = true;
    this.changed(false);
  }

  click(px, py, event) {
    const product = this.under(px, py);
    if (!product) return;
    if (event.pointerType === "touch" && this.view.scale < LARGE_ENOUGH) {
      this.view.fly(this.view.zoomed((2 * LARGE_ENOUGH) / this.view.scale, px, py), 350);
      return this.changed();
    }
    this.open(product, event.ctrlKey || event.metaKey || event.button === 1);
  }

  enter() {
    if (this.hovered) this.open(this.hovered);
  }

  open(product, apart = false) {
    this.keep();
    if (apart) window.open(product.address, "_blank", "noopener");
    else location.assign(product.address);
  }
}

function start() {
  begin().catch((error) => {
    tell(`${root.dataset.broken} ${navigator.onLine ? "" : unreached()}`.trim(), start);
    console.error(error);
  });
}

start();

// Draws the map. It is a grid, so that a frame is a few large pictures and not thousands of small
// ones: tiles of 64, 32 or 16 pixels a cell, one picture of all below them, thumbnails above.

import { Pictures } from "./pictures.js";

const OVERVIEW = 8;
const LEVELS = [16, 32, 64];
// From so many pixels a cell on, the thumbnails themselves are shown.
const THUMBNAILS_FROM = 80;
// Up to so many, a category's colour lies over its pictures; from there on around them.
const FRAMES_FROM = 24;
const GAP = 1 / 16;
// From so many on, the words of regions would cover what they speak of.
const NAMES_UP_TO = 40;

export class Painter {
  constructor(canvas, told, products, overview, listeners) {
    Object.assign(this, { canvas, told, products, overview });
    this.context = canvas.getContext("2d");
    this.tiles = new Pictures(64, 6, listeners);
    this.thumbnails = new Pictures(400, 8, listeners);
    this.names = new Map(told.tiles.map(([level, x, y, name]) => [`${level}/${x}/${y}`, name]));
    this.colours = this.dim = null;
  }

  forgetFailures() {
    this.tiles.forgetFailures();
    this.thumbnails.forgetFailures();
  }

  resize(width, height, ratio) {
    this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
  }

  // A picture of one pixel a cell; `colour` gives a product's, or nothing.
  layer(colour) {
    const canvas = document.createElement("canvas");
    canvas.width = this.told.columns;
    canvas.height = this.told.rows;
    const context = canvas.getContext("2d");
    for (const product of this.products.all) {
      const fill = colour(product);
      if (!fill) continue;
      context.fillStyle = fill;
      context.fillRect(product.column, product.row, 1, 1);
    }
    return canvas;
  }

  paint(view, ringed) {
    const { context, ratio } = this;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    const framed = view.scale >= FRAMES_FROM;
    if (this.colours && framed) this.#spread(view, this.colours, 1);
    this.#paintTiles(view);
    this.#coverGone(view);
    if (view.scale * ratio >= THUMBNAILS_FROM) this.#paintThumbnails(view);
    if (this.colours && !framed) this.#spread(view, this.colours, 0.45);
    if (this.dim) this.#spread(view, this.dim, 0.86);
    if (view.scale <= NAMES_UP_TO && !this.dim) this.#nameRegions(view);
    if (ringed) this.#ring(view, ringed);
    this.tiles.frameDrawn();
    this.thumbnails.frameDrawn();
  }

  #spread(view, layer, alpha) {
    const { context } = this;
    const [x, y] = view.toScreen(0, 0);
    context.imageSmoothingEnabled = false;
    context.globalAlpha = alpha;
    context.drawImage(layer, x, y, layer.width * view.scale, layer.height * view.scale);
    context.globalAlpha = 1;
    context.imageSmoothingEnabled = true;
  }

  #level(view) {
    const sharp = view.scale * this.ratio;
    if (sharp <= OVERVIEW * 1.2) return OVERVIEW;
    return LEVELS.find((level) => level >= sharp / 1.2) || LEVELS.at(-1);
  }

  #paintTiles(view) {
    const level = this.#level(view);
    if (level === OVERVIEW) return this.#part(view, this.overview, OVERVIEW, 0, 0, 0, 0, this.told.columns, this.told.rows);
    const across = this.told.tile / level;
    const [left, top, right, bottom] = view.cells().map((cell) => Math.floor(cell / across));
    for (let row = top; row <= bottom; row++)
      for (let column = left; column <= right; column++) this.#paintTile(view, level, column, row);
  }

  // The tile, or what there is of it in one that is less sharp.
  #paintTile(view, level, column, row) {
    const across = this.told.tile / level;
    const cells = [column * across, row * across, across, across];
    if (!this.names.has(`${level}/${column}/${row}`)) return;
    for (let sharp = level; sharp > OVERVIEW; sharp /= 2) {
      const [x, y] = [column, row].map((place) => Math.floor((place * sharp) / level));
      const name = this.names.get(`${sharp}/${x}/${y}`);
      const picture = this.tiles.get(this.told.pictures.replace("PLACE", name));
      const wide = this.told.tile / sharp;
      if (picture) return this.#part(view, picture, sharp, x * wide, y * wide, ...cells);
    }
    this.#part(view, this.overview, OVERVIEW, 0, 0, ...cells);
  }

  // Those cells of a picture of `level` pixels a cell, whose first is (fromColumn, fromRow).
  #part(view, picture, level, fromColumn, fromRow, column, row, columns, rows) {
    const wide = Math.min(columns, picture.width / level - (column - fromColumn));
    const high = Math.min(rows, picture.height / level - (row - fromRow));
    if (wide <= 0 || high <= 0) return;
    const [x, y] = view.toScreen(column, row);
    const source = [(column - fromColumn) * level, (row - fromRow) * level, wide * level, high * level];
    this.context.drawImage(picture, ...source, x, y, wide * view.scale, high * view.scale);
  }

  #coverGone(view) {
    for (const cell of this.told.gone) {
      const [x, y] = view.toScreen(cell % this.told.columns, Math.floor(cell / this.told.columns));
      this.context.clearRect(x, y, view.scale, view.scale);
    }
  }

  #paintThumbnails(view) {
    const [left, top, right, bottom] = view.cells();
    const side = view.scale * (1 - 2 * GAP);
    for (let row = top; row <= bottom; row++)
      for (let column = left; column <= right; column++) {
        const product = this.products.at(column, row);
        const picture = product && this.thumbnails.get(product.thumbnail);
        if (!picture) continue;
        const edge = (picture.width - product.side) / 2;
        const [x, y] = view.toScreen(column + GAP, row + GAP);
        this.context.drawImage(picture, edge, edge, product.side, product.side, x, y, side, side);
      }
  }

  // The largest first; one that would touch another's stays away.
  #nameRegions(view) {
    const { context } = this;
    const taken = [];
    Object.assign(context, { font: this.font, textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 4, strokeStyle: this.paper, fillStyle: this.ink });
    for (const { name, column, row } of this.products.regions) {
      const [middle, y] = view.toScreen(column + 0.5, row + 0.5);
      const half = context.measureText(name).width / 2 + 6;
      if (middle < 0 || y < 0 || middle > view.width || y > view.height) continue;
      const x = Math.max(half, Math.min(middle, view.width - half));
      const touches = taken.some(([ax, ay, wide]) => Math.abs(ax - x) < wide + half && Math.abs(ay - y) < 22);
      if (touches) continue;
      taken.push([x, y, half]);
      context.strokeText(name, x, y);
      context.fillText(name, x, y);
    }
  }

  #ring(view, product) {
    const { context } = this;
    const wide = Math.max(2, Math.min(view.scale * GAP, 5));
    const least = Math.max(view.scale, 12);
    const [x, y] = view.toScreen(product.column + 0.5, product.row + 0.5);
    context.lineWidth = wide;
    context.strokeStyle = this.accent;
    context.strokeRect(x - least / 2 + wide / 2, y - least / 2 + wide / 2, least - wide, least - wide);
  }
}

// Where one looks at the map from: x and y are the cell in the middle, scale is pixels a cell.

const LARGEST = 180;
// Kept free around the whole; map.css keeps the same around the still picture.
const MARGIN = 16;
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class View {
  constructor(columns, rows) {
    Object.assign(this, { columns, rows, x: columns / 2, y: rows / 2, scale: 1, width: 1, height: 1 });
    this.flight = null;
  }

  get target() {
    return this.flight ? this.flight.to : { x: this.x, y: this.y, scale: this.scale };
  }

  get smallest() {
    const [wide, high] = [this.width - 2 * MARGIN, this.height - 2 * MARGIN];
    return Math.max(Math.min(wide / this.columns, high / this.rows, LARGEST), 0.1);
  }

  resize(width, height) {
    const showsAll = Math.abs(this.scale - this.smallest) < 1e-6;
    Object.assign(this, { width, height });
    if (showsAll) this.set(this.all());
    else this.set(this);
  }

  all() {
    return { x: this.columns / 2, y: this.rows / 2, scale: this.smallest };
  }

  // The same place, no nearer or farther than there is something to see.
  held({ x, y, scale }) {
    const near = Math.min(Math.max(scale, this.smallest), LARGEST);
    const hold = (at, cells, pixels) => {
      const half = Math.min(pixels / near / 2, cells / 2);
      return Math.min(Math.max(at, half - 1), cells - half + 1);
    };
    return {
      x: hold(x, this.columns, this.width),
      y: hold(y, this.rows, this.height),
      scale: near,
    };
  }

  set(place) {
    this.flight = null;
    Object.assign(this, this.held(place));
  }

  // Goes there in a moment; at once where motion is not wanted.
  fly(place, milliseconds = 220) {
    const to = this.held(place);
    if (still.matches) return this.set(to);
    const from = { x: this.x, y: this.y, scale: this.scale };
    this.flight = { from, to, began: performance.now(), milliseconds };
  }

  // One step of a flight; whether there was one. The way is straight, the zoom even, and a point
  // that lies at the same pixel before and after stays there in between.
  step(now) {
    if (!this.flight) return false;
    const { from, to, began, milliseconds } = this.flight;
    const time = Math.min(Math.max((now - began) / milliseconds, 0), 1);
    const part = 1 - (1 - time) ** 3;
    const scale = from.scale * (to.scale / from.scale) ** part;
    const inverse = 1 / from.scale - 1 / to.scale;
    const along = Math.abs(inverse) < 1e-9 ? part : (1 / from.scale - 1 / scale) / inverse;
    this.x = from.x + (to.x - from.x) * along;
    this.y = from.y + (to.y - from.y) * along;
    this.scale = scale;
    if (time === 1) this.flight = null;
    return true;
  }

  // The place whose zoom is `factor` times as large, with what lies at the pixel (px, py) kept there.
  zoomed(factor, px = this.width / 2, py = this.height / 2) {
    const { x, y, scale } = this.target;
    const { scale: next } = this.held({ x, y, scale: scale * factor });
    const [dx, dy] = [px - this.width / 2, py - this.height / 2];
    return { x: x + dx / scale - dx / next, y: y + dy / scale - dy / next, scale: next };
  }

  moved(dx, dy) {
    const { x, y, scale } = this.target;
    return { x: x + dx / scale, y: y + dy / scale, scale };
  }

  // The place from which all of these [column, row] are seen.
  around(places, nearest) {
    const columns = places.map(([column]) => column);
    const rows = places.map(([, row]) => row);
    const ends = (values) => [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b)) + 1];
    const [left, right] = ends(columns);
    const [top, bottom] = ends(rows);
    const fits = Math.min(this.width / (right - left), this.height / (bottom - top)) * 0.85;
    return { x: (left + right) / 2, y: (top + bottom) / 2, scale: Math.min(fits, nearest) };
  }

  // The place from which a region of so many products is seen about its middle.
  over({ column, row, count }) {
    const across = Math.sqrt(2 * count) + 2; // there are about two cells a product
    return { x: column + 0.5, y: row + 0.5, scale: Math.min(this.width, this.height) / across };
  }

  // A cell's corner on the screen, and a point of the screen in cells.
  toScreen(column, row) {
    return [(column - this.x) * this.scale + this.width / 2, (row - this.y) * this.scale + this.height / 2];
  }

  toMap(px, py) {
    return [(px - this.width / 2) / this.scale + this.x, (py - this.height / 2) / this.scale + this.y];
  }

  // The cells in sight: [first column, first row, last column, last row].
  cells() {
    const [left, top] = this.toMap(0, 0);
    const [right, bottom] = this.toMap(this.width, this.height);
    return [
      Math.max(Math.floor(left), 0),
      Math.max(Math.floor(top), 0),
      Math.min(Math.ceil(right), this.columns) - 1,
      Math.min(Math.ceil(bottom), this.rows) - 1,
    ];
  }
}

// The products of the map: where each lies, and which of them are looked for.

const folded = (text) => text.normalize("NFKC").toLowerCase().normalize("NFKC");

export class Products {
  constructor(told, productAddress, place) {
    this.columns = told.columns;
    this.rows = told.rows;
    this.gone = told.gone;
    this.categories = told.categories;
    this.regions = told.regions.map(([name, column, row, count]) => ({ name, column, row, count }));
    this.all = told.products.map(([cell, id, title, category, thumbnail, side]) => ({
      id,
      category,
      thumbnail,
      side,
      title: title || id,
      column: cell % told.columns,
      row: Math.floor(cell / told.columns),
      address: productAddress.replace(place, encodeURIComponent(id).replaceAll("%2F", "/")),
      searched: folded(`${title}\n${id}\n${told.categories[category]}`),
    }));
    this.byCell = new Map(told.products.map(([cell], number) => [cell, this.all[number]]));
  }

  at(column, row) {
    const inside = column >= 0 && row >= 0 && column < this.columns && row < this.rows;
    return (inside && this.byCell.get(row * this.columns + column)) || null;
  }

  // Those that hold all the words and are of the category; null where all of them are meant.
  matching(words, category) {
    const wanted = folded(words).split(/\s+/).filter(Boolean);
    const number = this.categories.indexOf(category);
    if (!wanted.length && !category) return null;
    return this.all.filter(
      (product) =>
        (!category || product.category === number) &&
        wanted.every((word) => product.searched.includes(word)),
    );
  }

  // The `count` products nearest to a point, nearest first.
  nearest(x, y, count, among = this.all) {
    const way = (product) => (product.column + 0.5 - x) ** 2 + (product.row + 0.5 - y) ** 2;
    const ways = new Map(among.map((product) => [product, way(product)]));
    return [...among].sort((a, b) => ways.get(a) - ways.get(b)).slice(0, count);
  }
}

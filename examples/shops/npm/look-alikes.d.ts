export interface LookAlikesProperties {
  /** The product's own id; without one nothing is shown. */
  item: string;
  /** The Lookalike site, such as https://lookalike.example. */
  server: string;
  /** A key for pages, where the site asks for keys. */
  key?: string;
  layout?: "row" | "grid" | "carousel" | "compact";
  label?: string;
  soldOut?: string;
  /** Another link, as in /shop/{item_id}. */
  link?: string;
  /** Milliseconds, after which nothing is shown. */
  timeout?: number;
  k?: number;
  metric?: "cosine" | "euclidean" | "manhattan";
  q?: string;
  category?: string;
  shop?: string;
  priceFrom?: number;
  priceTo?: number;
  inStock?: boolean;
  inColour?: string;
  crop?: string;
  /** Words for looks, such as "striped navy". */
  looks?: string;
  cheaper?: boolean;
  weighCategory?: number;
  weighPrice?: number;
  weighBrand?: number;
  weighNew?: number;
  weighStock?: number;
  diversity?: number;
  colour?: number;
  minScore?: number;
}

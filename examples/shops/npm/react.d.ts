import type { CSSProperties, ReactElement } from "react";
import type { LookAlikesProperties } from "look-alikes";

/** In React `key` is React's own: a key for pages is `pageKey`. */
export interface Properties extends Omit<LookAlikesProperties, "key"> {
  pageKey?: string;
  className?: string;
  style?: CSSProperties;
}
export declare const LookAlikes: (properties: Properties) => ReactElement;

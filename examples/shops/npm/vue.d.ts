import type { DefineComponent } from "vue";
import type { LookAlikesProperties } from "look-alikes";

/** In Vue `key` is Vue's own: a key for pages is `page-key`. */
export declare const LookAlikes: DefineComponent<
  Omit<LookAlikesProperties, "key"> & { pageKey?: string }
>;

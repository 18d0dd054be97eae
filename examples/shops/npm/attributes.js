// `key` belongs to React and Vue: a key for pages is `pageKey`.
// {item: "7", inStock: true, k: 5} -> {"data-item": "7", "data-in-stock": "on", "data-k": "5"}
export const attributes = (properties) => Object.fromEntries(
  Object.entries(properties)
    .filter(([, value]) => value !== undefined && value !== null && value !== false)
    .map(([name, value]) => [
      "data-" + (name === "pageKey" ? "key" : name).replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase()),
      value === true ? "on" : String(value),
    ]));

// A server has no elements to define.
export const define = () => typeof HTMLElement === "undefined" ? null : import("./look-alikes.js");

import { defineComponent, h, onMounted } from "vue";
import { attributes, define } from "./attributes.js";

export const LookAlikes = defineComponent({
  name: "LookAlikes",
  inheritAttrs: false,
  setup: (_properties, { attrs }) => {
    onMounted(define);
    return () => {
      const { class: className, style, ...given } = attrs;
      const named = Object.entries(given).map(([name, value]) =>
        [name.replace(/-(.)/g, (_, letter) => letter.toUpperCase()), value === "" ? true : value]);
      return h("look-alikes", { class: className, style, ...attributes(Object.fromEntries(named)) });
    };
  },
});

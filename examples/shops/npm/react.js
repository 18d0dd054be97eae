import { createElement, useEffect } from "react";
import { attributes, define } from "./attributes.js";

export const LookAlikes = ({ className, style, ...properties }) => {
  useEffect(() => { define(); }, []);
  return createElement("look-alikes", { class: className, style, ...attributes(properties) });
};

// Copies the site's widget beside this file, where the folder stands in a checkout of Lookalike.
import { copyFileSync, existsSync } from "node:fs";

const widget = new URL("../../../static/js/widget.js", import.meta.url);
if (existsSync(widget)) copyFileSync(widget, new URL("look-alikes.js", import.meta.url));

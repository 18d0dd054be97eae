/* A picture of one's own: dropped, pasted, chosen or photographed; shown at once, with a frame around
   the part that counts. The form works without this; here it is sent by itself, and its answer comes
   into the page. A canvas shows the picture, for the policy of the page allows no blob: addresses. */

import {tell} from "./failures.js";
import {handed} from "./hand_over.js";
import {draw, isText, pasted, smaller} from "./shrinking.js";

const form = document.querySelector("#own");
const byUrl = document.querySelector(".by-url");
const stage = form.querySelector(".stage");
const canvas = stage.querySelector("canvas");
const frame = stage.querySelector(".frame");
const help = form.querySelector(".stage-help");
const [chosen, photographed] = form.querySelectorAll("[type=file]");
// Larger files are made smaller before they are sent.
const LARGE_BYTES = 2_000_000;
const SHOWN_PIXELS = 800;
const LEAST_SHARE = 0.08, STEP = 0.02;
const WHOLE = [0, 0, 1, 1];
let part = WHOLE;
let isNew = false;
let taken = 0;

/* The picture ------------------------------------------------------------------------------ */

/* What was chosen last counts, whichever is ready first. */
async function take(file) {
  const number = ++taken;
  const picture = await createImageBitmap(file).catch(() => null);
  if (number !== taken) return;
  if (picture === null) say(form.dataset.unseen);
  else show(picture);
  const sent = picture !== null && file.size > LARGE_BYTES ? await smaller(picture) : file;
  if (number !== taken) return;
  put(new File([sent], file.name, {type: sent.type}));
  set(WHOLE);
  form.elements.k.value = form.elements.k.defaultValue;
  isNew = true;
  send();
}

function show(picture) {
  draw(canvas, picture, SHOWN_PIXELS / Math.max(picture.width, picture.height));
  stage.hidden = help.hidden = false;
}

function put(file) {
  const files = new DataTransfer();
  files.items.add(file);
  chosen.files = files.files;
  photographed.value = "";
}

function send() {
  const url = byUrl?.elements.url.value;
  if (chosen.files.length) form.requestSubmit();
  else if (url) location.search = new URLSearchParams([...asked(), ["url", url]]);
  else tell(form.dataset.unchosen);
}

function asked() {
  return [...new FormData(form)].filter(([, value]) => typeof value === "string" && value !== "");
}

function say(sentence) {
  stage.hidden = help.hidden = true;
  const words = document.createElement("p");
  words.className = "refused";
  words.setAttribute("role", "alert");
  words.textContent = sentence;
  document.querySelector("#found").replaceChildren(words);
}

for (const input of [chosen, photographed]) {
  input.addEventListener("change", () => input.files.length && take(input.files[0]));
}
addEventListener("paste", (event) => {
  if (isText(event.target)) return;
  const file = pasted(event);
  if (file) take(file);
  else tell(form.dataset.without);
});
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  addEventListener(name, (event) => {
    if (!event.dataTransfer || isText(event.target)) return;
    event.preventDefault();
    form.classList.toggle("above", name === "dragenter" || name === "dragover");
    if (name !== "drop") return;
    if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
    else tell(form.dataset.without);
  });
}

/* The frame: left, top, right, bottom as shares of the picture -------------------------------- */

function set(shares) {
  part = shares;
  const [left, top, right, bottom] = part.map((share) => `${100 * share}%`);
  Object.assign(frame.style, {left, top, right: `calc(100% - ${right})`, bottom: `calc(100% - ${bottom})`});
  const whole = part.every((share, place) => share === WHOLE[place]);
  form.elements.crop.value = whole ? "" : part.map((share) => share.toFixed(3)).join(",");
}

const within = (value, low, high) => Math.min(Math.max(value, low), high);

function moved([left, top, right, bottom], x, y) {
  const dx = within(x, -left, 1 - right), dy = within(y, -top, 1 - bottom);
  return [left + dx, top + dy, right + dx, bottom + dy];
}

function pulled([left, top, right, bottom], edges, x, y) {
  if (edges.includes("l")) left = within(left + x, 0, right - LEAST_SHARE);
  if (edges.includes("r")) right = within(right + x, left + LEAST_SHARE, 1);
  if (edges.includes("t")) top = within(top + y, 0, bottom - LEAST_SHARE);
  if (edges.includes("b")) bottom = within(bottom + y, top + LEAST_SHARE, 1);
  return [left, top, right, bottom];
}

frame.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  frame.focus({preventScroll: true});
  frame.setPointerCapture(event.pointerId);
  const {width, height} = canvas.getBoundingClientRect();
  const edges = event.target.dataset.edge, from = part;
  const follow = ({clientX, clientY}) => {
    const x = (clientX - event.clientX) / width, y = (clientY - event.clientY) / height;
    set(edges ? pulled(from, edges, x, y) : moved(from, x, y));
  };
  frame.addEventListener("pointermove", follow);
  const done = () => {
    for (const name of ["pointerup", "pointercancel"]) frame.removeEventListener(name, done);
    frame.removeEventListener("pointermove", follow);
    if (part.some((share, place) => share !== from[place])) send();
  };
  for (const name of ["pointerup", "pointercancel"]) frame.addEventListener(name, done);
});

const ARROWS = {ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP]};
let typing;
frame.addEventListener("keydown", (event) => {
  const by = ARROWS[event.key];
  if (!by) return;
  event.preventDefault();
  set(event.shiftKey ? pulled(part, "rb", ...by) : moved(part, ...by));
  clearTimeout(typing);
  typing = setTimeout(send, 500);
});

/* The rest ------------------------------------------------------------------------------------ */

form.addEventListener("change", (event) => {
  if (event.target.type !== "file" && event.target.name) send();
});
form.querySelector("[data-whole]").addEventListener("click", () => {
  set(WHOLE);
  send();
});
document.addEventListener("click", (event) => {
  const more = event.target.closest?.("[data-k]");
  if (!more) return;
  form.elements.k.value = more.dataset.k;
  send();
});
// An example is taken as if it were one's own; where its picture does not come, its link is followed.
document.addEventListener("click", async (event) => {
  const example = event.target.closest?.("[data-example]");
  if (!example || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const number = ++taken;
  const picture = await fetch(example.dataset.example).then((came) => came.ok && came.blob()).catch(() => null);
  if (number !== taken) return;
  if (picture) take(new File([picture], "example.jpg", {type: picture.type}));
  else location.assign(example.href);
});
// The answer to a new picture stands beside it or below it, and a high picture leaves no room for it.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.requestConfig?.elt !== form || !isNew) return;
  isNew = false;
  const answer = document.querySelector("#found");
  const first = answer.querySelector(".tile") ?? answer;
  if (first.getBoundingClientRect().top > 0.9 * innerHeight) answer.scrollIntoView();
});

const arrived = handed();
if (arrived) take(arrived);

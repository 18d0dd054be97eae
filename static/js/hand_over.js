/* A picture that is chosen, dropped or pasted on the first page is handed to the page that compares it,
   within this tab: there it stands with its frame. What a browser cannot show is sent by the form. */

import {tell} from "./failures.js";
import {isText, pasted, smaller} from "./shrinking.js";

const KEY = "picture";
const form = () => document.querySelector("form.handed");

async function hand(file) {
  const {action} = form();
  try {
    const picture = await createImageBitmap(file);
    sessionStorage.setItem(KEY, await text(await smaller(picture)));
    location.assign(action);
  } catch {
    const [chosen, photographed] = form().querySelectorAll("[type=file]");
    const files = new DataTransfer();
    files.items.add(file);
    photographed.disabled = true;
    chosen.files = files.files;
    form().submit();
  }
}

const text = (blob) => new Promise((done, fail) => {
  const reader = new FileReader();
  reader.addEventListener("load", () => done(reader.result));
  reader.addEventListener("error", fail);
  reader.readAsDataURL(blob);
});

/* The picture that was handed over, once; null where none was. */
export function handed() {
  const data = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (data === null) return null;
  const bytes = Uint8Array.from(atob(data.slice(data.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
  return new File([bytes], "picture.jpg", {type: "image/jpeg"});
}

document.addEventListener("change", ({target}) => {
  if (target.matches("form.handed [type=file]") && target.files.length) hand(target.files[0]);
});
document.addEventListener("paste", (event) => {
  if (!form() || isText(event.target)) return;
  const file = pasted(event);
  if (file) hand(file);
  else tell(form().dataset.without);
});
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!form() || !event.dataTransfer || isText(event.target)) return;
    event.preventDefault();
    form().classList.toggle("above", name === "dragenter" || name === "dragover");
    if (name !== "drop") return;
    if (event.dataTransfer.files.length) hand(event.dataTransfer.files[0]);
    else tell(form().dataset.without);
  });
}

/* /judge/ by keys: each clicks the button of its name; and what is compared changes at once. A letter by itself can get in the way of those
   who dictate, so the keys can be switched off (WCAG 2.1.4), which this browser remembers. */

const CHOICES = {ArrowLeft: "left", ArrowRight: "right", ArrowDown: "same", s: "same", S: "same"};
const OFF = "judge-keys-off";
const TYPING = "input, select, textarea, [contenteditable]";

const remembered = () => {
  try { return localStorage.getItem(OFF) === "1"; } catch { return false; }
};

const remember = (off) => {
  try { localStorage.setItem(OFF, off ? "1" : "0"); } catch { /* for this page, then */ }
};

const hint = document.querySelector(".judge .keys");
const box = hint?.querySelector("input");
if (hint && box) {
  hint.hidden = false;
  box.checked = !remembered();
  box.addEventListener("change", () => remember(!box.checked));
}

document.addEventListener("keydown", (event) => {
  const choice = CHOICES[event.key];
  if (!choice || !box?.checked || event.repeat || event.defaultPrevented) return;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target !== box && event.target.matches?.(TYPING)) return;
  const button = document.querySelector(`.judging [name="choice"][value="${choice}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

const compared = document.querySelector(".judge .filters");
compared?.addEventListener("change", () => compared.requestSubmit());

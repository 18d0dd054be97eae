// What hands do to the map: drag, wheel, pinch, click, keys.

const STEP = 90;
const A_CLICK = 6;

export function listen(canvas, view, act) {
  const down = new Map();
  let walked = 0;
  let apart = 0;
  let boxed = null; // where a box begins

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const spread = () => {
    const [[ax, ay], [bx, by]] = [...down.values()];
    return { middle: [(ax + bx) / 2, (ay + by) / 2], apart: Math.hypot(ax - bx, ay - by) };
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at(event));
    if (down.size === 1) walked = 0;
    if (down.size === 2) ({ apart } = spread());
    boxed = down.size === 1 && (event.shiftKey || act.selecting) ? at(event) : null;
    act.box(null);
    canvas.classList.add("map-held");
  });

  canvas.addEventListener("pointermove", (event) => {
    const [px, py] = at(event);
    const before = down.get(event.pointerId);
    if (!before) return act.hover(px, py);
    const old = down.size === 2 ? spread() : null;
    down.set(event.pointerId, [px, py]);
    walked += Math.abs(px - before[0]) + Math.abs(py - before[1]);
    if (walked <= A_CLICK) return;
    if (boxed) return act.box(boxed, [px, py]);
    if (down.size === 1) view.set(view.moved(before[0] - px, before[1] - py));
    if (down.size === 2) pinch(old, spread());
    act.changed();
  });

  function pinch(old, now) {
    view.set(view.moved(old.middle[0] - now.middle[0], old.middle[1] - now.middle[1]));
    view.set(view.zoomed(now.apart / (apart || 1), ...now.middle));
    apart = now.apart;
  }

  function lift(event) {
    if (!down.delete(event.pointerId)) return;
    if (!down.size) canvas.classList.remove("map-held");
    if (boxed && !down.size) {
      const from = boxed;
      boxed = null;
      act.box(null);
      if (event.type === "pointerup" && walked > A_CLICK) return act.browse(from, at(event));
    }
    const clicked = event.type === "pointerup" && walked <= A_CLICK && !down.size;
    if (clicked) act.click(...at(event), event);
  }
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("pointerleave", () => act.leave());

  canvas.addEventListener("auxclick", (event) => {
    if (event.button === 1) act.click(...at(event), event);
  });

  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 30 : 1;
      const pinched = event.ctrlKey ? 6 : 1; // a pinch on a touchpad comes as a small wheel
      const turned = Math.max(-300, Math.min(event.deltaY * lines * pinched, 300));
      view.fly(view.zoomed(Math.exp(-turned / 400), ...at(event)), 160);
      act.changed();
    },
    { passive: false },
  );

  const keys = {
    ArrowLeft: () => view.fly(view.moved(-STEP, 0)),
    ArrowRight: () => view.fly(view.moved(STEP, 0)),
    ArrowUp: () => view.fly(view.moved(0, -STEP)),
    ArrowDown: () => view.fly(view.moved(0, STEP)),
    "+": () => view.fly(view.zoomed(1.5)),
    "=": () => view.fly(view.zoomed(1.5)),
    "-": () => view.fly(view.zoomed(1 / 1.5)),
    0: () => view.fly(view.all()),
    Enter: () => act.enter(),
    Escape: () => act.select(false),
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
    act.changed();
  });
}

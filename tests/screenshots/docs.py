"""The pictures of README and docs, and a short recording: pivoting, a picture of one's own, the map."""

import io
from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator
from playwright.sync_api import Page as Tab

from tests.screenshots.pages import LOOKS, hand_over
from tests.screenshots.taking import tab_of

SIZE = (1280, 900)
# The large pictures of the first page.
WALL = ".wall li > a:first-child"
# The recording's frames in pixels; how long a page stands, and a pointer before it clicks.
FRAME, STANDS, POINTS = (800, 562), 1600, 700
QUALITY = 60
# Waits until all pictures in sight have come.
COME = """() => Promise.all([...document.images]
  .filter((one) => !one.complete && one.checkVisibility() && one.getBoundingClientRect().top < innerHeight)
  .map((one) => new Promise((done) => { one.onload = one.onerror = done; })))"""


def take(chromium: Browser, site: str, values: Mapping[str, str], folder: Path) -> None:
    """`similarity-page.png`, `own-picture.png`, `map.png` and `walk.webp` in `folder`."""
    with tab_of(chromium, site, SIZE, "light") as tab:
        tab.goto(f"{site}/")
        tab.locator(WALL).first.click()
        tab.locator(LOOKS).first.wait_for()
        _save(tab, folder / "similarity-page.png")
        tab.goto(f"{site}/picture/")
        hand_over(tab, values)
        _save(tab, folder / "own-picture.png")
        tab.goto(f"{site}/map/")
        _save(tab, folder / "map.png")
        Recording(tab).of_a_walk(site, values).save(folder / "walk.webp")


def _save(tab: Tab, path: Path) -> None:
    tab.wait_for_load_state("networkidle")
    tab.evaluate(COME)
    with Image.open(io.BytesIO(tab.screenshot())) as shown:
        shown.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


class Recording:
    """Frames of a page, and how long each of them stands."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.frames: list[Image.Image] = []
        self.milliseconds: list[int] = []

    def of_a_walk(self, site: str, values: Mapping[str, str]) -> "Recording":
        """From the first page over two products and a picture of one's own to the map."""
        self.tab.goto(f"{site}/")
        self._stand()
        self._click(self.tab.locator(WALL).first)
        for place in (1, 2):
            self._click(self.tab.locator(LOOKS).nth(place))
        self.tab.goto(f"{site}/picture/")
        self._stand()
        hand_over(self.tab, values)
        self._stand()
        self.tab.goto(f"{site}/map/")
        self._stand()
        for _ in range(3):
            self.tab.mouse.move(0.7 * SIZE[0], 0.6 * SIZE[1])
            self.tab.mouse.wheel(0, -300)
            self.tab.wait_for_timeout(400)
            self._stand(POINTS)
        return self

    def save(self, path: Path) -> None:
        """An animated WebP that goes on for ever."""
        first, *others = self.frames
        first.save(
            path, save_all=True, append_images=others, duration=self.milliseconds, loop=0,
            quality=QUALITY, method=6,
        )  # fmt: skip

    def _click(self, link: Locator) -> None:
        link.scroll_into_view_if_needed()
        box = link.bounding_box()
        assert box is not None
        self._stand(POINTS, at=(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
        address = self.tab.url
        link.click()
        self.tab.wait_for_url(lambda url: url != address)
        self.tab.locator(LOOKS).first.wait_for()
        self.tab.mouse.move(0, 0)
        self._stand()

    def _stand(self, milliseconds: int = STANDS, at: tuple[float, float] | None = None) -> None:
        self.tab.wait_for_load_state("networkidle")
        self.tab.evaluate(COME)
        with Image.open(io.BytesIO(self.tab.screenshot())) as shown:
            frame = shown.convert("RGB")
        if at is not None:
            pen = ImageDraw.Draw(frame)
            pen.circle(at, 26, outline="#d0342c", width=6)
        self.frames.append(frame.resize(FRAME, Image.Resampling.LANCZOS))
        self.milliseconds.append(milliseconds)

"""Takes the pictures, and lays them out on a contact sheet."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Page as Tab

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.screenshots.pages import PASSWORD, USER, Page

# Width and height of a first screen, in pixels: a phone, a tablet, a notebook, a desk.
SIZES = ((390, 844), (820, 1180), (1280, 900), (1920, 1080))
SCHEMES = ("light", "dark")
# A page is shown to this many screens' depth.
SCREENS = 2
# On the sheet, in pixels.
CELL, GAP, LETTERS = 240, 12, 18


@contextmanager
def browser() -> Iterator[Browser]:
    """The Chromium that the system has."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def tab_of(
    chromium: Browser, site: str, size: tuple[int, int], scheme: str, *, for_staff: bool = False
) -> Iterator[Tab]:
    """A page of that size, which asks no other host for anything."""
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce", has_touch=size[0] < 1000,
    )  # fmt: skip
    context.route(lambda url: not url.startswith(site), lambda route: route.abort())
    tab = context.new_page()
    try:
        if for_staff:
            _sign_in(tab, site)
        yield tab
    finally:
        context.close()


def take(
    chromium: Browser, site: str, pages: Sequence[Page], values: Mapping[str, str], folder: Path
) -> Iterator[Path]:
    """Every page in every size and scheme, as `<page>-<width>-<scheme>.png` in `folder`."""
    for size in SIZES:
        for scheme in SCHEMES:
            for for_staff in (False, True):
                of_these = [page for page in pages if page.for_staff == for_staff]
                if not of_these:
                    continue
                with tab_of(chromium, site, size, scheme, for_staff=for_staff) as tab:
                    for page in of_these:
                        path = folder / f"{page.name}-{size[0]}-{scheme}.png"
                        _open(tab, site, page, values)
                        _photograph(tab, size, path)
                        yield path


def sheet(pages: Sequence[Page], folder: Path) -> Path:
    """All pictures on one: a row a page, a column a size and scheme; `sheet.webp` in `folder`."""
    columns = [(width, scheme) for width, _ in SIZES for scheme in SCHEMES]
    rows = [[folder / f"{p.name}-{width}-{scheme}.png" for width, scheme in columns] for p in pages]
    shown = [[_cell(path) for path in row] for row in rows]
    heights = [LETTERS + max(cell.height for cell in row) + GAP for row in shown]
    canvas = Image.new("RGB", (len(columns) * (CELL + GAP) + GAP, sum(heights) + GAP), "#777")
    pen, top = ImageDraw.Draw(canvas), GAP
    for page, row, height in zip(pages, shown, heights, strict=True):
        for column, (cell, (width, scheme)) in enumerate(zip(row, columns, strict=True)):
            left = GAP + column * (CELL + GAP)
            pen.text((left, top), f"{page.name} · {width} · {scheme}", fill="#fff")
            canvas.paste(cell, (left, top + LETTERS))
        top += height
    canvas.crop((0, 0, canvas.width, min(canvas.height, 16_383))).save(folder / "sheet.webp")
    return folder / "sheet.webp"


def _sign_in(tab: Tab, site: str) -> None:
    tab.goto(f"{site}/admin/login/")
    tab.fill("[name=username]", USER)
    tab.fill("[name=password]", PASSWORD)
    with tab.expect_navigation():
        tab.click("[type=submit]")


def _open(tab: Tab, site: str, page: Page, values: Mapping[str, str]) -> None:
    tab.goto(site + page.address.format_map(values))
    if page.prepare is not None:
        page.prepare(tab, values)
    tab.wait_for_load_state("networkidle")


def _photograph(tab: Tab, size: tuple[int, int], path: Path) -> None:
    """As deep as the page is, but not deeper than SCREENS."""
    deep = int(tab.evaluate("document.documentElement.scrollHeight"))
    clip = {"x": 0, "y": 0, "width": size[0], "height": min(deep, SCREENS * size[1])}
    tab.screenshot(path=path, full_page=True, clip=clip)  # type: ignore[arg-type]  # a TypedDict


def _cell(path: Path) -> Image.Image:
    with Image.open(path) as whole:
        height = max(1, round(whole.height * CELL / whole.width))
        return whole.convert("RGB").resize((CELL, height), Image.Resampling.LANCZOS)

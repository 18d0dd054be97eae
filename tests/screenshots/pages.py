"""What is photographed: every page, by its address, and what is done on it first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests
from playwright.sync_api import Page as Tab

# The account that the pages for staff are seen with, in a folder that is thrown away.
USER, PASSWORD = "screenshots", "seen-on-loopback-only"

# The tiles of what looks alike.
LOOKS = "ol.looks a.tile"


@dataclass(frozen=True)
class Page:
    """A page: a name, an address with {item}, {other} and {word}, and what is done there."""

    name: str
    address: str
    prepare: Callable[[Tab, Mapping[str, str]], None] | None = None
    for_staff: bool = False


def hand_over(tab: Tab, values: Mapping[str, str]) -> None:
    """Gives the page a picture of one's own, and waits for what looks like it."""
    tab.locator("#own input[type=file]").first.set_input_files(values["picture"])
    tab.locator(LOOKS).first.wait_for()


def _draw(tab: Tab, _values: Mapping[str, str]) -> None:
    tab.locator("canvas").first.wait_for()


PAGES = (
    Page("home", "/"),
    Page("similar", "/products/{item}/"),
    Page("measured", "/products/{item}/?measured=on"),
    Page("filtered", "/products/{item}/?in_stock=on&colour=0.5"),
    Page("browse", "/browse/"),
    Page("found", "/browse/?q={word}"),
    Page("nothing-found", "/browse/?q=nothing-is-called-so"),
    Page("picture", "/picture/"),
    Page("own-picture", "/picture/", hand_over),
    Page("compare", "/compare/{item}/"),
    Page("why", "/why/{item}/?like={other}"),
    Page("shelf", "/shelf/?liked={item}&liked={other}"),
    Page("map", "/map/", _draw),
    Page("status", "/status/"),
    Page("not-there", "/products/is-not-there/"),
    Page("judge", "/judge/", for_staff=True),
    Page("duplicates", "/duplicates/", for_staff=True),
    Page("categories", "/categories/", for_staff=True),
)


def values_of(site: str, folder: Path) -> dict[str, str]:
    """What the addresses speak of: a product, its nearest, a word of a title, a picture's file."""
    with requests.Session() as session:
        session.trust_env = False
        products = session.get(f"{site}/api/v1/products/", timeout=30).json()["products"]
        one = products[len(products) // 2]["item_id"]
        similar = session.get(f"{site}/api/v1/products/{one}/similar/", timeout=30).json()
        picture = folder / "own.jpg"
        picture.write_bytes(session.get(site + products[-1]["picture_url"], timeout=30).content)
    other = similar["neighbours"][0]
    word = (other["title"] or other["item_id"]).split()[-1]
    return {"item": one, "other": other["item_id"], "word": word, "picture": str(picture)}

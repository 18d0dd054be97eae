"""Where the picture of an img, a picture or a noscript really is, lazy loaders or not."""

import re
from collections.abc import Iterator

from bs4 import Tag

from catalog.reading.page import Page

# In this order: what a script would put into `src` first, then `src` itself.
_SOURCES = (
    "data-zoom-image", "data-large_image", "data-large", "data-old-hires", "data-original",
    "data-src", "data-lazy-src", "data-lazy", "data-lazyload", "data-image", "data-img",
    "data-url", "data-original-src", "data-echo", "data-ll-src", "data-defer-src", "src",
)  # fmt: skip
_SETS = ("data-srcset", "data-lazy-srcset", "srcset", "data-original-set")
# Other attributes that a script takes a picture's address from, and those that hold a lesser one.
_LAZY = re.compile(r"data-(?:.*-)?(?:\w*lazy\w*|original|defer|unveil|src|bg|background)(?:-.*)?")
_LESSER = re.compile(r"placeholder|preview|blur|lqip|thumb|tiny|low|small|icon|logo|badge|swatch")
_SECOND = re.compile(r"hover|over$|alt|second|back$|flip|next|swap")
_FILE = re.compile(r"[^\s{}<>\"']+\.(?:jpe?g|png|webp|avif|gif)(?:[?#]\S*)?", re.IGNORECASE)
# What a script or nobody puts a picture into: no address of a file at all.
_NO_FILE = re.compile(r"^\s*(?:data|about|blob|javascript):|^\s*#", re.IGNORECASE)
_BACKGROUND = re.compile(r"background(?:-image)?\s*:[^;]*?url\(\s*[\"']?([^\"')]+)", re.IGNORECASE)
_SMALL = 48


def is_picture(address: str) -> bool:
    """Whether an address can be of a product's picture. What its file is called says nothing."""
    return bool(address.strip()) and not _NO_FILE.search(address)


def picture_of(page: Page, number: int) -> str:
    """The whole address of the picture that tag `number` shows, or nothing."""
    for address in _addresses(page.tags[number]):
        if is_picture(address) and (link := page.link(address)):
            return link
    return ""


def is_stand_in(page: Page, number: int) -> bool:
    """Whether the page itself says that an img's `src` only holds the place of a picture.

    A `picture` around it, or a noscript behind it, has the real one.
    """
    tag = page.tags[number]
    if tag.name != "img" or any(tag.get(name) for name in (*_SOURCES[:-1], *_SETS)):
        return False
    if any(_lazy(tag)):
        return False
    for around in page.ancestors(number)[:2]:
        if page.tags[around].name == "picture":
            return any(picture_of(page, n) for n in page.inside(around, "source"))
    after = tag.find_next_sibling()
    return after is not None and after.name == "noscript" and after.find("img") is not None


def source_of(page: Page, number: int) -> str:
    """The picture of a `source` beside an img, or nothing."""
    for around in page.ancestors(number)[:2]:
        if page.tags[around].name == "picture":
            found = (picture_of(page, n) for n in page.inside(around, "source"))
            return next(filter(None, found), "")
    return ""


def pictures_within(page: Page, number: int) -> list[str]:
    """The pictures in a part of the page, each once, in order; small ones and icons left out."""
    numbers = sorted(
        [number, *page.inside(number, "img"), *page.inside(number, "source")]
        if page.tags[number].name == "img"
        else [*page.inside(number, "img"), *page.inside(number, "source")]
    )
    shown = [n for n in numbers if not is_small(page.tags[n])]
    # What only holds a place comes last, for want of anything better.
    shown.sort(key=lambda n: is_stand_in(page, n))
    found = [picture_of(page, n) for n in shown]
    # For want of what is seen, should all products of the list have that.
    found += [page.link(address) for n in shown for address in _named_by_data(page.tags[n])]
    if not any(found):
        found = [_background(page, n) for n in range(number, page.ends[number] + 1)]
    return list(dict.fromkeys(link for link in found if link))


def is_small(tag: Tag) -> bool:
    """Whether the page says that a picture is no larger than an icon."""
    for name in ("width", "height"):
        digits = re.match(r"\s*(\d{1,5})(?:px)?\s*$", str(tag.get(name, "")))
        if digits and int(digits[1]) < _SMALL:
            return True
    return False


def largest_of(srcset: str) -> str:
    """The address in a srcset that promises the most pixels."""
    best, most = "", -1.0
    for part in re.split(r",\s+|,(?=https?:|/)", srcset[:20_000]):
        address, *size = part.strip(", \t\r\n\f").split(maxsplit=1) or [""]
        digits = re.match(r"(\d{1,10}(?:\.\d{0,9})?|\.\d{1,9})[wx]", size[0]) if size else None
        pixels = float(digits[1]) if digits else 0.0
        if address and pixels > most:
            best, most = address, pixels
    return best


def _named_by_data(tag: Tag) -> Iterator[str]:
    """The addresses of files in data-… attributes, whatever these are called."""
    yield from (value for name, value in _files(tag) if not _LESSER.search(name))


def _lazy(tag: Tag) -> Iterator[str]:
    """Those in attributes that lazy loaders have."""
    for name, value in _files(tag):
        if _LAZY.fullmatch(name) and not _LESSER.search(name) and not _SECOND.search(name):
            yield value


def _files(tag: Tag) -> Iterator[tuple[str, str]]:
    for name, value in tag.attrs.items():
        is_short = len(name) < 60 and len(str(value)) < 2000
        if is_short and name.startswith("data-") and _FILE.fullmatch(str(value)):
            yield name, str(value)


def _addresses(tag: Tag) -> Iterator[str]:
    for name in _SOURCES:
        if name == "src":
            yield from _lazy(tag)
        if (value := tag.get(name)) and not (name == "src" and is_small(tag)):
            # A template ("…_{width}x.jpg") that a script fills in.
            yield re.sub(r"\{width\}|%7bwidth%7d", "600", str(value), flags=re.IGNORECASE)
        if name == "data-lazyload":
            yield from (largest_of(str(tag[key])) for key in _SETS if tag.get(key))


def _background(page: Page, number: int) -> str:
    tag = page.tags[number]
    style = _BACKGROUND.search(str(tag.get("style", "")))
    background = str(tag.get("data-bg", "") or tag.get("data-background", ""))
    address = style[1] if style else background or next(_lazy(tag), "")
    return page.link(address) if is_picture(address) else ""

"""The site's own addresses as files: a page of the server becomes one that opens from a disk.

Nothing is known here of how a page looks: addresses are rewritten by what they lead to. What needs
a server (forms, scripts, a random product) is taken out.
"""

import posixpath
from collections.abc import Callable
from urllib.parse import parse_qs, quote, unquote, urlsplit

from django.contrib.staticfiles import finders
from django.urls import Resolver404, resolve, reverse
from lxml import html

from catalog.pictures import file_name

NEEDS_A_SERVER = "//form | //script | //noscript | //*[@data-needs-server]"
# Tells that a file is wanted: a picture, or a static one.
Wanted = Callable[[str], None]


def product_page(item_id: str) -> str:
    return f"products/{file_name(item_id).removesuffix('.jpg')}.html"


def product_data(item_id: str) -> str:
    return f"products/{file_name(item_id).removesuffix('.jpg')}.json"


def browse_page(number: int) -> str:
    return "index.html" if number == 1 else f"browse/{number}.html"


def file_behind(address: str) -> str | None:
    """The file that an address of the site becomes; None where there is none."""
    parts = urlsplit(address)
    path = unquote(parts.path)
    if path.startswith(static := _static_prefix()):
        name = path.removeprefix(static)
        return f"static/{name}" if finders.find(name) else None
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if match.url_name == "product":
        asked = set(parse_qs(parts.query)) - {"trail"}
        return None if asked else product_page(match.kwargs["item_id"])
    if match.url_name == "media":
        return f"media/{match.kwargs['kind']}/{match.kwargs['name']}"
    if match.url_name == "home":
        return browse_page(1)
    if match.url_name == "browse":
        given = {name: value[0] for name, value in parse_qs(parts.query).items()}
        if set(given) <= {"page"}:
            return browse_page(int(given.get("page", "1")))
    return None


def _static_prefix() -> str:
    return reverse("home").rstrip("/") + "/static/"


def rewritten(page: bytes, here: str, wanted: Wanted) -> bytes:
    """A page as it stands in the file `here`; `wanted` is told each file that it shows."""
    tree = html.document_fromstring(page)
    for element in tree.xpath(NEEDS_A_SERVER):
        element.drop_tree()
    for element in tree.iter(html.etree.Element):
        for name in [name for name in element.attrib if name.startswith("hx-")]:
            del element.attrib[name]
        for name in ("src", "poster"):
            if name in element.attrib:
                element.set(name, _shown(element.get(name), here, wanted))
        if "srcset" in element.attrib:
            element.set("srcset", _set(element.get("srcset"), here, wanted))
    _rewrite_links(tree, here, wanted)
    return b"<!doctype html>\n" + html.tostring(tree, encoding="utf-8")


def _rewrite_links(tree: html.HtmlElement, here: str, wanted: Wanted) -> None:
    for element in tree.xpath("//*[@href]"):
        address = element.get("href")
        if element.tag == "link":
            if shown := _shown(address, here, wanted):
                element.set("href", shown)
            else:
                element.drop_tree()
        elif urlsplit(address).scheme in ("http", "https") or address.startswith("#"):
            continue
        elif file := file_behind(address):
            element.set("href", relative(file, here))
        elif element.getparent() is not None and element.xpath("ancestor::nav"):
            element.drop_tree()
        else:
            del element.attrib["href"]
    for element in tree.xpath("//meta[starts-with(@property, 'og:') or @name='htmx-config']"):
        element.drop_tree()


def _shown(address: str, here: str, wanted: Wanted) -> str:
    """The relative address of a picture or a static file, which is then wanted."""
    file = file_behind(address)
    if file is None or not file.startswith(("media/", "static/")):
        return ""
    wanted(file)
    return relative(file, here)


def _set(text: str, here: str, wanted: Wanted) -> str:
    sources = [source.strip().split(" ", 1) for source in text.split(",") if source.strip()]
    return ", ".join(" ".join([_shown(address, here, wanted), *size]) for address, *size in sources)


def relative(file: str, here: str) -> str:
    """The address of a file as a page in the file `here` names it."""
    return quote(posixpath.relpath(file, posixpath.dirname(here) or "."))

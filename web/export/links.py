"""The site's own addresses as files: a page of the server becomes one that opens from a disk.

Nothing is known here of how a page looks: addresses are rewritten by what they lead to. What needs
a server (forms, scripts, a random product) is taken out, and so is whatever leads to no file.
"""

import posixpath
from collections.abc import Callable
from urllib.parse import parse_qs, quote, unquote, urljoin, urlsplit

from django.templatetags.static import static
from lxml import html

from web.export.asking import HOST, behind
from web.export.names import Names, browse_page

NEEDS_A_SERVER = (
    "//form | //script | //noscript | //button | //input | //select | //textarea | //iframe"
    " | //object | //embed | //template | //*[@data-needs-server] | //meta[@name='htmx-config']"
)
# What a page shows of the files that its head names; others (a feed, a search) are left out.
SHOWN = {"stylesheet", "icon", "apple-touch-icon", "mask-icon"}
# The one link to the start: an export starts with its grid.
START = "wordmark"
# Attributes that hold an address, beside href, src and srcset; of data-… any may.
_ADDRESSES = {"action", "background", "cite", "data", "formaction", "ping", "poster"}
# Tells that a file is wanted, and the address that it has on the server; whether it can be had.
Wanted = Callable[[str, str], bool]
_BASES = (f"http://{HOST}", f"https://{HOST}")


class Links:
    """The files behind addresses; `url` is where the export will lie, if that is known."""

    def __init__(self, names: Names, url: str = "") -> None:
        self.names = names
        self.url = f"{url.rstrip('/')}/" if url else ""

    def page(self, address: str) -> str | None:
        """The page that an address of the site becomes; None where there is none."""
        match, query = behind(address), parse_qs(urlsplit(address).query)
        if match is None:
            return None
        if match.url_name == "product" and not set(query) - {"trail"}:
            return self.names.page(match.kwargs["item_id"])
        if match.url_name == "browse" and set(query) <= {"page"}:
            number = query.get("page", ["1"])[0]
            return browse_page(int(number)) if number.isdecimal() else None
        return None

    def file_of(self, address: str) -> str | None:
        """The file that a picture or a style becomes; None where there is none."""
        path = unquote(urlsplit(address).path)
        if path.startswith(prefix := static("")):
            return f"static/{path.removeprefix(prefix)}"
        match = behind(address)
        if match is None:
            return None
        if match.url_name == "media":
            return self.names.picture(match.kwargs["kind"], match.kwargs["name"])
        return f"site{posixpath.normpath(path)}"

    def whole(self, file: str) -> str:
        """The full address of a file; "" where it is not known where the export will lie."""
        return self.url + quote(file) if self.url else ""

    def rewritten(self, page: bytes, address: str, here: str, wanted: Wanted) -> bytes:
        """The page at an address as it stands in the file `here`; `wanted` is told each file that
        it shows."""
        return _Page(self, address, here, wanted).rewritten(page)


class _Page:
    """One page while it is rewritten."""

    def __init__(self, links: Links, address: str, here: str, wanted: Wanted) -> None:
        self.links, self.address, self.here, self.wanted = links, address, here, wanted

    def rewritten(self, page: bytes) -> bytes:
        tree = html.document_fromstring(page, html.HTMLParser(encoding="utf-8"))
        for element in tree.xpath(NEEDS_A_SERVER):
            element.drop_tree()
        for element in tree.xpath("/html/head/link | /html/head/meta[@content]"):
            self._say_in_the_head(element)
        for element in tree.xpath("//*[@href][not(self::link)]"):
            self._lead(element)
        for element in tree.xpath("//*[@src or @srcset]"):
            self._show(element)
        for element in tree.iter(html.etree.Element):
            _take_off(element)
        for empty in tree.xpath("//p[not(*)][not(normalize-space())]"):
            empty.drop_tree()
        return b"<!doctype html>\n" + bytes(html.tostring(tree, encoding="utf-8"))

    def _say_in_the_head(self, element: html.HtmlElement) -> None:
        """A style or an icon beside the page; the page's own address, if that is known."""
        if element.tag == "link":
            name, rel = "href", set(element.get("rel", "").split())
            own = self._own(element.get("href", ""))
            if rel & SHOWN:
                new = element.get("href") if own is None else self._file(own)
            else:
                new = self._absolute(own) if own and rel == {"canonical"} else ""
        elif (value := element.get("content")).startswith(_BASES):
            name, new = "content", self._absolute(_less_host(value))
        else:
            return
        if new:
            element.set(name, new)
        else:
            element.drop_tree()

    def _absolute(self, address: str) -> str:
        """Where a page or a picture of the export will lie; "" where that is not known."""
        file = self.links.page(address)
        if (
            file is None
            and (file := self.links.file_of(address))
            and not self.wanted(file, address)
        ):
            file = None
        return self.links.whole(file) if file else ""

    def _lead(self, element: html.HtmlElement) -> None:
        """A link to a file; or none, where it leads to what needs a server."""
        address = self._own(element.get("href"))
        if address is None:
            return
        match = behind(address)
        name = match.url_name if match else ""
        file = self.links.page(address)
        if name == "home" and START in element.get("class", "").split():
            file = browse_page(1)
        if file:
            mark = urlsplit(address).fragment
            element.set("href", relative(file, self.here) + (f"#{mark}" if mark else ""))
        elif self._says_something(name, address) and not element.xpath("ancestor::nav"):
            del element.attrib["href"]
        else:
            element.drop_tree()

    def _says_something(self, name: str | None, address: str) -> bool:
        """Whether a link's words tell something where it leads nowhere: a product's category, and
        what the page itself may be asked to show first."""
        parts = urlsplit(address)
        if name == "browse":
            return set(parse_qs(parts.query)) == {"category"}
        return name == "product" and parts.path == urlsplit(self.address).path

    def _show(self, element: html.HtmlElement) -> None:
        """A picture beside the page; none, where it cannot be had."""
        if "src" in element.attrib:
            if source := self._source(element.get("src")):
                element.set("src", source)
            else:
                element.drop_tree()
                return
        if "srcset" in element.attrib:
            element.set("srcset", self._sources(element.get("srcset")))

    def _source(self, address: str) -> str:
        own = self._own(address)
        return address if own is None else self._file(own)

    def _sources(self, text: str) -> str:
        sources = [source.strip().split(" ", 1) for source in text.split(",") if source.strip()]
        return ", ".join(" ".join([self._source(address), *size]) for address, *size in sources)

    def _file(self, address: str) -> str:
        """The relative address of a picture or a style; "" where it cannot be had."""
        file = self.links.file_of(address)
        return relative(file, self.here) if file and self.wanted(file, address) else ""

    def _own(self, address: str) -> str | None:
        """An address of the site, from its root; None for any other, and for a place on the
        page."""
        if address.startswith("#"):
            return None
        whole = urljoin(f"http://{HOST}{self.address}", address)
        return _less_host(whole) if whole.startswith(_BASES) else None


def _less_host(address: str) -> str:
    for base in _BASES:
        address = address.removeprefix(base)
    return address


def _take_off(element: html.HtmlElement) -> None:
    """Takes off what only a script or a server understands, and what waits for a button."""
    element.attrib.pop("popover", None)
    for name, value in list(element.attrib.items()):
        may_lead = name in _ADDRESSES or name.startswith("data-")
        if name.startswith(("hx-", "on")) or (may_lead and value.startswith(("/", *_BASES))):
            del element.attrib[name]


def relative(file: str, here: str) -> str:
    """The address of a file as a page in the file `here` names it."""
    return quote(posixpath.relpath(file, posixpath.dirname(here) or "."))

"""The pages that follow a list: rel=next, "next" and page links, "load more" buttons."""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import unquote, urldefrag, urlencode, urlsplit

from catalog.hosts import same_site
from catalog.reading.page import Page, words_of
from catalog.reading.prices import names_of
from catalog.reading.words import LOAD_MORE, LOAD_PRODUCTS, NEXT

_NEXT_CLASS = re.compile(r"(?:^|[\s_-])(?:next|pag\w*next|next\w*page)(?:$|[\s_-])")
_PAGING_CLASS = re.compile(
    r"pag(?:e|er|ing|ination|inator|inas?)?(?:$|[\s_-])|pagin|seiten|toolbar|nav-?links"
)
_NUMBER = re.compile(
    r"(?:(?<=[?&])(?:page|p|pg|pagen_\d|pagenr|sayfa|strana|stranka|side|sida|sivu|oldal|"
    r"stranica|from|skip|product-page|shop-page|list-page|seite_?nr|pages|paging|page_index|"
    r"paged|pagenumber|page_?no|pageno|page_?num|pagina|pag|seite|offset|"
    r"start|catlistingoffset|currentpage|pn|pageindex)=|/page[/=-]|/pagina[/-]|/seite[/-]|/p)"
    r"(\d{1,6})(?=$|[/&?.])",
    re.IGNORECASE,
)  # fmt: skip
# These count products, not pages.
_OFFSET = re.compile(r"(?:from|skip|offset|start|catlistingoffset)=", re.IGNORECASE)
# How many products a page shows, and their order, are no other page.
_SIZE = re.compile(
    r"[?&](?:count|limit|per_?page|page_?size|show|size|items|ipp|sort\w*|order\w*|dir|mode|view)=",
    re.I,
)
_MORE_ATTRIBUTES = (
    "data-next-url", "data-next-page-url", "data-next-page", "data-next", "data-load-more-url",
    "data-url", "data-href", "data-more-url", "data-endpoint", "data-ajax-url", "data-load-url",
    "data-link", "hx-get", "data-hx-get", "formaction", "data-action", "data-ajax",
    "data-load-more", "data-src", "data-source", "data-path", "data-target-url",
)  # fmt: skip


_MORE_CLASS = re.compile(r"load-?more|show-?more|infinite")


@dataclass(frozen=True)
class NextPage:
    """A page that follows, and its number where its address or its link tells it.

    `loads`: a button that loads more named it, so that it may be a part of a page.
    """

    url: str
    number: int | None = None
    loads: bool = field(default=False, compare=False)


def following(page: Page) -> list[NextPage]:
    """The pages that a list's page leads to, the next one first; on the page's own site only."""
    loaded = _load_more(page)
    found = [*_by_relation(page), *_by_words(page), *_by_number(page), *loaded]
    once = {one.url: one for one in reversed(found)}
    return [
        replace(one, loads=one in loaded)
        for one in dict.fromkeys(found)
        if once.get(one.url) == one
    ]


def numbered(url: str, number: int) -> str:
    """The same address with another page's number; nothing, where it has none."""
    found = _NUMBER.search(url)
    return f"{url[: found.start(1)]}{number}{url[found.end(1) :]}" if found else ""


def after(url: str, products: int) -> str:
    """The address of the page after one that showed so many products; nothing without a number."""
    found = _NUMBER.search(url)
    if not found:
        return ""
    step = max(products, 1) if _OFFSET.match(found[0]) else 1
    return numbered(url, int(found[1]) + step)


def page_number(url: str) -> int | None:
    """The number of the page in an address, if it has one; never more than six digits."""
    found = _NUMBER.search(url)
    return int(found[1]) if found else None


def _target(page: Page, number: int) -> str:
    """The whole address of a link to another page of the site, or nothing."""
    href = str(page.tags[number].get("href", "")).strip()
    return _usable(page, href)


def _usable(page: Page, href: str) -> str:
    if not href or href.startswith("#") or len(href) > 2000:
        return ""
    link = page.link(href)
    url = urldefrag(link).url if link else ""
    return url if url and url != urldefrag(page.url).url and same_site(url, page.url) else ""


def _by_relation(page: Page) -> list[NextPage]:
    found = []
    for number in page.named("link", "a"):
        if "next" in words_of(page.tags[number].get("rel")) and (url := _target(page, number)):
            found.append(NextPage(url, page_number(url)))
    return found[:2]


def _by_words(page: Page) -> list[NextPage]:
    """A link that says "next", by its text, its label or its class, among page links."""
    found = []
    for number in page.by_name.get("a", []):
        tag = page.tags[number]
        words = page.text(number, 40) or str(tag.get("aria-label", "") or tag.get("title", ""))
        label = str(tag.get("aria-label", "") or tag.get("title", ""))
        said = NEXT.search(words) or NEXT.search(label)
        if not said and not _NEXT_CLASS.search(names_of(page, number, 2)):
            continue
        url = _target(page, number)
        if (
            url
            and _is_like(url, page.url)
            and (page_number(url) is not None or _paging(page, number))
        ):
            found.append(NextPage(url, page_number(url)))
    return found[:2]


def _by_number(page: Page) -> list[NextPage]:
    """Links of numbers; the page's own, and those before it, left out."""
    here = page_number(page.url)
    found: dict[str, NextPage] = {}
    for number in page.by_name.get("a", []):
        url = _target(page, number)
        if not url or not _is_like(url, page.url):
            continue
        words, pluralise = page.text(number, 12), page_number(url)
        written = int(words) if re.fullmatch(r"\d{1,5}", words, re.ASCII) else None
        if pluralise is None and not (written and (_paging(page, number) or _counts(url, written))):
            continue
        if _SIZE.search(url) and not _SIZE.search(page.url):
            continue
        if here is None and (written == 1 or (pluralise in (0, 1) and written is None)):
            continue  # the page itself under another address
        order = pluralise if pluralise is not None else written
        if order is not None and (here is None or order > here):
            found.setdefault(url, NextPage(url, order))
    return sorted(found.values(), key=lambda one: one.number or 0)


def _counts(url: str, written: int) -> bool:
    """Whether an address has, in its query, the number that its link shows, counted from 0 or 1."""
    values = re.findall(r"=(\d{1,5})(?=&|$)", urlsplit(url).query)
    return written > 1 and any(int(value) in (written, written - 1) for value in values)


def _load_more(page: Page) -> list[NextPage]:
    """The address in a "load more" button's attributes."""
    found = []
    for number in page.named("button", "a", "div", "span", "li", "input"):
        tag = page.tags[number]
        if not any(name in tag.attrs for name in (*_MORE_ATTRIBUTES, "href")):
            continue
        if not _loads_more(page, number):
            continue
        for name in (*_MORE_ATTRIBUTES, "href"):
            address = str(tag.get(name, ""))
            if ("/" in address or "?" in address) and (url := _usable(page, address)):
                url = _with_page(url, str(tag.get("data-page", "")))
                found.append(NextPage(url, page_number(url)))
                break
    return (found + _more_by_form(page))[:2]


def _more_by_form(page: Page) -> list[NextPage]:
    """The address that a form asks for whose button says that it loads more."""
    found = []
    for number in page.by_name.get("form", []):
        form = page.tags[number]
        buttons = [*page.inside(number, "button"), *page.inside(number, "input")]
        said = any(_loads_more(page, n) for n in buttons)
        if not said or str(form.get("method", "get")).lower() != "get":
            continue
        fields = [page.tags[n] for n in page.inside(number, "input")]
        hidden = [(str(f["name"]), str(f.get("value", ""))) for f in fields if f.get("name")]
        action = str(form.get("action", "")).partition("?")[0] or urlsplit(page.url).path
        if hidden and (url := _usable(page, f"{action}?{urlencode(hidden)}")):
            found.append(NextPage(url, page_number(url)))
    return found


def _loads_more(page: Page, number: int) -> bool:
    tag = page.tags[number]
    words = _words_on(page, number) if page.ends[number] - number < 8 else ""
    if LOAD_MORE.search(words) or LOAD_PRODUCTS.fullmatch(words):
        return True
    if _MORE_CLASS.search(names_of(page, number, 1)):
        return True
    return bool(re.search("revealed|intersect", str(tag.get("hx-trigger", ""))))


def _words_on(page: Page, number: int) -> str:
    tag = page.tags[number]
    if tag.name != "input":
        return page.text(number, 60)
    is_button = str(tag.get("type", "")).lower() in ("button", "submit", "image")
    return str(tag.get("value", "") or tag.get("alt", ""))[:60] if is_button else ""


def _with_page(url: str, written: str) -> str:
    """The address with the page's number that stands beside it in another attribute."""
    if page_number(url) is not None or not re.fullmatch(r"\d{1,5}", written, re.ASCII):
        return url
    return f"{url}{'&' if '?' in url else '?'}page={written}"


def unread_more(page: Page, last: int) -> str:
    """What a button says that loads more behind the `last` card, and has no address to follow."""
    for number in page.named("button", "a", "div", "span", "input"):
        words = _words_on(page, number)
        if number <= last or page.is_aside(number) or not LOAD_PRODUCTS.fullmatch(words):
            continue
        if "disabled" not in page.tags[number].attrs:
            return words
    return ""


def _is_like(url: str, page: str) -> bool:
    """Whether an address can be of the same list: its path goes on from the page's, or is near."""
    own, other = _path(page), _path(url)
    return (
        other.startswith(own)
        or own.startswith(other)
        or own.rsplit("/", 1)[0] == other.rsplit("/", 1)[0]
    )


def _path(url: str) -> str:
    path = _NUMBER.sub("", unquote(urlsplit(url).path)).rstrip("/")
    return re.sub(r"\.(?:html?|php|aspx?)$", "", path).casefold()


def _paging(page: Page, number: int) -> bool:
    return bool(_PAGING_CLASS.search(names_of(page, number, 4)))

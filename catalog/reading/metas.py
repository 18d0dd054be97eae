"""What a page's head says of it: OpenGraph, Twitter cards, canonical address, title."""

from functools import lru_cache

from catalog.reading.facts import Facts
from catalog.reading.images import is_picture
from catalog.reading.money import currency_of, money, place_of, prices_in
from catalog.reading.page import Page, words_of
from catalog.reading.values import in_stock, plain

_PRICES = ("product:sale_price:amount", "product:price:amount", "og:price:amount",
           "product:price", "og:price", "price", "twitter:data1")  # fmt: skip
_CURRENCIES = ("product:sale_price:currency", "product:price:currency", "og:price:currency",
               "product:currency", "pricecurrency", "currency")  # fmt: skip
_STOCK = ("product:availability", "og:availability", "availability", "twitter:data2")
_PICTURES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image",
             "twitter:image:src", "image")  # fmt: skip
_IDS = ("product:retailer_item_id", "product:retailer_part_no", "sku", "product:sku",
        "product_id", "productid")  # fmt: skip


@lru_cache(maxsize=4)
def metas(page: Page) -> dict[str, list[str]]:
    """The meta tags' contents by property or name, in small letters, in order."""
    found: dict[str, list[str]] = {}
    for number in page.by_name.get("meta", []):
        tag = page.tags[number]
        name = str(tag.get("property") or tag.get("name") or "").lower().strip()
        content = plain(str(tag.get("content", ""))[:4000])
        if name and content:
            found.setdefault(name, []).append(content)
    return found


def meta(page: Page, *names: str) -> str:
    """The first content of the first of these names that the page has."""
    known = metas(page)
    return next((known[name][0] for name in names if name in known), "")


def about(page: Page) -> Facts:
    """What the head says of the page's subject, as if it were a product."""
    place = place_of(page.url, page.language)
    currency = currency_of(meta(page, *_CURRENCIES), place)
    written = meta(page, *_PRICES)
    priced = prices_in(written, currency, place)
    known = metas(page)
    pictures = [link for name in _PICTURES for link in known.get(name, []) if is_picture(link)]
    price = (
        priced[0].amount if priced else money(written, currency) if _is_number(written) else None
    )
    return Facts(
        title=meta(page, "og:title", "twitter:title"),
        price=price,
        currency=currency or (priced[0].currency if priced else ""),
        in_stock=in_stock(meta(page, *_STOCK)) if meta(page, *_STOCK) else None,
        brand=meta(page, "product:brand", "og:brand"),
        url=canonical(page),
        images=tuple(dict.fromkeys(link for p in pictures if (link := page.link(p)))),
        ids={"sku": ident} if (ident := meta(page, *_IDS)) and len(ident) < 80 else {},
    )


def _is_number(written: str) -> bool:
    return len(written) < 20 and written[:1].isdigit()


def is_of_a_product(page: Page) -> bool:
    """Whether OpenGraph calls the page one of a product."""
    return any("product" in kind.lower() for kind in metas(page).get("og:type", [])[:2]) or any(
        name.startswith("product:price") for name in metas(page)
    )


@lru_cache(maxsize=4)
def canonical(page: Page) -> str:
    """The address that the page gives as its own, or nothing."""
    for number in page.by_name.get("link", []):
        tag = page.tags[number]
        if "canonical" in words_of(tag.get("rel")) and tag.get("href"):
            return page.link(str(tag["href"]))
    return page.link(meta(page, "og:url")) if meta(page, "og:url") else ""


@lru_cache(maxsize=4)
def title(page: Page) -> str:
    """The text of the page's title tag."""
    numbers = page.by_name.get("title", [])
    return plain(page.tags[numbers[0]].get_text()[:1000]) if numbers else ""

"""Reading a list of 200 products with markup and cards: this program, and extruct alone."""

import json

import extruct

from benchmarks.common import seconds
from benchmarks.figures import figure
from catalog.reading.page import Page
from catalog.reading.products import read_products

COUNT = 200
URL = "https://shop.example/all"
CARD = """<li class="product"><div class="picture"><a href="/p/{n}"><img src="/blank.gif"
data-src="/i/{n}.jpg" alt="Shirt {n}"></a><span class="badge">New</span></div><div class="body">
<h3 class="name"><a href="/p/{n}">Shirt {n}</a></h3><div class="stars"><span>4.5</span></div>
<div class="price"><del>€99,00</del> <ins>€{n},90</ins></div><form><button>Add to cart</button>
</form></div></li>"""


def product(number: int) -> dict[str, object]:
    return {
        "@type": "Product",
        "sku": f"s{number}",
        "name": f"Shirt {number}",
        "url": f"/p/{number}",
        "image": [f"/i/{number}.jpg"],
        "offers": {"@type": "Offer", "price": f"{number}.90", "priceCurrency": "EUR"},
    }


def page() -> str:
    numbers = range(1, COUNT + 1)
    items = [{"@type": "ListItem", "position": n, "item": product(n)} for n in numbers]
    data = json.dumps(
        {"@context": "https://schema.org", "@type": "ItemList", "itemListElement": items}
    )
    cards = "".join(CARD.format(n=number) for number in numbers)
    return (
        f'<html><head><script type="application/ld+json">{data}</script></head>'
        f"<body><h1>All</h1><ul>{cards}</ul></body></html>"
    )


def main() -> None:
    html = page()
    body = html.encode()
    found = read_products(Page.of(body, URL)).products
    assert len(found) == COUNT
    assert all(facts.price and facts.images for facts in found)
    ours = 1e3 * seconds(lambda: read_products(Page.of(body, URL)), 15)
    cards = body.replace(b"ld+json", b"nothing")
    assert len(read_products(Page.of(cards, URL)).products) == COUNT
    bare = 1e3 * seconds(lambda: read_products(Page.of(cards, URL)), 15)
    syntaxes = ["json-ld", "microdata", "opengraph"]
    peer = 1e3 * seconds(lambda: extruct.extract(html, base_url=URL, syntaxes=syntaxes), 15)
    what = f"a list of {COUNT} products ({len(body) // 1000} KB) read whole"
    beside = {"extruct alone, the markup only": peer}
    figure(f"{what}: JSON-LD, prices seen, cards", ours, "ms", beside)
    figure(f"{what}: by its cards alone", bare, "ms", beside)


if __name__ == "__main__":
    main()

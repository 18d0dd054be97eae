"""The shop's pages, as HTML."""

import json
import re
from html import escape

from demo.shop.specs import CATEGORIES, ShirtSpec

PER_PAGE = 24
SIZES = (150, 300, 600)
NAME = "Tee & Company"

CSS = """
:root{font:16px/1.5 Georgia,serif;color:#222;background:#fff}
body{margin:0}a{color:inherit;text-decoration:none}
header,main,footer{max-width:72rem;margin:0 auto;padding:1rem}
header{display:flex;gap:1.5rem;align-items:baseline;flex-wrap:wrap;border-bottom:1px solid #ddd}
header strong{font-size:1.4rem}
.list{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:1.2rem;padding:0}
.list li{list-style:none}.list img,.shirt img{width:100%;height:auto;background:#f4f4f2}
.shirt{display:grid;grid-template-columns:repeat(auto-fit,minmax(16rem,1fr));gap:2rem}
nav.pages{display:flex;gap:1rem;justify-content:center}footer{color:#777;font-size:.85rem}
"""


def home(base: str) -> str:
    links = "".join(
        f'<li><a href="/t-shirts/{name.lower()}/">{name}</a></li>' for name in CATEGORIES
    )
    return _page(
        "Welcome", f'<h1>T-shirts</h1><p><a href="/t-shirts/">All of them</a></p><ul>{links}</ul>'
    )


def category(base: str, path: str, specs: list[ShirtSpec], number: int) -> str | None:
    """Page `number` of a category at `path`; None if there is no such page."""
    last = max(1, -(-len(specs) // PER_PAGE))
    if not 1 <= number <= last:
        return None
    shown = specs[(number - 1) * PER_PAGE : number * PER_PAGE]
    neighbours = {"prev": number - 1, "next": number + 1}
    links = {rel: f"{path}?page={n}" for rel, n in neighbours.items() if 1 <= n <= last}
    head = "".join(f'<link rel="{rel}" href="{base}{link}">' for rel, link in links.items())
    words = {"prev": "← Newer", "next": "Older →"}
    pages = "".join(f'<a rel="{rel}" href="{link}">{words[rel]}</a>' for rel, link in links.items())
    cards = "".join(_card(spec) for spec in shown)
    body = (
        f"<h1>T-shirts</h1><p>{len(specs)} shirts, page {number} of {last}</p>"
        f'<ul class="list">{cards}</ul><nav class="pages">{pages}</nav>'
    )
    elements = [
        {"@type": "ListItem", "position": place, "item": _product(base, spec)}
        for place, spec in enumerate(shown, (number - 1) * PER_PAGE + 1)
    ]
    return _page("T-shirts", body, head + _json({"@type": "ItemList", "itemListElement": elements}))


def product(base: str, spec: ShirtSpec, site: str = "") -> str:
    data = _product(base, spec)
    head = _json(data) + "".join(
        f'<meta property="{name}" content="{escape(value)}">'
        for name, value in {
            "og:type": "product",
            "og:title": spec.title,
            "og:url": f"{base}{path_of(spec)}",
            "og:image": f"{base}{image_path(spec, 600)}",
            "product:price:amount": spec.price,
            "product:price:currency": "EUR",
        }.items()
    )
    stock = "In stock" if spec.in_stock else "Sold out"
    body = (
        f'<div class="shirt"><img src="{image_path(spec, 600)}" width="600" height="600" '
        f'alt="{escape(spec.title)}"><div><h1>{escape(spec.title)}</h1><p>{spec.price} EUR</p>'
        f"<p>{stock} · {spec.category} · No. {spec.item_id}</p>"
        "<p>Combed cotton, cut straight, washed once before it comes to you.</p></div></div>"
    )
    if site:
        body += f'<script src="{site}/widget.js" data-item="{spec.item_id}"></script>'
    return _page(spec.title, body, head)


def robots(base: str) -> str:
    return f"User-agent: *\nDisallow: /cart\nDisallow: /search\n\nSitemap: {base}/sitemap.xml\n"


def sitemap(base: str, specs: list[ShirtSpec]) -> str:
    places = ["/", "/t-shirts/", *(path_of(spec) for spec in specs)]
    urls = "".join(f"<url><loc>{base}{place}</loc></url>" for place in places)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    )


def path_of(spec: ShirtSpec) -> str:
    slug = re.sub("[^a-z]+", "-", spec.title.lower())
    return f"/t-shirts/{slug}-{spec.item_id}"


def image_path(spec: ShirtSpec, size: int) -> str:
    return f"/images/{spec.item_id}-{size}.jpg"


def _product(base: str, spec: ShirtSpec) -> dict[str, object]:
    stock = "InStock" if spec.in_stock else "OutOfStock"
    return {
        "@type": "Product",
        "sku": spec.item_id,
        "name": spec.title,
        "category": spec.category,
        "url": f"{base}{path_of(spec)}",
        "image": [f"{base}{image_path(spec, size)}" for size in reversed(SIZES)],
        "offers": {
            "@type": "Offer",
            "price": spec.price,
            "priceCurrency": "EUR",
            "availability": f"https://schema.org/{stock}",
        },
    }


def _card(spec: ShirtSpec) -> str:
    sources = ", ".join(f"{image_path(spec, size)} {size}w" for size in SIZES)
    return (
        f'<li><a href="{path_of(spec)}"><img src="{image_path(spec, 300)}" srcset="{sources}" '
        f'sizes="12rem" width="300" height="300" loading="lazy" alt="{escape(spec.title)}">'
        f"<br>{escape(spec.title)}<br>{spec.price} EUR</a></li>"
    )


def _json(data: dict[str, object]) -> str:
    text = json.dumps({"@context": "https://schema.org"} | data).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>'


def _page(title: str, body: str, head: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · {escape(NAME)}</title>"
        f'<link rel="stylesheet" href="/shop.css">{head}</head><body>'
        f'<header><a href="/"><strong>{escape(NAME)}</strong></a><a href="/t-shirts/">T-shirts</a>'
        f"</header><main>{body}</main>"
        "<footer>A shop that exists for a demonstration only. Nothing is for sale.</footer>"
        "</body></html>"
    )

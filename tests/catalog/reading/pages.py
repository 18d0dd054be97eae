"""Pages written for the tests, and what the readers make of them."""

import json
from typing import Any

from catalog.reading.page import Page
from catalog.reading.products import read_products
from catalog.records import ProductRecord

PAGE = "https://shop.example/tees/"


def products_in(html: str, url: str = PAGE) -> list[ProductRecord]:
    """The records of a page."""
    return [facts.record(url) for facts in read_products(Page(html, url)).products]


def json_ld(data: Any) -> str:
    """A script with JSON-LD."""
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def product(item_id: Any, **more: Any) -> dict[str, Any]:
    """A product as JSON-LD has it."""
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "sku": item_id,
        "name": f"Shirt {item_id}",
        "image": f"/i/{item_id}.jpg",
        "url": f"/p/{item_id}",
        "offers": {"@type": "Offer", "price": "19.90", "priceCurrency": "EUR"},
    } | more


OPENGRAPH = """<html prefix="og: http://ogp.me/ns#"><head>
<meta property="og:type" content="product"><meta property="og:title" content="Blue tee">
<meta property="og:url" content="https://shop.example/p/blue-tee-77.html">
<meta property="og:image" content="https://shop.example/i/77.jpg">
<meta property="product:price:amount" content="12.50">
<meta property="product:price:currency" content="USD"></head></html>"""

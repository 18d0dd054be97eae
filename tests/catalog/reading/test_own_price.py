"""The price of a product's own page among all that stand there: 19.90 unless said otherwise."""

from decimal import Decimal

import pytest

from catalog.reading.page import Page
from catalog.reading.products import read_products
from tests.catalog.reading.test_stock import BUY, HEAD, URL, marked

PAGES = {
    "woo sale": (
        HEAD + '<p class="price"><del><span class="woocommerce-Price-amount">$29.00</span></'
        'del> <ins><span class="woocommerce-Price-amount">$19.90</span></ins></p>' + BUY,
        "19.90",
    ),
    "woo range": (
        HEAD + '<p class="price"><span class="woocommerce-Price-amount">$19.90</span> – <spa'
        'n class="woocommerce-Price-amount">$39.00</span></p>' + BUY,
        "19.90",
    ),
    "ld agg": (
        marked(
            {
                "@type": "AggregateOffer",
                "lowPrice": "19.90",
                "highPrice": "39.00",
                "priceCurrency": "USD",
            }
        )
        + HEAD
        + '<span class="price">$24.90</span>'
        + BUY,
        "24.90",
    ),
    "ld agg shown range": (
        marked(
            {
                "@type": "AggregateOffer",
                "lowPrice": "19.90",
                "highPrice": "39.00",
                "priceCurrency": "USD",
            }
        )
        + HEAD
        + '<span class="price">$19.90 – $39.00</span>'
        + BUY,
        "19.90",
    ),
    "ld first variant": (
        marked(
            {
                "@type": "Offer",
                "price": "15.00",
                "priceCurrency": "USD",
                "url": "https://shop.example/p/blue-tee-104233?variant=1",
            },
            {
                "@type": "Offer",
                "price": "19.90",
                "priceCurrency": "USD",
                "url": "https://shop.example/p/blue-tee-104233?variant=2",
            },
        )
        + HEAD
        + '<span class="product-price" id="price">$19.90</span>'
        + BUY,
        "19.90",
    ),
    "ld first variant not shown": (
        marked(
            {"@type": "Offer", "price": "15.00", "priceCurrency": "USD"},
            {"@type": "Offer", "price": "19.90", "priceCurrency": "USD"},
        )
        + HEAD
        + BUY,
        "15.00",
    ),
    "ld old, shown new": (
        marked({"@type": "Offer", "price": "29.00", "priceCurrency": "USD"})
        + HEAD
        + '<span class="price-old">$29.00</span> <span class="price-new">$19.90</span>'
        + BUY,
        "19.90",
    ),
    "ld new, shown old": (
        marked({"@type": "Offer", "price": "19.90", "priceCurrency": "USD"})
        + HEAD
        + '<span class="price-old">$29.00</span> <span class="price-new">$19.90</span>'
        + BUY,
        "19.90",
    ),
    "ld old, list label": (
        marked({"@type": "Offer", "price": "29.00", "priceCurrency": "USD"})
        + HEAD
        + "<div>List price: $29.00</div><div>Now: <b>$19.90</b></div>"
        + BUY,
        "19.90",
    ),
    "no markup old new": (
        HEAD + '<div class="p1"><span>$29.00</span> <span>$19.90</span></div>' + BUY,
        "19.90",
    ),
    "no markup new old": (
        HEAD + '<div class="p1"><span>$19.90</span> <span>$29.00</span></div>' + BUY,
        "19.90",
    ),
    "install": (
        HEAD + '<div class="price">$19.90</div><div>or 4 payments of $4.98</div>' + BUY,
        "19.90",
    ),
    "install2": (
        HEAD + '<div>4 interest-free payments of $4.98 with Klarna</div><div class="price">$'
        "19.90</div>" + BUY,
        "19.90",
    ),
    "ship": (
        HEAD + "<p>Free shipping over $50</p><div>$19.90</div>" + BUY,
        "19.90",
    ),
    "split": (
        HEAD + '<div class="price"><sup>$</sup><span>19</span><sup>90</sup></div>' + BUY,
        "19.90",
    ),
    "meta og": (
        '<meta property="product:price:amount" content="19.90"><meta property="produc'
        't:price:currency" content="USD">' + HEAD + '<div class="price">$19.90</div>' + BUY,
        "19.90",
    ),
    "variant query": (
        marked(
            {"@type": "Offer", "price": "15.00", "priceCurrency": "USD", "sku": "A"},
            {"@type": "Offer", "price": "19.90", "priceCurrency": "USD", "sku": "B"},
        )
        + HEAD
        + "<select><option>S - $15.00</option><option selected>L - $19.90</option></sel"
        'ect><span class="price">$19.90</span>' + BUY,
        "19.90",
    ),
    "bundle": (
        HEAD
        + '<div class="price">$19.90</div>'
        + BUY
        + '<div class="bundle">Frequently bought together: total price <span class="pri'
        'ce">$49.70</span></div>',
        "19.90",
    ),
    "member": (
        HEAD + '<div class="price">$19.90</div><div class="member-price">Members: $15.00</di'
        "v>" + BUY,
        "19.90",
    ),
    "ex vat": (
        HEAD + '<div class="price">£19.90</div><div class="price">£16.58 ex. VAT</div>' + BUY,
        "19.90",
    ),
    "ex vat first": (
        HEAD + '<div class="price">£16.58 <small>excl. VAT</small></div><div class="price">£'
        "19.90 <small>incl. VAT</small></div>" + BUY,
        "19.90",
    ),
    "save": (
        HEAD + '<div class="price">$19.90</div><div class="price-save">You save $9.10</div>' + BUY,
        "19.90",
    ),
    "unit": (
        HEAD + '<div class="price">€19.90</div><div class="unit">€3.98 / 100 g</div>' + BUY,
        "19.90",
    ),
    "cart total": (
        "<header><a>Cart $0.00</a></header>" + HEAD + '<div class="price">$19.90</div>' + BUY,
        "19.90",
    ),
    "micro": (
        HEAD + '<div itemscope itemtype="https://schema.org/Product"><h2 itemprop="name">Blu'
        'e tee</h2><div itemprop="offers" itemscope itemtype="https://schema.org/Offe'
        'r"><span itemprop="price" content="19.90">$19.90</span><meta itemprop="price'
        'Currency" content="USD"></div></div>' + BUY,
        "19.90",
    ),
    "next": (
        HEAD + '<script id="__NEXT_DATA__" type="application/json">{"props":{"product":{"nam'
        'e":"Blue tee","price":{"current":{"value":19.9},"currency":"USD"}}}}</script'
        '><p class="css-1">$19.90</p>' + BUY,
        "19.90",
    ),
    "cents state": (
        HEAD + '<script>var product={"title":"Blue tee","price":1990,"variants":[{"title":"S'
        '","price":1990}]};</script><p class="price">$19.90</p>' + BUY,
        "19.90",
    ),
    "offers w/ old spec": (
        marked(
            {
                "@type": "Offer",
                "priceCurrency": "USD",
                "priceSpecification": [
                    {
                        "@type": "UnitPriceSpecification",
                        "priceType": "https://schema.org/ListPrice",
                        "price": "29.00",
                    },
                    {"@type": "UnitPriceSpecification", "price": "19.90"},
                ],
            }
        )
        + HEAD
        + BUY,
        "19.90",
    ),
    "strike css": (
        HEAD + '<style>.x{text-decoration:line-through}</style><div><span style="text-decora'
        'tion: line-through">$29.00</span><span>$19.90</span></div>' + BUY,
        "19.90",
    ),
    "related price": (
        HEAD
        + '<div class="price">$19.90</div>'
        + BUY
        + '<section><h2>Related</h2><div class="c"><a href="/p/r3"><img src="/r3.jpg">R'
        '3</a><span class="price">$3.00</span></div><div class="c"><a href="/p/r4"><i'
        'mg src="/r4.jpg">R4</a><span class="price">$4.00</span></div><div class="c">'
        '<a href="/p/r5"><img src="/r5.jpg">R5</a><span class="price">$5.00</span></d'
        'iv><div class="c"><a href="/p/r6"><img src="/r6.jpg">R6</a><span class="pric'
        'e">$6.00</span></div><div class="c"><a href="/p/r7"><img src="/r7.jpg">R7</a'
        '><span class="price">$7.00</span></div></section>',
        "19.90",
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_price_of_now_is_read(name):
    html, price = PAGES[name]
    reading = read_products(Page(html, URL))
    assert reading.own
    assert [facts.price for facts in reading.products] == [Decimal(price)]

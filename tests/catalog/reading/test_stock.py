"""Whether a product can be had, on pages as shop systems make them; and what must not decide it."""

import json

import pytest

from catalog.reading.page import Page
from catalog.reading.products import read_products

URL = "https://shop.example/p/blue-tee-104233"
OFFER = {"@type": "Offer", "price": "19.90", "priceCurrency": "USD"}
HEAD = (
    '<html lang="en"><title>Blue tee | Shop</title><h1 class="product-title">Blue tee</h1>'
    '<img src="/i/tee.jpg" alt="Blue tee" width="600">'
)
PRICE = '<span class="price">$19.90</span>'
BUY = '<button type="submit">Add to cart</button>'


def marked(*offers):
    node = {"@context": "https://schema.org", "@type": "Product", "name": "Blue tee",
            "sku": "BT-7", "image": "/i/t.jpg", "url": URL, "offers": list(offers)}  # fmt: skip
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def offered(word):
    return OFFER | {"availability": f"https://schema.org/{word}"}


PAGES = {
    "pickup": (
        HEAD
        + PRICE
        + BUY
        + '<div class="store-availability"><span>Pickup unavailable at Downtown store</'
        "span></div>",
        True,
    ),
    "pickup2": (
        HEAD
        + PRICE
        + '<div class="pickup-availability-preview">Pickup currently unavailable at Mai'
        "n St</div>" + BUY,
        True,
    ),
    "pickup3": (
        HEAD + PRICE + BUY + "<div>In-store pickup: not available</div>",
        True,
    ),
    "pickup4": (
        HEAD + PRICE + BUY + '<div class="stock">Out of stock in your store</div>',
        True,
    ),
    "pickup nobuy": (
        HEAD
        + PRICE
        + marked(OFFER)
        + '<div class="fulfillment">Pickup: Out of stock at Springfield</div><div>Shipp'
        "ing: arrives Monday</div>",
        None,
    ),
    "variant opt": (
        HEAD
        + PRICE
        + BUY
        + '<ul class="sizes"><li>S</li><li class="unavailable">M <span>Sold out</span><'
        "/li><li>L</li></ul>",
        True,
    ),
    "variant lbl": (
        HEAD
        + PRICE
        + BUY
        + '<fieldset><input type=radio id=a><label for=a>S<span class="visually-hidden"'
        ">Variant sold out or unavailable</span></label></fieldset>",
        True,
    ),
    "variant nobuy": (
        HEAD
        + PRICE
        + marked(OFFER)
        + '<fieldset><input type=radio id=a><label for=a>S<span class="visually-hidden"'
        ">Variant sold out or unavailable</span></label></fieldset>",
        None,
    ),
    "variant select": (
        HEAD + PRICE + BUY + "<select><option>S - Sold out</option><option>M</option></select>",
        True,
    ),
    "tooltip": (
        HEAD
        + PRICE
        + BUY
        + '<div class="modal">This size is out of stock. Notify me when available</div>',
        True,
    ),
    "notify": (
        HEAD + PRICE + "<button disabled>Sold out</button><div>Email me when available</div>",
        False,
    ),
    "sold btn": (
        HEAD + PRICE + '<button disabled="disabled" class="btn">Sold out</button>',
        False,
    ),
    "sold badge": (
        HEAD + PRICE + '<span class="badge">Sold out</span>',
        False,
    ),
    "woo oos": (
        HEAD + PRICE + '<p class="stock out-of-stock">Out of stock</p>',
        False,
    ),
    "woo in": (
        HEAD
        + PRICE
        + '<p class="stock in-stock">12 in stock</p><button class="single_add_to_cart_b'
        'utton">Add to cart</button>',
        True,
    ),
    "magento oos": (
        HEAD
        + PRICE
        + '<div class="stock unavailable" title="Availability"><span>Out of stock</span'
        "></div>",
        False,
    ),
    "presta oos": (
        HEAD
        + PRICE
        + '<button class="btn add-to-cart" disabled>Add to cart</button><span id="produ'
        'ct-availability">Out-of-Stock</span>',
        False,
    ),
    "shopware oos": (
        HEAD + '<span class="price">19,90 €</span><p class="delivery-information delivery-so'
        'ldout">Nicht mehr verfügbar</p>',
        False,
    ),
    "opencart oos but sold": (
        HEAD
        + PRICE
        + "<ul><li>Product Code: BT-7</li><li>Availability: Out Of Stock</li></ul><butt"
        "on>Add to Cart</button>",
        True,
    ),
    "opencart in": (
        HEAD
        + PRICE
        + "<ul><li>Product Code: BT-7</li><li>Availability: In Stock</li></ul><button>A"
        "dd to Cart</button>",
        True,
    ),
    "ld in + words": (
        HEAD + PRICE + marked(offered("InStock")) + "<div>Sold out in red</div>",
        True,
    ),
    "ld oos + buy": (
        HEAD + PRICE + marked(offered("OutOfStock")) + "<button>Add to cart</button>",
        False,
    ),
    "ld variants": (
        HEAD + PRICE + marked(offered("OutOfStock"), offered("InStock")) + BUY,
        True,
    ),
    "review": (
        HEAD
        + PRICE
        + marked(OFFER)
        + '<div class="reviews"><p>I was so sad it was sold out last time!</p></div>',
        None,
    ),
    "review2": (
        HEAD
        + PRICE
        + BUY
        + '<div class="reviews"><p>always out of stock, finally got it</p></div>',
        True,
    ),
    "neighbour": (
        HEAD
        + PRICE
        + BUY
        + '<aside class="related"><div class="item"><a href="/p/1"><img src=a.jpg>Red t'
        "ee</a> <b>$5.00</b> Sold out</div></aside>",
        True,
    ),
    "neighbour nobuy": (
        HEAD
        + PRICE
        + marked(OFFER)
        + '<section class="related-products"><h2>You may also like</h2><div class="item'
        '"><a href="/p/1"><img src=a.jpg>Red tee</a> <b>$5.00</b><span>Sold out</span'
        "></div></section>",
        None,
    ),
    "faq": (
        HEAD
        + PRICE
        + marked(OFFER)
        + '<div class="faq"><h3>What if an item is out of stock?</h3></div>',
        None,
    ),
    "shipping txt": (
        HEAD + PRICE + BUY + "<p>Express delivery is currently unavailable</p>",
        True,
    ),
    "gift": (
        HEAD + PRICE + BUY + "<p>Gift wrapping not available for this item</p>",
        True,
    ),
    "cod": (
        HEAD + PRICE + marked(OFFER) + "<p>Cash on delivery not available</p>",
        None,
    ),
    "video": (
        HEAD + PRICE + marked(OFFER) + "<p>Video is unavailable</p>",
        None,
    ),
    "back btn": (
        HEAD + PRICE + "<button>Notify me when back in stock</button>",
        False,
    ),
    "unavail": (
        HEAD
        + PRICE
        + '<div id="availability"><span class="a-color-price">Currently unavailable.</s'
        "pan></div>",
        False,
    ),
    "amazon": (
        HEAD + '<div id="availability"><span>Only 3 left in stock - order soon.</span></div>'
        '<input type=submit value="Add to Cart">',
        True,
    ),
    "next in": (
        HEAD
        + PRICE
        + '<script id="__NEXT_DATA__" type="application/json">{"props":{"product":{"nam'
        'e":"Blue tee","sku":"BT-7","price":19.9,"inStock":true}}}</script>',
        True,
    ),
    "next oos": (
        HEAD
        + PRICE
        + '<script id="__NEXT_DATA__" type="application/json">{"props":{"product":{"nam'
        'e":"Blue tee","sku":"BT-7","price":19.9,"availability":"OUT_OF_STOCK"}}}</sc'
        "ript>",
        False,
    ),
    "js tpl": (
        HEAD
        + PRICE
        + BUY
        + '<script>var t={"soldOut":"Sold out","unavailable":"Unavailable"}</script>',
        True,
    ),
    "template": (
        HEAD + PRICE + BUY + "<template><p>Out of stock</p></template>",
        True,
    ),
    "hidden": (
        HEAD + PRICE + BUY + '<div class="hidden"><p>Out of stock</p></div>',
        True,
    ),
    "hidden2": (
        HEAD + PRICE + marked(OFFER) + '<div class="hidden"><p>Out of stock</p></div>',
        None,
    ),
    "hide3": (
        HEAD + PRICE + marked(OFFER) + '<div style="display:none"><p>Out of stock</p></div>',
        None,
    ),
    "dn": (
        HEAD + PRICE + marked(OFFER) + '<p class="d-none">Out of stock</p>',
        None,
    ),
    "other seller": (
        HEAD
        + PRICE
        + BUY
        + '<div class="offers"><h3>Other sellers</h3><p>Seller B: out of stock</p></div'
        ">",
        True,
    ),
    "zero stores": (
        HEAD + PRICE + BUY + "<p>0 in stock at Berlin Mitte</p>",
        True,
    ),
    "german liefer": (
        HEAD + '<span class="price">19,90 €</span><button>In den Warenkorb</button><div>Abho'
        "lung im Markt: nicht verfügbar</div>",
        True,
    ),
    "german filiale": (
        HEAD
        + '<span class="price">19,90 €</span>'
        + marked(OFFER)
        + "<div>In Ihrer Filiale nicht verfügbar</div>",
        None,
    ),
    "french mag": (
        HEAD + '<span class="price">19,90 €</span><button>Ajouter au panier</button><div>Ind'
        "isponible en magasin</div>",
        True,
    ),
    "preorder": (
        HEAD + PRICE + "<button>Pre-order</button>",
        True,
    ),
    "cta bag": (
        HEAD + PRICE + "<button>Add to Bag - $19.90</button>",
        True,
    ),
    "cta link": (
        HEAD + PRICE + '<a class="btn" href="/cart/add?id=7">Add to basket</a>',
        True,
    ),
    "cta svg": (
        HEAD + PRICE + '<button aria-label="Add to cart"><svg></svg></button>',
        True,
    ),
    "cta select": (
        HEAD + PRICE + "<button>Select a size</button>",
        None,
    ),
    "cta choose": (
        HEAD + PRICE + "<button disabled>Choose options</button>",
        None,
    ),
    "cta name": (
        HEAD + PRICE + '<button name="add" type="submit"><span>Add to cart</span></button>',
        True,
    ),
    "cta long": (
        HEAD
        + PRICE
        + "<button><span>Add to cart</span><span>Adding...</span><span>Added!</span></b"
        "utton>",
        True,
    ),
    "cta hidden words": (
        HEAD + PRICE + "<button data-add-to-cart>Buy now with Pay</button>",
        True,
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_its_own_and_says_whether_it_can_be_had(name):
    html, in_stock = PAGES[name]
    reading = read_products(Page(html, URL))
    assert reading.own
    assert [facts.in_stock for facts in reading.products] == [in_stock]

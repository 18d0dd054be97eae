"""Lists after the patterns of ten big shop systems, written for the tests: markup, not content."""

from collections.abc import Callable

NAMES = ("Linen shirt", "Wool coat", "Rain jacket", "Summer dress", "Cord trousers")
# A head with a menu and a basket, and a foot with links: no product of the list.
HEAD = """<header><a href="/"><img src="/logo.png" alt="Shop"></a><nav><ul>
<li><a href="/men"><img src="/m/men.jpg" alt="">Men</a></li>
<li><a href="/women"><img src="/m/women.jpg" alt="">Women</a></li></ul></nav>
<a href="/cart">Basket <span class="total">{zero}</span></a></header><h1>All clothes</h1>"""
FOOT = """<aside><h3>Sizes</h3><a href="?size=s">S</a> <a href="?size=m">M</a></aside>
<footer><p>Free shipping over {zero}</p><a href="/terms"><img src="/pay.png" alt="Pay">Terms</a>
<a href="/blog/linen"><img src="/b/linen.jpg" alt="All about linen"></a></footer>"""


def page(cards: str, zero: str, title: str = "All clothes", wrap: str = "<main>{}</main>") -> str:
    """A whole list page around its cards."""
    head, foot = HEAD.format(zero=zero), FOOT.format(zero=zero)
    return f"<html><head><title>{title}</title></head><body>{head}{wrap.format(cards)}{foot}</body>"


def repeated(card: str, wrap: str = "<main>{}</main>", zero: str = "$0.00") -> str:
    """The page of five cards; `{n}`, `{name}` and `{price}` stand for the product's own."""
    made = "".join(
        card.replace("{n}", str(n)).replace("{name}", name).replace("{price}", f"{n}9.90")
        for n, name in enumerate(NAMES, 1)
    )
    return page(made, zero, wrap=wrap)


def shopify() -> str:
    return repeated(
        """<li class="grid__item"><div class="card-wrapper product-card-wrapper">
        <div class="card__media"><img srcset="//cdn.example/files/{n}.jpg?width=165 165w,
        //cdn.example/files/{n}.jpg?width=533 533w" src="//cdn.example/files/{n}.jpg?width=533"
        alt="{name}"></div><div class="card__content"><h3 class="card__heading">
        <a href="/collections/all/products/item-{n}" class="full-unstyled-link">{name}</a></h3>
        <div class="price"><span class="visually-hidden">Regular price</span>
        <s class="price-item price-item--regular">$99.00 USD</s><span class="visually-hidden">Sale
        price</span><span class="price-item price-item--sale">${price} USD</span></div></div>
        <div class="card__badge"><span>Sale</span></div></div></li>""",
        '<ul id="product-grid" class="grid product-grid">{}</ul>',
    )


def woocommerce() -> str:
    return repeated(
        """<li class="product type-product post-{n} status-publish instock product_cat-clothing">
        <a href="/product/item-{n}/" class="woocommerce-LoopProduct-link"><img width="300"
        height="300" src="/wp-content/uploads/{n}-300x300.jpg" alt="">
        <h2 class="woocommerce-loop-product__title">{name}</h2><span class="price"><del><span
        class="woocommerce-Price-amount amount"><bdi><span>€</span>99,00</bdi></span></del> <ins>
        <span class="woocommerce-Price-amount amount"><bdi><span>€</span>{price}</bdi></span></ins>
        </span></a><a href="?add-to-cart={n}" class="button add_to_cart_button" data-product_id="{n}"
        data-product_sku="">Add to cart</a></li>""",
        '<ul class="products columns-4">{}</ul>',
        "€0,00",
    )


def magento() -> str:
    return repeated(
        """<li class="item product product-item"><div class="product-item-info">
        <a href="/item-{n}.html" class="product photo product-item-photo" tabindex="-1">
        <img class="product-image-photo" src="/media/catalog/product/cache/1/{n}.jpg" alt="{name}">
        </a><div class="product details product-item-details"><strong class="product name
        product-item-name"><a class="product-item-link" href="/item-{n}.html">{name}</a></strong>
        <div class="price-box price-final_price" data-product-id="{n}"><span class="special-price">
        <span class="price-label">Special Price</span><span class="price">£{price}</span></span>
        <span class="old-price"><span class="price-label">Was</span><span class="price">£99.00</span>
        </span></div><form data-role="tocart-form"><button type="submit" title="Add to Basket"
        class="action tocart primary"><span>Add to Basket</span></button></form>
        <a href="#" class="action towishlist"><span>Wish List</span></a></div></div></li>""",
        '<ol class="products list items product-items">{}</ol>',
        "£0.00",
    )


def prestashop() -> str:
    return repeated(
        """<div class="js-product product col-xs-12"><article class="product-miniature"
        data-id-product="{n}"><div class="thumbnail-container"><a href="/home/{n}-item.html"
        class="thumbnail product-thumbnail"><picture><source srcset="/{n}-home/item.webp"
        type="image/webp"><img src="/{n}-home/item.jpg" alt="{name}" loading="lazy" width="250"
        height="250"></picture></a><a class="quick-view" href="#">Quick view</a>
        <div class="product-description"><h2 class="h3 product-title"><a href="/home/{n}-item.html">
        {name}</a></h2><div class="product-price-and-shipping"><span class="regular-price"
        aria-label="Regular price">99,00 €</span><span class="price" aria-label="Price">{price} €
        </span></div></div></div></article></div>""",
        '<div class="products row">{}</div>',
        "0,00 €",
    )


def bigcommerce() -> str:
    return repeated(
        """<li class="product"><article class="card" data-test="card-{n}"><figure
        class="card-figure"><a href="/item-{n}/" class="card-figure__link"><div
        class="card-img-container"><img src="/loading.svg" data-src="/stencil/500x659/products/{n}.jpg"
        data-sizes="auto" class="lazyload card-image" alt="{name}"></div></a><figcaption><a
        href="/cart.php?action=add&amp;product_id={n}" class="button">Add to Cart</a></figcaption>
        </figure><div class="card-body"><p class="card-text">House brand</p><h3 class="card-title">
        <a href="/item-{n}/">{name}</a></h3><div class="card-text" data-test-info-type="price">
        <div class="price-section price-section--withoutTax rrp-price--withoutTax">MSRP: <span
        class="price price--rrp">$99.00</span></div><div class="price-section"><span
        class="price price--withoutTax">${price}</span></div></div></div></article></li>""",
        '<ul class="productGrid">{}</ul>',
    )


def squarespace() -> str:
    return repeated(
        """<div class="grid-item" data-item-id="5f{n}"><a class="grid-item-link" href="/shop/p/item-{n}"
        aria-label="{name}"></a><div class="grid-item-image"><img data-src="https://images.example/{n}.jpg"
        data-image="https://images.example/{n}.jpg" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="
        alt=""></div><section class="grid-item-meta"><div class="grid-title">{name}</div><div
        class="grid-prices"><div class="product-price">${price}</div></div></section></div>""",
        '<section class="products-flex-container"><div class="list-grid">{}</div></section>',
    )


def salesforce() -> str:
    return repeated(
        """<div class="col-6 col-sm-4"><div class="product" data-pid="{n}"><div class="product-tile">
        <div class="image-container"><a href="/s/shop/item/{n}.html"><img class="tile-image"
        src="/dw/image/v2/{n}.jpg" alt="{name}" title="{name}"></a><a class="quickview"
        href="/s/quick?pid={n}" title="Quick View">Quick View</a></div><div class="tile-body">
        <div class="color-swatches"><a href="/s/shop/item/{n}.html?color=1"><img class="swatch"
        width="20" height="20" src="/dw/swatch/{n}.png" alt="blue"></a></div><div class="pdp-link">
        <a class="link" href="/s/shop/item/{n}.html">{name}</a></div><div class="price"><span>
        <del><span class="strike-through list"><span class="value" content="99.00">$99.00</span>
        </span></del><span class="sales"><span class="value" content="{price}">${price}</span></span>
        </span></div></div></div></div></div>""",
        '<div class="row product-grid">{}</div>',
    )


def wix() -> str:
    return repeated(
        """<li data-hook="product-list-grid-item"><div data-slug="item-{n}" role="group"
        aria-label="{name} gallery" data-hook="product-item-root"><a href="/product-page/item-{n}"
        data-hook="product-item-container"><div data-hook="product-item-images" style="width:100%;
        background-image:url(https://static.example/media/{n}.jpg/v1/fill/w_300/{n}.jpg)"></div></a>
        <a href="/product-page/item-{n}"><div data-hook="product-item-product-details"><h3
        data-hook="product-item-name">{name}</h3><div><span data-hook="sr-product-item-price-to-pay">
        Price</span><span data-hook="product-item-price-to-pay">${price}</span></div></div></a></div>
        </li>""",
        '<ul data-hook="product-list-wrapper">{}</ul>',
    )


def bootstrap() -> str:
    return repeated(
        """<div class="col mb-5"><div class="card h-100"><img class="card-img-top" src="img/{n}.jpg"
        alt="..."><div class="card-body p-4"><div class="text-center"><h5 class="fw-bolder">{name}</h5>
        <span class="text-muted text-decoration-line-through">$99.00</span> ${price}</div></div>
        <div class="card-footer"><div class="text-center"><a class="btn btn-outline-dark mt-auto"
        href="item.html?id={n}">View options</a></div></div></div></div>""",
        '<section><div class="container"><div class="row">{}</div></div></section>',
    )


def japanese() -> bytes:
    cards = "".join(
        f'<td align="center" valign="top"><a href="/shop/g/g{n}/"><img src="/img/goods/{n}.jpg" '
        f'alt="" border="0"></a><br><a href="/shop/g/g{n}/">麻のシャツ 髙級 {n}号</a><br>'
        f'<font color="red"><b>{n},980円</b></font>（税込）<br>'
        f'<img src="/img/cart.gif" width="40" height="14" alt="カートに入れる"></td>'
        for n in range(1, 6)
    )
    html = page(f'<table class="goods"><tr>{cards}</tr></table>', "0円", "すべての商品")
    return html.replace("All clothes", "すべての商品").encode("cp932")


STYLES: dict[str, Callable[[], str]] = {
    style.__name__: style
    for style in (shopify, woocommerce, magento, prestashop, bigcommerce, squarespace, salesforce,
                  wix, bootstrap)
}  # fmt: skip

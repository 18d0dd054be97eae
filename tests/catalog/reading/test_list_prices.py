"""Prices on lists as shop systems write them; the first card's is 11.99 unless said otherwise."""

from decimal import Decimal

import pytest

from catalog.reading.page import Page
from catalog.reading.products import read_list

# @U is the product's address, @I its picture, @N a number of its own: 11, 12, 13.
CARDS = {
    "amazon": (
        '<a href="@U">@I</a><h3><a href="@U">Tee @N</a></h3><span class="a-price"><span'
        ' class="a-offscreen">$@N.99</span><span aria-hidden="true"><span class="a-pric'
        'e-symbol">$</span><span class="a-price-whole">@N<span class="a-price-decimal">'
        '.</span></span><span class="a-price-fraction">99</span></span></span>',
        "11.99",
    ),
    "split": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price"><span>$</span><span>@N</s'
        "pan><span>.</span><span>99</span></div>",
        "11.99",
    ),
    "sup": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price">$@N<sup>99</sup></div>',
        "11.99",
    ),
    "sup euro": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price">@N,<sup>99</sup> €</div>',
        "11.99",
    ),
    "sup euro2": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="preis"><b>@N</b><sup>99</sup><sp'
        "an>€</span></div>",
        "11.99",
    ),
    "sup sign": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price"><sup>$</sup>@N<sup>99</sup></div>',
        "11.99",
    ),
    "euro mid": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price">@N€<sup>99</sup></div>',
        "11.99",
    ),
    "euro mid2": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price"><span>@N</span><span>€</s'
        "pan><span>99</span></div>",
        "11.99",
    ),
    "euro mid flat": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price">@N€99</div>',
        "11.99",
    ),
    "from": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price">from $@N.99</div>',
        "11.99",
    ),
    "from2": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div>From <span class="money">£@N.99</span></div>',
        "11.99",
    ),
    "ab": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="product-price"><span>ab</span> <'
        "span>@N,99 €</span></div>",
        "11.99",
    ),
    "ab*": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="product-price">Ab @N,99&nbsp;€*</div>',
        "11.99",
    ),
    "apartir": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price">À partir de <b>@N,99 €</b></div>',
        "11.99",
    ),
    "aslow": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price-box"><span class="price-la'
        'bel">As low as</span> <span class="price">$@N.99</span></div>',
        "11.99",
    ),
    "starting": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price-box">Starting at <span cla'
        'ss="price">$@N.99</span></div>',
        "11.99",
    ),
    "beside link": (
        '<a href="@U"><span class="ov"></span></a><div>@I</div><div>Tee @N</div><div>$@N.99</div>',
        "11.99",
    ),
    "woo sale": (
        '<a href="@U">@I<h2 class="woocommerce-loop-product__title">Tee @N</h2><span cl'
        'ass="price"><del aria-hidden="true"><span class="woocommerce-Price-amount amou'
        'nt"><bdi><span class="woocommerce-Price-currencySymbol">$</span>29.00</bdi></s'
        'pan></del> <span class="screen-reader-text">Original price was: $29.00.</span>'
        '<ins><span class="woocommerce-Price-amount amount"><bdi><span class="woocommer'
        'ce-Price-currencySymbol">$</span>@N.99</bdi></span></ins><span class="screen-r'
        'eader-text">Current price is: $@N.99.</span></span></a>',
        "11.99",
    ),
    "woo range": (
        '<a href="@U">@I<h2 class="woocommerce-loop-product__title">Tee @N</h2><span cl'
        'ass="price"><span class="woocommerce-Price-amount amount"><bdi>@N,99&nbsp;<spa'
        'n class="woocommerce-Price-currencySymbol">€</span></bdi></span> – <span class'
        '="woocommerce-Price-amount amount"><bdi>29,00&nbsp;<span>€</span></bdi></span>'
        "</span></a>",
        "11.99",
    ),
    "shopify dawn": (
        '<a href="@U">@I<h3 class="card__heading">Tee @N</h3></a><div class="price pric'
        'e--on-sale"><div class="price__container"><div class="price__regular"><span cl'
        'ass="visually-hidden">Regular price</span><span class="price-item price-item--'
        'regular">$29.00 USD</span></div><div class="price__sale"><span class="visually'
        '-hidden">Regular price</span><span><s class="price-item price-item--regular">$'
        '29.00 USD</s></span><span class="visually-hidden">Sale price</span><span class'
        '="price-item price-item--sale price-item--last">$@N.99 USD</span></div></div><'
        "/div>",
        "11.99",
    ),
    "shopify dawn reg": (
        '<a href="@U">@I<h3 class="card__heading">Tee @N</h3></a><div class="price"><di'
        'v class="price__container"><div class="price__regular"><span class="visually-h'
        'idden">Regular price</span><span class="price-item price-item--regular">$@N.99'
        ' USD</span></div><div class="price__sale"><span class="visually-hidden">Regula'
        'r price</span><span><s class="price-item price-item--regular"></s></span><span'
        ' class="visually-hidden">Sale price</span><span class="price-item price-item--'
        'sale price-item--last">$@N.99 USD</span></div></div></div>',
        "11.99",
    ),
    "magento": (
        '<a href="@U" class="product-item-photo">@I</a><strong class="product-item-name'
        '"><a href="@U">Tee @N</a></strong><div class="price-box price-final_price"><sp'
        'an class="special-price"><span class="price-container price-final_price"><span'
        ' class="price-label">Special Price</span><span data-price-amount="@N.99" class'
        '="price-wrapper"><span class="price">$@N.99</span></span></span></span><span c'
        'lass="old-price"><span class="price-label">Regular Price</span><span class="pr'
        'ice-wrapper"><span class="price">$29.00</span></span></span></div>',
        "11.99",
    ),
    "presta": (
        '<a href="@U" class="thumbnail">@I</a><h3 class="product-title"><a href="@U">Te'
        'e @N</a></h3><div class="product-price-and-shipping"><span class="regular-pric'
        'e">29,00 €</span><span class="discount-percentage">-20%</span><span class="pri'
        'ce" aria-label="Price">@N,99 €</span></div>',
        "11.99",
    ),
    "shopware": (
        '<a href="@U" class="product-name" title="Tee @N">Tee @N</a><a href="@U">@I</a>'
        '<div class="product-price-info"><p class="product-price-unit"><span>Inhalt: 0.'
        '5 l (44,00 €* / 1 l)</span></p><div class="product-price-wrapper"><span class='
        '"product-price with-list-price">@N,99 €* <span class="list-price"><span class='
        '"list-price-price">29,00 €*</span></span></span></div></div>',
        "11.99",
    ),
    "opencart": (
        '<div class="image"><a href="@U">@I</a></div><div class="caption"><h4><a href="'
        '@U">Tee @N</a></h4><p class="price"><span class="price-new">$@N.99</span> <spa'
        'n class="price-old">$29.00</span> <span class="price-tax">Ex Tax: $9.00</span>'
        "</p></div>",
        "11.99",
    ),
    "sfcc": (
        '<div class="product-tile"><a href="@U">@I</a><a class="link" href="@U">Tee @N<'
        '/a><div class="price"><span><span class="strike-through list"><span class="val'
        'ue" content="29.00">$29.00</span></span><span class="sales"><span class="value'
        '" content="@N.99">$@N.99</span></span></span></div></div>',
        "11.99",
    ),
    "react": (
        '<a href="@U"><div class="css-1a">@I</div><p class="css-9">Tee @N</p><p class="'
        'css-x">$@N.99</p></a>',
        "11.99",
    ),
    "react sale": (
        '<a href="@U"><div class="css-1a">@I</div><p class="css-9">Tee @N</p><p><span c'
        'lass="css-x">$29.00</span><span class="css-y">$@N.99</span></p></a>',
        "11.99",
    ),
    "react sale2": (
        '<a href="@U"><div class="css-1a">@I</div><p class="css-9">Tee @N</p><p><span c'
        'lass="css-x">$@N.99</span><span class="css-y">$29.00</span></p></a>',
        "11.99",
    ),
    "installment": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price">R$ @N,99</div><div>ou 3x '
        "de R$ 4,00 sem juros</div>",
        "11.99",
    ),
    "installment2": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price">R$ @N,99</div><div class='
        '"p">3x R$ 4,00</div>',
        "11.99",
    ),
    "perunit": (
        '<a href="@U">@I<h3>Tee @N</h3></a><b>£@N.99</b><span>£2.40 per 100g</span>',
        "11.99",
    ),
    "cent only": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price">99¢</div>',
        "0.99",
    ),
    "pence": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price">85p</div>',
        "0.85",
    ),
    "yen": (
        '<a href="@U">@I<h3>Tee @N</h3></a><p>@N,800円(税込)</p>',
        "11800.00",
    ),
    "dash": (
        '<a href="@U">@I<h3>Tee @N</h3></a><p class="price">CHF @N.–</p>',
        "11.00",
    ),
    "dash2": (
        '<a href="@U">@I<h3>Tee @N</h3></a><p class="price">@N,- €</p>',
        "11.00",
    ),
    "kr": (
        '<a href="@U">@I<h3>Tee @N</h3></a><p class="price">@N:-</p>',
        "11.00",
    ),
    "nodecl": (
        '<a href="@U">@I<h3>Tee @N</h3></a><p class="price">@N.99</p>',
        "11.99",
    ),
    "meta": (
        '<a href="@U">@I<h3>Tee @N</h3></a><meta itemprop="price" content="@N.99"><span'
        ' class="x">see price in cart</span>',
        "11.99",
    ),
    "data": (
        '<a href="@U">@I<h3>Tee @N</h3></a><div class="price" data-price="@N.99" data-c'
        'urrency="USD"></div>',
        "11.99",
    ),
    "member": (
        '<a href="@U">@I<h3>Tee @N</h3></a><span class="price">$@N.99</span><span class'
        '="member">Members $8.00</span>',
        "11.99",
    ),
    "two lines": (
        '<a href="@U">@I<h3>Tee @N</h3></a><span class="price"><span class="int">@N</sp'
        'an><span class="dec">,99</span><span class="cur">€</span></span>',
        "11.99",
    ),
    "two lines2": (
        '<a href="@U">@I<h3>Tee @N</h3></a><span class="price"><span class="cur">€</spa'
        'n><span class="int">@N</span><span class="dec">99</span></span>',
        "11.99",
    ),
    "big split": (
        '<a href="@U">@I<h3>Tee @N</h3></a><span class="price"><span>1</span><span>.</s'
        "pan><span>0@N</span><span>,</span><span>99</span> <span>€</span></span>",
        "1011.99",
    ),
    "walmart": (
        '<a href="@U"><span>Tee @N</span></a>@I<div data-automation-id="product-price">'
        '<div aria-hidden="true"><span class="f6">$</span><span class="f2">@N</span><sp'
        'an class="f6">99</span></div><span class="w_iUH7">current price $@N.99</span><'
        "/div>",
        "11.99",
    ),
    "walmart was": (
        '<a href="@U"><span>Tee @N</span></a>@I<div data-automation-id="product-price">'
        '<div aria-hidden="true"><span>Now </span><span class="f6">$</span><span class='
        '"f2">@N</span><span class="f6">99</span></div><span class="w_iUH7">current pri'
        'ce Now $@N.99, Was $29.00</span><div class="gray strike">$29.00</div></div>',
        "11.99",
    ),
    "ebay": (
        '<a href="@U">@I</a><a href="@U"><div class="s-item__title">Tee @N</div></a><sp'
        'an class="s-item__price">$@N.99</span><span class="s-item__shipping">+$5.00 sh'
        "ipping</span>",
        "11.99",
    ),
    "ebay range": (
        '<a href="@U">@I</a><a href="@U"><div class="s-item__title">Tee @N</div></a><sp'
        'an class="s-item__price">$@N.99 to $29.00</span>',
        "11.99",
    ),
    "save": (
        '<a href="@U">@I<h3>Tee @N</h3></a><span>Save $5.00</span><span>$@N.99</span>',
        "11.99",
    ),
    "pct": (
        '<a href="@U">@I<h3>Tee @N</h3></a><span>-30%</span> <span>29,00 €</span> <span'
        ">@N,99 €</span>",
        "11.99",
    ),
    "uvp": (
        '<a href="@U">@I<h3>Tee @N</h3></a><span>UVP 29,00 €</span> <span>@N,99 €</span>',
        "11.99",
    ),
    "zl": (
        '<a href="@U">@I<h3>Tee @N</h3></a><span class="price">@N<sup>99</sup> zł</span>',
        "11.99",
    ),
    "kc": (
        '<a href="@U">@I<h3>Tee @N</h3></a><span class="price">1 0@N Kč</span>',
        "1011.00",
    ),
    "rub": (
        '<a href="@U">@I<h3>Tee @N</h3></a><span class="price"><span>@N 900</span> <spa'
        'n class="rub">₽</span></span>',
        "11900.00",
    ),
    "inr": (
        '<a href="@U">@I<h3>Tee @N</h3></a><span>₹1,@N,999</span>',
        "111999.00",
    ),
    "lowest30": (
        '<a href="@U">@I<h3>Tee @N</h3></a><span class="price">@N,99 zł</span><span>Naj'
        "niższa cena z 30 dni: 9,00 zł</span>",
        "11.99",
    ),
}


def page(card):
    rows = []
    for n in (11, 12, 13):
        picture = f'<img src="/i/{n}.jpg" alt="Tee {n}">'
        filled = card.replace("@N", str(n)).replace("@U", f"/p/tee-{n}").replace("@I", picture)
        rows.append(f'<li class="item">{filled}</li>')
    return Page(f'<html lang="en"><h1>Tees</h1><ul>{"".join(rows)}</ul>', "https://shop.example/c")


@pytest.mark.parametrize("name", CARDS)
def test_a_card_tells_the_price_of_now_however_it_is_written(name):
    card, price = CARDS[name]
    found = read_list(page(card)).products
    assert [facts.title for facts in found] == ["Tee 11", "Tee 12", "Tee 13"]
    assert found[0].price == Decimal(price)
    assert all(facts.price for facts in found)


BESIDE = [
    '<a class="t" href="/p/{n}"><img src="/i/{n}.jpg">Tee {n}</a><div class="price">${n}.99</div>',
    '<div class="r"><div class="c"><a href="/p/{n}"><img src="/i/{n}.jpg">Tee {n}</a></div>'
    "<p>${n}.99</p></div>",
    '<div class="c"><a href="/p/{n}"><img src="/i/{n}.jpg"></a><a href="/p/{n}">Tee {n}</a></div>'
    "<span>was $40.00</span><b>${n}.99</b>",
]


@pytest.mark.parametrize("card", BESIDE)
def test_a_price_beside_the_cards_link_is_the_cards(card):
    html = "".join(card.format(n=n) for n in (11, 12, 13))
    found = read_list(Page(f"<h1>Tees</h1><div>{html}</div>", "https://shop.example/c")).products
    assert [str(facts.price) for facts in found] == ["11.99", "12.99", "13.99"]


def test_a_price_far_behind_cards_without_prices_is_none_of_theirs():
    card = '<div class="product"><a href="/p/{n}"><img src="/i/{n}.jpg">Tee {n}</a></div>'
    html = "".join(card.format(n=n) for n in (11, 12, 13)) + "<p>Free delivery over $50</p>"
    found = read_list(Page(f"<h1>Tees</h1><div>{html}</div>", "https://shop.example/c")).products
    assert [facts.price for facts in found] == [None, None, None]

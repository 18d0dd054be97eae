import gzip
from decimal import Decimal

import pytest

from catalog.records import SourceError
from catalog.sources.feed import walk_feed
from tests.shops import Shop

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>{}</channel></rss>"""
ITEM = """<item><g:id>7</g:id><title>Tee &amp; more</title><link>/p/7</link>
<g:image_link>/i/7.jpg</g:image_link><g:additional_image_link>/i/7b.jpg</g:additional_image_link>
<g:additional_image_link>/i/7c.jpg</g:additional_image_link>
<g:price>24.90 EUR</g:price><g:sale_price>19.90 EUR</g:sale_price>
<g:availability>in_stock</g:availability><g:product_type>Men &gt; Tees</g:product_type>
<g:item_group_id>G1</g:item_group_id></item>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
<title>Shop</title><entry><g:id>8</g:id><g:title>Cap</g:title><link rel="alternate" href="/p/8"/>
<g:image_link>/i/8.jpg</g:image_link><g:price>1290 JPY</g:price>
<g:availability>out of stock</g:availability></entry></feed>"""


def records(body, fetcher):
    with Shop({"/feed.xml": body}) as shop:
        return [*walk_feed(f"{shop.url}/feed.xml", fetcher)], shop.url


def test_rss_is_read_whole(fetcher):
    [record], url = records(RSS.format(ITEM), fetcher)
    assert (record.item_id, record.title, record.group) == ("7", "Tee & more", "G1")
    assert (record.price, record.currency, record.in_stock) == (Decimal("19.90"), "EUR", True)
    assert record.category == "Men > Tees"
    assert record.product_url == f"{url}/p/7"
    assert record.image_urls == tuple(f"{url}/i/{name}.jpg" for name in ("7", "7b", "7c"))


def test_atom_is_read_whole(fetcher):
    [record], url = records(ATOM, fetcher)
    assert (record.item_id, record.title, record.price) == ("8", "Cap", Decimal("1290.00"))
    assert (record.currency, record.in_stock) == ("JPY", False)
    assert (record.product_url, record.image_url) == (f"{url}/p/8", f"{url}/i/8.jpg")


def test_googles_own_attributes_come_before_those_of_atom(fetcher):
    entry = "<entry><id>tag:shop.example,8</id><title>Long title</title><g:title>Cap</g:title>"
    [record], _ = records(ATOM.replace("<entry>", entry), fetcher)
    assert (record.item_id, record.title) == ("8", "Cap")


@pytest.mark.parametrize(
    ("dates", "price"),
    [("2000-01-01T00:00+0100/2999-12-31T23:59+0100", "19.90"), ("2000-01-01T00:00Z/2001-01-01T00:00Z", "24.90"),
     ("2998-01-01/2999-01-01", "24.90"), ("soon", "19.90"), ("9999-12-31T23:59-2359/x", "19.90")],
)  # fmt: skip
def test_a_sales_price_counts_while_the_sale_lasts(fetcher, dates, price):
    element = f"<g:sale_price_effective_date>{dates}</g:sale_price_effective_date></item>"
    [record], _ = records(RSS.format(ITEM.replace("</item>", element)), fetcher)
    assert record.price == Decimal(price)


def test_a_packed_feed_is_unpacked(fetcher):
    assert records(gzip.compress(RSS.format(ITEM).encode()), fetcher)[0][0].item_id == "7"


def test_an_item_without_an_id_is_named_and_the_others_kept(fetcher):
    found, _ = records(RSS.format("<item><title>?</title></item>" + ITEM), fetcher)
    assert (found[0].key, found[1].item_id) == ("item 1", "7")


def test_a_price_that_cannot_be_read_is_kept_as_such(fetcher):
    [record], _ = records(
        RSS.format(ITEM.replace("19.90", "?").replace("24.90 EUR", "on request")), fetcher
    )
    assert (record.price, record.unread) == (None, ("price 'on request'",))


ENTITY = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = "<!DOCTYPE rss [" + '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"  # fmt: skip


@pytest.mark.parametrize("declaration", [ENTITY, LAUGHS])
def test_a_feed_never_reads_a_file_nor_expands(fetcher, declaration):
    body = RSS.format("<item><g:id>&x;</g:id></item>").removeprefix('<?xml version="1.0"?>')
    with pytest.raises(SourceError, match="no XML that can be read"):
        records(declaration + body, fetcher)


@pytest.mark.parametrize(
    "body", ["", "<rss>", "not xml", "{}", "<rss/>", b"\x1f\x8bbroken", "<a>" * 5000]
)
def test_what_is_no_feed_is_named(fetcher, body):
    with pytest.raises(SourceError, match=r"/feed\.xml"):
        records(body, fetcher)


def test_what_came_before_a_break_is_kept(fetcher):
    with Shop({"/feed.xml": RSS.format(ITEM)[:-10]}) as shop:
        found = walk_feed(f"{shop.url}/feed.xml", fetcher)
        assert next(found).item_id == "7"
        with pytest.raises(SourceError):
            next(found)


def test_a_gzip_bomb_stops(fetcher):
    with pytest.raises(SourceError, match="unpacks to more than 100 MB"):
        records(gzip.compress(bytes(101_000_000), 1), fetcher)


def test_no_item_names_a_file_of_this_machine(fetcher):
    item = "<item><g:id>1</g:id><g:image_link>file:///etc/passwd</g:image_link></item>"
    [record], _ = records(RSS.format(item), fetcher)
    assert (record.image_url, record.image_path) == ("", None)

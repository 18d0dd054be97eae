import gzip
from decimal import Decimal

import pytest

from catalog.records import ProductRecord, SourceError, Unreadable
from catalog.sources.feed import walk_feed
from catalog.sources.xml import root_name
from tests.shops import Shop

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>{}</channel></rss>"""
ITEM = """<item><g:id>7</g:id><title>Tee &amp; more</title><link>/p/7</link>
<g:image_link>/i/7.jpg</g:image_link><g:additional_image_link>/i/7b.jpg</g:additional_image_link>
<g:additional_image_link>/i/7c.jpg</g:additional_image_link>
<g:price>24.90 EUR</g:price><g:sale_price>19.90 EUR</g:sale_price>
<g:availability>in_stock</g:availability><g:product_type>Men &gt; Tees</g:product_type>
<g:item_group_id>G1</g:item_group_id><g:brand>Acme</g:brand></item>"""
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
    assert (record.category, record.brand) == ("Men > Tees", "Acme")
    assert record.product_url == f"{url}/p/7"
    assert record.image_urls == tuple(f"{url}/i/{name}.jpg" for name in ("7", "7b", "7c"))


def test_atom_is_read_whole(fetcher):
    [record], url = records(ATOM, fetcher)
    assert (record.item_id, record.title, record.price) == ("8", "Cap", Decimal("1290.00"))
    assert (record.currency, record.in_stock) == ("JPY", False)
    assert (record.product_url, record.image_url) == (f"{url}/p/8", f"{url}/i/8.jpg")


def test_the_entry_s_own_address_is_no_product_s(fetcher):
    own = '<link rel="self" href="/feed/8"/><link rel="alternate"'
    [record], url = records(ATOM.replace('<link rel="alternate"', own), fetcher)
    assert record.product_url == f"{url}/p/8"


def test_googles_own_attributes_come_before_those_of_atom(fetcher):
    entry = "<entry><id>tag:shop.example,8</id><title>Long title</title><g:title>Cap</g:title>"
    [record], _ = records(ATOM.replace("<entry>", entry), fetcher)
    assert (record.item_id, record.title) == ("8", "Cap")


@pytest.mark.parametrize(
    ("dates", "price"),
    [("2000-01-01T00:00+0100/2999-12-31T23:59+0100", "19.90"), ("2000-01-01T00:00Z/2001-01-01T00:00Z", "24.90"),
     ("2998-01-01/2999-01-01", "24.90"), ("soon", "24.90"), ("9999-12-31T23:59-2359/x", "24.90")],
)  # fmt: skip
def test_a_sales_price_counts_while_the_sale_lasts(fetcher, dates, price):
    element = f"<g:sale_price_effective_date>{dates}</g:sale_price_effective_date></item>"
    [record], _ = records(RSS.format(ITEM.replace("</item>", element)), fetcher)
    assert record.price == Decimal(price)


def test_a_packed_feed_is_unpacked(fetcher):
    assert records(gzip.compress(RSS.format(ITEM).encode()), fetcher)[0][0].item_id == "7"


def test_an_item_without_an_id_is_named_and_the_others_kept(fetcher):
    found, _ = records(RSS.format("<item><title>?</title></item>" + ITEM), fetcher)
    assert (found[0].key, found[1].item_id) == ("line 2", "7")


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


# What is broken --------------------------------------------------------------------------------

THREE = [
    f"<item><g:id>{n}</g:id><title>Tee {n}</title><link>/p/{n}</link></item>\n" for n in (1, 2, 3)
]
SHOP = RSS.format("\n" + "".join(THREE))


def read(body, fetcher, **headers):
    """(id -> title of what was read, what was said of it)"""
    with Shop(
        {"/feed.xml": (200, headers, body if isinstance(body, bytes) else body.encode())}
    ) as shop:
        found, told = {}, []
        try:
            for record in walk_feed(f"{shop.url}/feed.xml", fetcher):
                if isinstance(record, Unreadable):
                    told.append(record.reason)
                else:
                    found[record.item_id] = record.title
        except SourceError as error:
            told.append(str(error).removeprefix(f"{shop.url}/feed.xml: "))
        return found, told


@pytest.mark.parametrize(
    ("written", "title", "told"),
    [("Tee\x03 2", "Tee 2", "line 4: a character that XML forbids"),
     ("<![CDATA[Tee\x0b & <b>2</b>]]>", "Tee & 2", "line 4: a character that XML forbids"),
     ("Tee&#3; 2", "Tee 2", "line 4: a character that XML forbids"),
     ("Tee&nbsp;&uuml;&#252;2", "Tee üü2", "line 4: an entity of HTML (and 1 more)"),
     ("Tee & 2", "Tee & 2", "line 4: a bare &"), ("Tee &2; ", "Tee &2;", "line 4: an entity that is not known"),
     ("Tee < 2", "Tee < 2", "line 4: a bare <"), ("Tee ]]> 2", "Tee ]]> 2", None),
     ("Tee <x:b>2</x:b>", "Tee 2", None)],
)  # fmt: skip
def test_what_xml_forbids_is_mended_and_told(fetcher, written, title, told):
    found, said = read(SHOP.replace("Tee 2", written), fetcher)
    assert found == {"1": "Tee 1", "2": title, "3": "Tee 3"}
    assert said == ([told] if told else [])


def test_an_address_with_bare_ands_is_whole(fetcher):
    body = SHOP.replace("/p/2", "http://a.example/?a=1&b=2&copy=3")
    with Shop({"/feed.xml": body}) as shop:
        urls = [
            r.product_url
            for r in walk_feed(f"{shop.url}/feed.xml", fetcher)
            if isinstance(r, ProductRecord)
        ]
    assert urls[1] == "http://a.example/?a=1&b=2&copy=3"


def test_a_prefix_that_nobody_declares_is_googles(fetcher):
    body = SHOP.replace(' xmlns:g="http://base.google.com/ns/1.0"', "")
    assert read(body, fetcher) == ({"1": "Tee 1", "2": "Tee 2", "3": "Tee 3"}, [])


@pytest.mark.parametrize(
    ("before", "told"),
    [("\n", None), ("\ufeff", None), ("\ufeff\r\n ", None), ("<!-- made by a plugin -->\n", None),
     ("<br />\n<b>Notice</b>: Undefined index in feed.php\n", "line 1: text before the document")],
)  # fmt: skip
def test_what_stands_before_the_document_is_passed_over(fetcher, before, told):
    found, said = read(before + SHOP, fetcher)
    assert (list(found), said) == (["1", "2", "3"], [told] if told else [])
    assert root_name((before + SHOP).encode()) == "rss"


@pytest.mark.parametrize("end", ["\n<!-- cached -->", "\nPHP Notice: x <b>y</b>", "\0\0", "</rss>"])
def test_what_stands_behind_the_document_is_passed_over(fetcher, end):
    assert list(read(SHOP + end, fetcher)[0]) == ["1", "2", "3"]
    assert not any("not read" in said or "broken" in said for said in read(SHOP + end, fetcher)[1])


@pytest.mark.parametrize(
    ("body", "ids", "told"),
    [(SHOP[: SHOP.index("Tee 3") + 2], ["1", "2"], "line 5: its XML is broken there"),
     (SHOP[: SHOP.index("</channel>")], ["1", "2", "3"], "line 6: its XML is broken there"),
     (SHOP.replace("Tee 2</title>", "Tee 2"), ["1", "2", "3"], "line 4: its XML is broken there"),
     (SHOP.replace("</item>\n<item><g:id>2", "<item><g:id>2"), ["1", "2", "3"], "its XML is broken there"),
     (SHOP.replace("Tee 2", "<![CDATA[Tee 2"), ["1"], "its XML is broken there"),
     (SHOP + SHOP, ["1", "2", "3"], "more stands behind the end")],
)  # fmt: skip
def test_a_broken_feed_is_read_as_far_as_it_goes_and_fails_with_the_line(fetcher, body, ids, told):
    found, said = read(body, fetcher)
    assert list(found) == ids
    assert told in said[-1]
    packed, _ = read(gzip.compress(body.encode()), fetcher)
    assert packed == found


def test_bytes_that_are_no_utf_8_are_told_or_read_as_what_they_are(fetcher):
    found, said = read(
        SHOP.replace("Tee 1", "Größe, Grün").encode().replace(b"Tee 2", b"Gr\xfcn"), fetcher
    )
    assert (found["1"], found["2"], len(found)) == ("Größe, Grün", "Gr\ufffdn", 3)
    assert said == ["line 4: a byte that is no utf-8"]
    body = SHOP.replace("Tee", "Рубашка")
    assert read(body.encode("cp1251"), fetcher)[0]["2"] == "Рубашка 2"
    declared = body.replace('"1.0"?', '"1.0" encoding="windows-1251"?')
    assert read(declared.encode("cp1251"), fetcher) == ({n: f"Рубашка {n}" for n in "123"}, [])
    assert read(declared.encode("utf-16"), fetcher)[0]["3"] == "Рубашка 3"
    undeclared = SHOP.replace("Tee", "Kurtka męska").encode("cp1250")
    assert read(undeclared, fetcher)[1] == [
        "its encoding cannot be told (cp1252 or cp1250?); save it as UTF-8"
    ]
    assert (
        read(undeclared, fetcher, **{"Content-Type": "text/xml; charset=windows-1250"})[0]["1"]
        == "Kurtka męska 1"
    )


def test_a_feed_of_members_is_read_whole(fetcher):
    half = len(SHOP) // 2
    packed = b"".join(gzip.compress(part.encode()) for part in (SHOP[:half], SHOP[half:]))
    assert list(read(packed, fetcher)[0]) == ["1", "2", "3"]
    found, said = read(packed[:-9], fetcher)
    assert (list(found)[:1], len(said)) == (["1"], 1)


def test_the_whole_text_of_a_title_counts_whatever_tags_stand_in_it(fetcher):
    item = "<item><guid>1</guid><title>Shirt <b>2</b></title></item>"
    with Shop({"/feed.xml": f"<rss><channel>{item}</channel></rss>"}) as shop:
        [record] = walk_feed(f"{shop.url}/feed.xml", fetcher)
        assert record.title == "Shirt 2"

import gzip
import json
from decimal import Decimal
from typing import Any

import pytest

from catalog.records import SourceError, Unreadable
from catalog.sources.table import read_table, walk_table
from tests.shops import NO_PAGES, Shop

TSV = (
    "id\ttitle\tlink\timage link\timage_link\tadditional_image_link\tprice\tavailability\titem_group_id\n"
    "7\tTee\thttps://a.example/p/7\t\thttps://a.example/7.jpg\t"
    "https://a.example/7b.jpg,https://a.example/7c.jpg\t19.90 EUR\tin_stock\tG\n"
)


def rows(text, **columns):
    return list(read_table(text.encode(), "list", columns))


def test_googles_tsv_is_read_whole():
    [record] = rows(TSV)
    assert (record.item_id, record.title, record.group) == ("7", "Tee", "G")
    assert (record.price, record.currency, record.in_stock) == (Decimal("19.90"), "EUR", True)
    assert record.product_url == "https://a.example/p/7"
    assert record.image_urls == tuple(f"https://a.example/{name}.jpg" for name in ("7", "7b", "7c"))


def test_columns_are_named_by_a_mapping():
    [record] = rows(
        "Artikel;Bezeichnung;Preis EUR;Bild\nA1;Hose;12,50 €;http://a.example/1.jpg\n",
        item_id="Artikel", title="bezeichnung", price="Preis EUR", image_urls="Bild",
    )  # fmt: skip
    assert (record.item_id, record.title, record.price) == ("A1", "Hose", Decimal("12.50"))
    assert record.image_url == "http://a.example/1.jpg"


@pytest.mark.parametrize(
    "cell",
    [
        "https://a.example/1.jpg;https://a.example/2.jpg",
        "https://a.example/1.jpg; https://a.example/2.jpg",
        "https://a.example/1.jpg, https://a.example/2.jpg",
        "https://a.example/1.jpg|https://a.example/2.jpg",
        '["https://a.example/1.jpg", "https://a.example/2.jpg"]',
    ],
)
def test_a_cell_may_hold_several_pictures(cell):
    [record] = rows(f"id\ttitle\timages\n1\tA\t{cell}\n")
    assert record.image_urls == ("https://a.example/1.jpg", "https://a.example/2.jpg")


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/w_300,h_300/1.jpg",
        "https://a.example/1;2.jpg",
        "https://a.example/[1].jpg",
    ],
)
def test_a_mark_within_an_address_is_a_part_of_it(address):
    [record] = rows(f"id\ttitle\timages\n1\tA\t{address}\n")
    assert record.image_urls == (address,)


def test_a_column_of_stock_may_count():
    found = rows("id,title,stock\n1,A,12\n2,B,0\n")
    assert [record.in_stock for record in found] == [True, False]


def test_json_lines_are_read_and_reached_into():
    lines = [
        {
            "ID": 1,
            "name": "A",
            "price": {"amount": 5.5, "code": "EUR"},
            "images": ["http://a.example/1", "http://a.example/2"],
        },
        {"id": "2", "availability": "out of stock"},
    ]
    text = "\n".join(map(json.dumps, lines)) + "\n\nnonsense\n[1]\n" + "[" * 9999
    first, second, *broken = rows(text, price="price.amount", currency="price.code")
    assert (first.item_id, first.price, first.currency) == ("1", Decimal("5.50"), "EUR")
    assert len(first.image_urls) == 2
    assert (second.item_id, second.in_stock) == ("2", False)
    assert [(type(row), row.key) for row in broken] == [
        (Unreadable, "line 4"), (Unreadable, "line 5"), (Unreadable, "line 6"),
    ]  # fmt: skip


def test_a_wrong_row_is_named_and_the_others_kept():
    found = rows('id,title\n,x\n2,two\n3,"' + "x" * 200_000 + '"\n4,four\n')
    assert [row.key for row in found] == ["line 2", "2", "line 4", "4"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_spreadsheets_encodings_are_read(encoding):
    [record] = read_table("id;title\n1;Größe\n".encode(encoding), "list")
    assert record.title == "Größe"


def test_a_table_is_read_from_an_address_and_its_links_start_there(fetcher):
    with Shop({"/a/list.csv": "id,image\n1,../i/1.jpg\n"}) as shop:
        [record] = walk_table(f"{shop.url}/a/list.csv", fetcher)
        assert record.image_url == f"{shop.url}/i/1.jpg"


def test_a_table_on_disk_names_no_file(tmp_path):
    path = tmp_path / "list.csv"
    (tmp_path / "1.jpg").write_bytes(b"x")
    rows = "1,1.jpg\n2,/etc/passwd\n3,file:///etc/passwd\n"
    path.write_text(f"id,image\n{rows}")
    with pytest.raises(SourceError, match=rf"import_folder DIR --csv {path}"):
        list(walk_table(str(path), NO_PAGES))
    path.write_text(f"id,image\n0,https://a.example/0.jpg\n{rows}")
    _, *records = walk_table(str(path), NO_PAGES)
    assert [record.item_id for record in records] == ["1", "2", "3"]
    assert {(record.image_url, record.image_path) for record in records} == {("", None)}


def test_what_is_no_table_is_named(tmp_path):
    for body in (b"", b"\n\n", b"\x1f\x8bbroken", b"[1, 2", b"["):
        with pytest.raises(SourceError):
            list(read_table(body, "list"))
    with pytest.raises(SourceError, match="is no file"):
        list(walk_table(str(tmp_path), NO_PAGES))


def test_a_nul_in_a_table_is_that_rows_matter():
    found = rows("id,title\n1,a\0b\n2,two\n")
    assert found[-1].item_id == "2"


def test_a_json_list_is_a_table_too():
    found = rows('[{"id": 1}, 7, {"sku": "b", "price": 1.299}]')
    assert [row.key for row in found] == ["1", "line 2", "b"]
    assert found[2].price == Decimal("1.30")


def test_only_line_breaks_end_a_line():
    assert [row.title for row in rows("id,title\r\n1,a\u2028b\x0cc\r\n")] == ["a b c"]
    assert [row.title for row in rows('{"id": 1, "title": "a\u2028b"}\n')] == ["a b"]


@pytest.mark.parametrize(
    "text",
    ["Handle,Title,Variant SKU,Variant Price,Image Src\nh,Tee,7,19.90,http://a.example/7.jpg\n",
     'ID,Type,SKU,Name,"In stock?","Sale price","Regular price",Images\n'
     '1,simple,7,Tee,1,19.90,24.90,"http://a.example/7.jpg, http://a.example/8.jpg"\n',
     "sku,name,price,base_image,is_in_stock\n7,Tee,19.9000,http://a.example/7.jpg,1\n",
     "g:id\tg:title\tg:sale price\tg:price\tg:image link\n7\tTee\t19.90 EUR\t24.90 EUR\thttp://a.example/7.jpg\n"],
)  # fmt: skip
def test_what_shops_export_needs_no_mapping(text):
    [record] = rows(text)
    assert (record.item_id, record.title, record.price) == ("7", "Tee", Decimal("19.90"))
    assert record.image_url == "http://a.example/7.jpg"


# What is broken --------------------------------------------------------------------------------

HEADER = "id{0}title{0}price{0}image\n"
ROW = "{1}{0}{2}{0}{1}9.90{0}https://a.example/{1}.jpg\n"


def a_table(*titles, by=","):
    return HEADER.format(by) + "".join(
        ROW.format(by, n, title) for n, title in enumerate(titles, 1)
    )


def told(found):
    return [(row.reason, row.hides) for row in found if isinstance(row, Unreadable)]


def taken(found):
    return {row.item_id: row.title for row in found if not isinstance(row, Unreadable)}


@pytest.mark.parametrize("by", [",", ";", "\t"])
@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_a_mark_that_nothing_closes_takes_no_other_row(by, place):
    titles = ["Tee", "Hat", "Sock", "Shoe"]
    titles[place - 1] = f'"{titles[place - 1]}'
    found = rows(a_table(*titles, by=by))
    assert list(taken(found)) == ["1", "2", "3", "4"]
    assert told(found)[0][0].startswith(f"line {place + 1}: a quotation mark")


def test_a_mark_that_another_rows_mark_closes_takes_no_other_row():
    found = rows(a_table('"Oversize tee', "Hat", 'Screen 24"', '"Tee, blue"', "Shoe"))
    assert list(taken(found)) == ["1", "2", "3", "4", "5"]
    assert (taken(found)["3"], taken(found)["4"]) == ('Screen 24"', "Tee, blue")


def test_a_mark_in_the_last_column_or_in_the_header_takes_no_other_row():
    found = rows('id,title\n1,"Tee\n2,Hat\n3,Sock\n')
    assert taken(found) == {"1": "Tee", "2": "Hat", "3": "Sock"}
    assert taken(rows('id,"title,price\n1,Tee,9.90\n2,Hat,8.90\n')) == {"1": "Tee", "2": "Hat"}


def test_cells_and_headers_with_line_breaks_stay_whole():
    found = rows('id,"price\n(EUR)",title\n1,9.90,"Tee,\nsoft\n"\n2,8.90,"Hat\n24, warm, red"\n')
    assert taken(found) == {"1": "Tee, soft", "2": "Hat 24, warm, red"}
    assert not told(found)


def test_a_row_that_is_not_whole_is_named_and_hides_what_it_may_hold():
    found = rows('id,title,price\n1,Tee, blue,9.90\n2,Hat,8.90\n3,"So')
    assert taken(found) == {"2": "Hat"}
    assert [(reason[:23], hides) for reason, hides in told(found)] == [
        ("line 2 cannot be read: ", True), ("line 4 cannot be read: ", True),
    ]  # fmt: skip
    [(reason, hides)] = told(rows("id,title,price\n1,Tee,9.90\n2,H"))
    assert hides
    assert reason.startswith("line 3 cannot be read: the file ends in the middle of it")


def test_a_line_that_is_no_json_hides_what_it_may_hold():
    [(reason, hides)] = told(rows('{"id": 1, "title": "Tee"}\n{"id": 2, "ti'))
    assert hides
    assert reason.startswith("line 2 is no JSON: ")
    assert "line 1" not in reason


def test_all_members_of_a_packed_table_are_read():
    one, two = (gzip.compress(part.encode()) for part in ("id,title\n1,Tee\n", "2,Hat\n3,Sock\n"))
    assert list(taken(read_table(one + two, "list"))) == ["1", "2", "3"]
    assert list(taken(read_table(one + two + bytes(99), "list"))) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "end",
    [
        gzip.compress(b"2,Hat\n3,Sock\n" * 99, mtime=0)[:-12],
        gzip.compress(b"2,Hat\n3,Sock\n" * 99, mtime=0)[:-8] + bytes(8),
        b"\x1f\x8bubbish!!",
    ],
    ids=["cut", "a wrong sum", "damaged"],
)
def test_a_packed_table_that_is_broken_is_read_as_far_as_it_goes(end):
    found: list[Any] = []
    with pytest.raises(SourceError, match=r"its gzip is .*, in line"):
        found.extend(read_table(gzip.compress(b"id,title\n1,Tee\n") + end, "list"))
    assert found[0].item_id == "1"


def test_what_stands_behind_the_gzip_is_passed_over_and_told():
    packed = gzip.compress(b"id,title\n1,Tee\n") + b"rubbish!!"
    told, record = read_table(packed, "list")
    assert (record.item_id, told.left_out) == ("1", True)
    assert told.reason == "what stands behind the end of its gzip was passed over"


def test_a_short_table_keeps_the_rows_before_its_gzip_breaks(fetcher):
    packed = gzip.compress(b"id,title,image\n1,Tee,/1.jpg\n2,Hat,/2.jpg\n", mtime=0)
    with Shop({"/list.csv.gz": packed[:-6]}) as shop:
        walk = walk_table(f"{shop.url}/list.csv.gz", fetcher)
        assert [next(walk).item_id, next(walk).item_id] == ["1", "2"]
        with pytest.raises(SourceError, match="its gzip is cut short, in line"):
            next(walk)


def test_a_line_that_tells_the_separator_is_no_header():
    for sign, line in ((";", "sep=;"), (",", '"sep=,"'), ("\t", "\ufeffsep=\t")):
        assert taken(rows(f"{line}\r\n{a_table('Tee', 'Hat', by=sign)}")) == {
            "1": "Tee",
            "2": "Hat",
        }


def test_a_wrong_hint_of_the_separator_gives_way_to_the_header():
    assert taken(rows("sep=,\n" + a_table("Tee", "Hat", by=";"))) == {"1": "Tee", "2": "Hat"}


def test_many_notes_above_the_header_are_told_as_one():
    found = rows("".join(f"Note {n}\n" for n in range(25)) + a_table("Tee"))
    assert found[0].reason == "lines 1 to 25 stand above the header and were passed over"
    assert found[1].item_id == "1"


def test_variants_without_sku_beside_one_that_has_it_are_kept_as_their_product():
    text = (
        "Handle,Title,Option1 Value,Variant SKU,Variant Price,Image Src\n"
        "linen,Linen shirt,S,,30.00,https://a.example/1.jpg\nlinen,,M,L-M,31.00,\nlinen,,L,,32.00,\n"
    )
    assert [(row.item_id, row.group) for row in rows(text)] == [
        ("linen", "linen"),
        ("L-M", "linen"),
    ]


def test_notes_above_the_header_are_told_once():
    found = rows("\ufeffPrice list of May,,,\n,,,\n" + a_table("Tee", "Hat"))
    assert taken(found) == {"1": "Tee", "2": "Hat"}
    assert [reason for reason, _ in told(found)] == [
        "line 1 stands above the header and was passed over: 'Price list of May,,,'"
    ]


def test_a_table_whose_header_is_not_known_is_one_sentence():
    with pytest.raises(SourceError, match=r"line 1, 'Artikel;Name', .*--column item_id=NAME"):
        rows("Artikel;Name\n1;Tee\n2;Hat\n")


def test_a_column_that_is_there_twice_gives_what_it_says():
    assert taken(rows("id,title,title\n1,Tee,\n2,,Hat\n")) == {"1": "Tee", "2": "Hat"}


# Encodings -------------------------------------------------------------------------------------

RUSSIAN = "id;title\n1;Рубашка льняная\n2;Футболка синяя\n"


def test_a_table_in_another_encoding_is_read_or_refused():
    assert taken(read_table(RUSSIAN.encode("cp1251"), "list"))["1"] == "Рубашка льняная"
    with pytest.raises(SourceError, match="its encoding cannot be told"):
        list(read_table("id;title\n1;Kurtka męska\n".encode("cp1250"), "list"))


def test_the_charset_of_the_answer_counts(fetcher):
    body = "id;title;image\n1;Kurtka męska;/1.jpg\n".encode("cp1250")
    with Shop(
        {"/list.csv": (200, {"Content-Type": "text/csv; charset=windows-1250"}, body)}
    ) as shop:
        [record] = walk_table(f"{shop.url}/list.csv", fetcher)
    assert record.title == "Kurtka męska"


def test_a_byte_that_is_out_of_place_is_told():
    found = list(
        read_table(
            "id,title\n1,Größe\n2,Grün\n".encode() + b"3,Gr\xfcn\n",
            "list",
        )
    )
    assert taken(found)["2"] == "Grün"
    assert told(found) == [("line 4: a byte that is no utf-8", False)]


def test_half_a_character_is_none():
    lines = '{"id": "a\\ud800", "title": "Tee \\ud83d\\ude00 \\\\ud800 \\udc00"}\n'
    [record] = rows(lines)
    assert (record.item_id, record.title) == ("a\ufffd", "Tee 😀 \\ud800 \ufffd")
    [record] = rows(f"[{lines}]")
    assert record.item_id == "a\ufffd"


# Exports ---------------------------------------------------------------------------------------

SHOPIFY = """\
Handle,Title,Type,Published,Option1 Value,Variant SKU,Variant Price,Image Src,Variant Image,Status
shirt,Linen shirt,Shirts,true,S,{0},24.50,http://a.example/1.jpg,,active
shirt,,,,M,{1},25.50,http://a.example/2.jpg,{2},
shirt,,,,,,,http://a.example/3.jpg,,
hat,Wool hat,Hats,true,Default Title,,19,http://a.example/4.jpg,,active
old,Old hat,Hats,true,Default Title,,19,http://a.example/5.jpg,,archived
new,New hat,Hats,false,Default Title,,19,http://a.example/6.jpg,,active
"""


def test_shopifys_export_without_sku_is_a_product_a_handle():
    shirt, hat, left_out = rows(SHOPIFY.format("", "", ""))
    assert (shirt.item_id, shirt.title, shirt.price) == ("shirt", "Linen shirt", Decimal("24.50"))
    assert shirt.image_urls == tuple(f"http://a.example/{n}.jpg" for n in (1, 2, 3))
    assert (hat.item_id, hat.category, hat.group) == ("hat", "Hats", "")
    assert left_out.left_out
    assert left_out.reason.startswith("2 × not published")


def test_shopifys_export_with_sku_is_a_product_a_sku_that_inherits():
    small, medium, _, _ = rows(SHOPIFY.format("'0071", "72", "http://a.example/m.jpg"))
    assert [(p.item_id, p.title, p.price, p.group) for p in (small, medium)] == [
        ("0071", "Linen shirt", Decimal("24.50"), "shirt"),
        ("72", "Linen shirt", Decimal("25.50"), "shirt"),
    ]
    assert (small.image_url, medium.image_url) == (
        "http://a.example/1.jpg",
        "http://a.example/m.jpg",
    )
    assert medium.category == "Shirts"


WOOCOMMERCE = """\
ID,Type,SKU,Name,Published,Date sale price starts,Date sale price ends,In stock?,Sale price,Regular price,Categories,Images,Parent
5,variable,tee,Tee,1,,,1,,,"Men > Tees, Sale","http://a.example/5.jpg, http://a.example/5b.jpg",
6,variation,tee-s,,1,{},{},0,15,20,,,tee
7,simple,draft,Draft,-1,,,1,,20,,http://a.example/7.jpg,
"""


@pytest.mark.parametrize(
    ("first", "last", "price"),
    [("", "", "15"), ("2001-01-01", "2001-02-01", "20"), ("2998-01-01 00:00:00", "", "20"),
     ("", "2001-01-01", "20"), ("2001-01-01", "", "15")],
)  # fmt: skip
def test_woocommerces_export_is_read_with_its_sales_and_variations(first, last, price):
    parent, variation, left_out = rows(WOOCOMMERCE.format(first, last))
    assert (parent.title, parent.category, parent.group) == ("Tee", "Men > Tees", "tee")
    assert (variation.item_id, variation.title, variation.group) == ("tee-s", "Tee", "tee")
    assert (variation.price, variation.in_stock) == (Decimal(price), False)
    assert variation.image_urls == ("http://a.example/5.jpg", "http://a.example/5b.jpg")
    assert left_out.reason.startswith("1 × not published")


@pytest.mark.parametrize("column", ["brand", "Vendor", "manufacturer", "Brands"])
def test_a_brand_is_read_by_any_of_its_names(column):
    [record] = rows(f"id,title,image,{column}\n1,Tee,http://a.example/1.jpg,Acme\n")
    assert record.brand == "Acme"

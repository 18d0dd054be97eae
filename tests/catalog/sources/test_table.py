import json
from decimal import Decimal

import pytest

from catalog.records import SourceError, Unreadable
from catalog.sources.table import read_table, walk_table
from tests.shops import Shop

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
    path.write_text("id,image\n1,1.jpg\n2,/etc/passwd\n3,file:///etc/passwd\n")
    records = list(walk_table(str(path), None))
    assert [record.item_id for record in records] == ["1", "2", "3"]
    assert {(record.image_url, record.image_path) for record in records} == {("", None)}


def test_what_is_no_table_is_named(tmp_path):
    for body in (b"", b"\n\n", b"\x1f\x8bbroken", b"[1, 2", b"["):
        with pytest.raises(SourceError):
            list(read_table(body, "list"))
    with pytest.raises(SourceError, match="is no file"):
        list(walk_table(str(tmp_path), None))


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

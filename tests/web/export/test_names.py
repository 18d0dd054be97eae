"""One file name an id, whatever the disk."""

import pytest

from web.export.names import Names

ODD = ["a", "A", "aB", "Ab", "AB", "é", "É", "e\u0301", "CON", "con", "nul.1", "x.", "x", "...", "a/b", "A/B",
       "%2F", "/", "n" * 300, "N" * 300, "~", "a b ", "👕", "lpt1", "COM9", "ß", "SS", "\n", "ı", "I", "i"]  # fmt: skip


def test_no_two_ids_have_names_that_differ_in_case_only():
    names = Names(ODD)
    for name in (names.page, names.data):
        files = [name(item_id).casefold() for item_id in ODD]
        assert len(set(files)) == len(ODD)


def test_nor_have_their_pictures():
    from catalog.pictures import file_name

    names = Names(ODD)
    files = [names.picture("thumbnails", file_name(item_id)).casefold() for item_id in ODD]
    assert len(set(files)) == len(ODD)
    assert names.picture("pictures", "a.jpg") != names.picture("pictures", "A.jpg")


def test_plain_ids_are_names_and_the_one_that_comes_first_keeps_its_own():
    names = Names(["SKU-1.b", "sku-2", "SKU-2", "104233"])
    assert names.page("104233") == "products/104233.html"
    assert names.data("SKU-1.b") == "products/SKU-1.b.json"
    assert names.page("SKU-2") == "products/SKU-2.html"
    assert names.page("sku-2") == "products/sku-2~" + names.page("sku-2")[-13:-5] + ".html"


@pytest.mark.parametrize("item_id", ["CON", "nul", "COM1", "lpt9", "Aux.v2", "CON.a.b"])
def test_names_that_windows_keeps_for_devices_are_no_files(item_id):
    names = Names([item_id])
    assert names.page(item_id) == f"products/%{item_id}.html"
    assert names.picture("thumbnails", f"{item_id}.jpg") == f"media/thumbnails/%{item_id}.jpg"


def test_all_disks_take_them():
    names = Names(ODD)
    for item_id in ODD:
        file = names.page(item_id).removeprefix("products/")
        assert len(file.encode()) < 150
        assert not set(file) & set('<>:"/\\|?*')
        assert file.isascii()
        assert file.isprintable()
        assert not file.startswith(".")

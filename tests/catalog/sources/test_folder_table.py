import os
import re
import shutil
import unicodedata
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.management import call_command

from catalog.models import Product
from catalog.registry import import_folder
from runs.outcomes import Status
from tests.conftest import picture_bytes

pytestmark = pytest.mark.django_db


def outcomes(folder):
    return {o.key: (o.status, o.detail) for o in import_folder(folder)}


def csv_outcomes(folder, text, encoding="utf-8"):
    table = folder / "list.csv"
    table.write_bytes(text.encode(encoding))
    return {o.key: o for o in import_folder(folder, table=table)}


def apart(text):
    return unicodedata.normalize("NFD", text)


def test_a_macs_names_and_everybody_elses_are_one(tmp_path):
    for name in ("Größe-42.jpg", "Été/чай-7.jpg", "Été/ガ.jpg"):
        path = tmp_path / apart(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture_bytes("red"))
    found = csv_outcomes(
        tmp_path,
        f"item_id,title,file,category\nGröße-42,Hemd,,{apart('Été')}\nчай-7,Tee,Été/чай-7.jpg,Été\n"
        f"{apart('ガ')},Ga,,Été\n",
    )
    assert {key: outcome.status for key, outcome in found.items()} == {
        "Größe-42": "new", "чай-7": "new", "ガ": "new",
    }  # fmt: skip
    assert set(Product.objects.values_list("category", flat=True)) == {"Été"}
    assert {o.key: o.status for o in import_folder(tmp_path)}["Größe-42"] != Status.NEW
    assert Product.objects.count() == 3


def test_a_catalogue_made_on_a_mac_stays_the_same_products(tmp_path, client):
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / apart("Größe-42.jpg")).write_bytes(picture_bytes("red"))
    list(import_folder(folder))
    Product.objects.update(item_id=apart("Größe-42"), shop_item_id=apart("Größe-42"))
    [outcome] = import_folder(folder)
    assert (outcome.key, outcome.status) == ("Größe-42", Status.SAME)
    assert Product.objects.get().thumbnail_url
    for typed in ("Größe-42", apart("Größe-42")):
        assert client.get(f"/api/v1/products/{quote(typed)}/").status_code == 200


@pytest.mark.parametrize(
    "named",
    ["hats\\1.jpg", ".\\hats\\1.jpg", "hats\\1.JPG", "Hats/1.jpg", "C:\\shop\\pics\\hats\\1.jpg",
     "\\\\server\\share\\hats\\1.jpg", "D:/x/hats/1.jpg"],
)  # fmt: skip
def test_paths_of_windows_are_found(folder, named):
    found = csv_outcomes(folder, f"item_id,file\n1,{named}\n")
    assert found["1"].status == Status.NEW


@pytest.mark.parametrize(
    "named", ["..\\..\\x.jpg", "C:\\..\\..\\x.jpg", "C:\\shop\\9.jpg", "hats\\..\\..\\x.jpg"]
)
def test_paths_of_windows_that_lead_out_or_nowhere_are_refused(folder, named):
    (folder.parent / "x.jpg").write_bytes(picture_bytes("red"))
    found = csv_outcomes(folder, f"item_id,file\n1,{named}\n")
    assert found["1"].status == Status.FAILED
    assert re.search("is (not there|out of the folder)", found["1"].detail)


def test_a_csv_of_another_country_is_read_and_its_broken_rows_are_named(folder):
    found = csv_outcomes(folder, "sep=;\nitem_id;title\n0;Рубашка льняная\n", encoding="cp1251")
    assert found["0"].status == Status.NEW
    assert Product.objects.get(item_id="0").title == "Рубашка льняная"
    found = csv_outcomes(folder, 'item_id,title,price\n0,"Tee,9\n1,Hat, red,8\n')
    assert found["0"].status == Status.CHANGED
    assert found["line 3"].detail == "line 3 cannot be read: it has 4 cells, the header 3"
    assert not Product.objects.exclude(gone_since=None).exists()


def test_a_folder_that_is_closed_hides_what_it_may_hold(folder, monkeypatch):
    outcomes(folder)
    scandir = os.scandir

    def guarded(path):
        if Path(path) == folder / "hats":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", guarded)
    assert "none is marked as gone" in outcomes(folder)[str(folder)][1]
    assert not Product.objects.exclude(gone_since=None).exists()


def test_a_folder_in_no_encoding_ends_no_command(folder, capsys):
    odd = folder.parent / os.fsdecode(b"caf\xe9")
    try:
        shutil.copytree(folder, odd)
    except OSError:
        pytest.skip("this file system takes no such name")
    call_command("import_folder", str(odd))
    call_command("scrape", str(odd), verbosity=2)
    assert "same" in capsys.readouterr().out
    assert Product.objects.first().source.endswith("caf\\udce9")


@pytest.mark.parametrize(
    ("stock", "answer"), [("3", True), ("0", False), ("000", False), ("9" * 5000, True)]
)
def test_stock_may_be_a_count_however_long(folder, stock, answer):
    csv_outcomes(folder, f"item_id,in_stock\n3,{stock}\n")
    assert Product.objects.get(item_id="3").in_stock is answer

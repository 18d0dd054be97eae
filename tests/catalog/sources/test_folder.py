import os
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from catalog import pictures
from catalog.models import Product
from catalog.records import SourceError
from catalog.registry import import_folder
from catalog.sources.folder import read_folder
from catalog.sources.folder_table import read_csv
from catalog.thumbnails import ENDINGS, FORMATS
from runs.models import Run
from runs.outcomes import Status
from tests.cases import CASES
from tests.conftest import picture_bytes

pytestmark = pytest.mark.django_db


def outcomes(folder, **options):
    return {o.key: (o.status, o.detail) for o in import_folder(folder, **options)}


def test_a_folder_is_imported_with_its_sub_folders_as_categories(folder):
    assert {o.status for o in import_folder(folder)} == {Status.NEW}
    assert Product.objects.get(item_id="1").category == "hats"
    assert {o.status for o in import_folder(folder)} == {Status.SAME}


def test_a_csv_gives_titles_prices_and_files(folder):
    table = folder / "list.csv"
    table.write_text(
        "\ufeffitem_id;title;price;currency;file;in_stock\n"
        "x1;Red shirt;12,50;eur;shirts/0.jpg;yes\n5;Hat;;;;\n;no id;;;;\nq;no picture;;;;\n"
        "z;outside;;;../../etc/passwd;\n"
    )
    found = {o.key: (o.status, o.detail) for o in import_folder(folder, table=table)}
    assert found["x1"][0] == found["5"][0] == Status.NEW
    assert found["line 4"] == (Status.FAILED, "list.csv, line 4: no item_id")
    assert "line 5: no picture" in found["q"][1]
    assert found["z"][0] == Status.FAILED
    row = Product.objects.get(item_id="x1")
    assert (row.title, row.price, row.currency, row.in_stock) == (
        "Red shirt",
        Decimal("12.50"),
        "EUR",
        True,
    )


def test_links_out_of_the_folder_and_hidden_files_are_left_out(folder, tmp_path):
    outside = tmp_path / "secret.jpg"
    outside.write_bytes(picture_bytes("red"))
    (folder / "link.jpg").symlink_to(outside)
    (folder / ".hidden.jpg").write_bytes(picture_bytes("red"))
    found = {o.key: o.detail for o in import_folder(folder)}
    assert found.pop("left out") == "1 × .hidden.jpg, 1 × links out of the folder"
    assert sorted(found) == list("012345")


def test_a_pipe_in_the_folder_is_left_out(folder):
    """To read one is to wait for a writer, who may never come."""
    os.mkfifo(folder / "pipe.jpg")
    assert sorted(record.key for record in read_folder(folder)) == [*"012345", "left out"]


def test_a_csv_may_stand_beside_the_folder_and_name_columns_loosely(folder):
    table = folder.parent / "list.csv"
    table.write_text(f"Item_ID ; File ;price\n7;{folder.name}/shirts/0.jpg;12,50\n")
    assert {o.key: o.status for o in import_folder(folder, table=table)} == {"7": Status.NEW}
    assert Product.objects.get().price == Decimal("12.50")


def test_every_ending_of_a_kind_that_is_read_is_taken_in_any_case(folder):
    Image.init()
    assert {e for e, kind in Image.registered_extensions().items() if kind in FORMATS} <= ENDINGS
    for ending, kind in {
        ".JFIF": "JPEG",
        ".avif": "AVIF",
        ".PNG": "PNG",
        ".Jp2": "JPEG2000",
    }.items():
        (folder / f"new{ending}{ending}").write_bytes(picture_bytes("red", kind=kind))
    found = outcomes(folder)
    assert all(found[f"new{e}"] == (Status.NEW, "") for e in (".JFIF", ".avif", ".PNG", ".Jp2"))


def test_what_programs_and_systems_leave_beside_pictures_is_named_and_counted(folder):
    for name in (
        "@eaDir/0.jpg/SYNOPHOTO_THUMB_M.jpg", "node_modules/logo/logo.png", ".git/objects/x.png",
        "__MACOSX/0.jpg", "hats/@eaDir/1.jpg/small.jpg",
    ):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(picture_bytes("red"))
    for name in (".DS_Store", "Thumbs.db", "a.HEIC", "b.heic", "README", "._0.jpg", "shop.py"):
        (folder / name).write_bytes(b"something")
    status, detail = outcomes(folder)["left out"]
    assert status == Status.NOTED
    assert detail == (
        "2 × .heic, 2 × @eaDir/, 1 × .DS_Store, 1 × .db, 1 × .git/, 1 × .py, 1 × __MACOSX/, "
        "1 × files without an ending, 1 × hidden files, 1 × node_modules/"
    )
    assert Product.objects.count() == 6


def test_of_many_kinds_left_out_the_most_frequent_are_named(folder):
    for number in range(20):
        (folder / f"file.kind{number:02}").write_bytes(b"")
    (folder / "other.kind19").write_bytes(b"")
    detail = outcomes(folder)["left out"][1]
    assert detail.startswith("2 × .kind19, 1 × .kind00, ")
    assert detail.endswith("1 × .kind10, 8 of other kinds")


def test_what_is_left_out_is_told_and_counts_as_no_product(folder, capsys):
    (folder / "a.heic").write_bytes(b"something")
    call_command("import_folder", str(folder))
    printed = capsys.readouterr()
    assert "6 products: 6 new." in printed.out
    assert printed.err == "left out: 1 × .heic\n"
    assert Run.objects.get().log == "noted    left out  1 × .heic"


@pytest.mark.parametrize(
    "place",
    [
        "@Recycle",
        ".@__thumb",
        "@Recently-Snapshot",
        "#recycle",
        "#snapshot",
        "@eaDir",
        ".thumbnails",
    ],
)
def test_the_copies_that_network_storage_makes_are_no_products(folder, place):
    (folder / "hats" / place).mkdir()
    (folder / "hats" / place / "copy.jpg").write_bytes(picture_bytes("red"))
    assert outcomes(folder)["left out"] == (Status.NOTED, f"1 × {place}/")
    assert Product.objects.count() == 6


def test_of_the_reported_nas_folder_the_one_photo_is_taken():
    assert outcomes(CASES / "nas-thumbnails" / "pics")["1401"] == (Status.NEW, "")
    assert Product.objects.count() == 1


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.write_text("x"), "is a file, not a folder"),
        (lambda path: path.mkdir(), "holds no picture that can be read"),
        (
            lambda path: (path.mkdir(), (path / "a.heic").write_text("x")),
            r"left out: 1 × \.heic",
        ),
    ],
)
def test_a_folder_with_nothing_to_take_is_an_error_that_says_why(make, sentence, tmp_path, capsys):
    make(tmp_path / "photos")
    with pytest.raises(SourceError, match=sentence):
        list(read_folder(tmp_path / "photos"))
    with pytest.raises(CommandError, match=sentence):
        call_command("import_folder", str(tmp_path / "photos"))
    assert capsys.readouterr() == ("", "")


def test_our_own_pictures_are_never_imported_as_anothers(folder, settings):
    settings.MEDIA_ROOT = folder / "media"
    outcomes(folder)
    assert outcomes(folder)["left out"] == (Status.NOTED, "1 × media/")
    assert Product.objects.count() == 6


def test_links_that_come_round_and_folders_that_are_closed_stop_nothing(folder, monkeypatch):
    (folder / "a.jpg").symlink_to(folder / "a.jpg")
    (folder / "b.jpg").symlink_to(folder / "nowhere.jpg")
    (folder / "round").symlink_to(folder)
    closed = folder / "closed"
    closed.mkdir()
    scandir = os.scandir

    def guarded(path):
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", guarded)
    found = outcomes(folder)
    assert found["left out"][1] == "2 × links to nowhere, 1 × links to folders"
    assert found[str(closed)] == (Status.FAILED, "cannot be entered: Permission denied")
    assert sum(status == Status.NEW for status, _ in found.values()) == 6


def test_a_name_in_no_encoding_is_refused_and_can_be_printed(folder, capsys):
    try:
        (folder / os.fsdecode(b"caf\xe9.jpg")).write_bytes(picture_bytes("red"))
    except OSError:
        pytest.skip("this file system takes no such name")
    with pytest.raises(CommandError, match="1 failed"):
        call_command("import_folder", str(folder), verbosity=2)
    assert "caf\N{REPLACEMENT CHARACTER}" in capsys.readouterr().out


def test_a_file_listed_twice_is_told_with_both_names(folder):
    shutil.copy(folder / "shirts" / "0.jpg", folder / "hats" / "0.png")
    status, detail = list(import_folder(folder))[4].status, list(import_folder(folder))[4].detail
    assert status == Status.SKIPPED
    assert detail == (f"listed twice: {folder}/hats/0.png counts, {folder}/shirts/0.jpg does not")


def test_a_sub_folder_imported_by_itself_keeps_its_category_and_its_place(folder):
    outcomes(folder)
    assert {status for status, _ in outcomes(folder / "hats").values()} == {Status.SAME}
    assert Product.objects.get(item_id="1").category == "hats"
    (folder / "hats" / "1.jpg").unlink()
    assert outcomes(folder)["1"] == (Status.GONE, "")


def test_what_came_by_a_sub_folder_alone_is_known_to_the_whole(folder):
    outcomes(folder / "hats")
    assert Product.objects.get(item_id="1").category == ""
    (folder / "hats" / "1.jpg").unlink()
    assert outcomes(folder)["1"] == (Status.GONE, "")


def test_a_category_can_be_said(folder):
    call_command("import_folder", str(folder), "--category", "Sale")
    assert set(Product.objects.values_list("category", flat=True)) == {"Sale"}


def test_a_folder_that_shrinks_by_more_than_half_is_told_and_forced(folder):
    outcomes(folder)
    for number in (0, 1, 2, 3):
        next(folder.rglob(f"{number}.jpg")).unlink()
    status, detail = outcomes(folder)[str(folder)]
    assert status == Status.SKIPPED
    assert detail == "only 2 of 6 known products seen: none marked as gone (--mark-gone marks them)"
    call_command("import_folder", str(folder), "--mark-gone")
    assert Product.objects.exclude(gone_since=None).count() == 4


def csv_outcomes(folder, text, name="list.csv", encoding="utf-8"):
    table = folder / name
    table.write_bytes(text.encode(encoding))
    return {o.key: o for o in import_folder(folder, table=table)}


def test_a_csv_row_never_gets_another_picture_than_the_one_it_names(folder):
    found = csv_outcomes(folder, "item_id,file\n0,shirts/9.jpg\n2,\n")
    assert (found["0"].status, found["2"].status) == (Status.FAILED, Status.NEW)
    assert found["0"].detail == "list.csv, line 2: the file 'shirts/9.jpg' is not there"


def test_a_csv_of_addresses_is_told_where_it_belongs(folder):
    found = csv_outcomes(folder, "item_id,image\n0,https://shop.example/0.jpg\n")
    assert "manage.py scrape" in found["0"].detail


def test_a_csv_row_that_could_mean_two_pictures_is_asked_about(folder):
    shutil.copy(folder / "shirts" / "0.jpg", folder / "hats" / "0.png")
    found = csv_outcomes(folder, "item_id,title\n0,Shirt\n")
    assert found["0"].status == Status.FAILED
    assert "hats/0.png and " in found["0"].detail
    assert pictures.storage().exists("pictures/0.jpg") is False


def test_what_cannot_be_read_in_a_csv_row_is_told(folder):
    found = csv_outcomes(
        folder,
        "item_id,price,currency,in_stock\n"
        "0,on request,shells,perhaps\n1,12.50,eur,3\n2,,,\n3,1,USD,sold out\n",
    )
    assert found["0"].note == (
        "taken, except for what could not be read: price 'on request', currency 'shells' (as in EUR), in_stock 'perhaps'"
    )
    assert [found[key].note for key in "123"] == [""] * 3
    rows = Product.objects.order_by("item_id")
    assert [row.in_stock for row in rows] == [None, True, None, False]
    assert [row.currency for row in rows] == ["", "EUR", "", "USD"]


def test_a_price_with_its_currency_in_a_csv_is_read_as_shops_write_it(folder):
    csv_outcomes(
        folder, "item_id;price;currency;in_stock\n0;1.299,90 €;;auf Lager\n1;¥1,200;;\n2;12;€;\n"
    )
    rows = Product.objects.order_by("item_id")
    assert [(str(row.price), row.currency) for row in rows] == [
        ("1299.90", "EUR"), ("1200.00", "JPY"), ("12.00", "EUR"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["x" * 5000 + ".jpg", "a\0b.jpg", "round.jpg", "/etc/passwd"])
def test_a_csv_row_with_an_impossible_file_fails_alone(folder, name):
    (folder / "round.jpg").symlink_to(folder / "round.jpg")
    found = csv_outcomes(folder, f"item_id,file\n0,{name}\n1,hats/1.jpg\n")
    assert (found["0"].status, found["1"].status) == (Status.FAILED, Status.NEW)
    assert "list.csv, line 2: the file " in found["0"].detail
    assert len(found["0"].detail) < 9000


def test_a_csv_may_be_in_utf_16_and_anything_else_is_named(folder):
    assert csv_outcomes(folder, "item_id\ttitle\n0\tÉté\n", encoding="utf-16")["0"].status == "new"
    assert Product.objects.get().title == "Été"
    (folder / "old.csv").write_bytes("item_id,title\n0,Tête\n".encode("cp1252"))
    with pytest.raises(SourceError, match="save it as UTF-8"):
        list(read_csv(folder / "old.csv", folder))


def test_limits_are_named(folder, monkeypatch):
    found = csv_outcomes(folder, f"item_id,file\n{'x' * 301},hats/1.jpg\n")
    assert "301 characters is too long; the limit is 300" in found["x" * 301].detail
    monkeypatch.setattr("catalog.first_picture.MAX_FILE_BYTES", 10)
    assert "larger than" in outcomes(folder)["0"][1]

"""`manage.py similar`."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.models import Product

pytestmark = pytest.mark.django_db


def similar(capsys, *arguments) -> list[str]:
    call_command("similar", *arguments)
    return capsys.readouterr().out.splitlines()


def test_it_gives_the_apis_json(client, live, capsys):
    printed = json.loads(
        "\n".join(similar(capsys, "0", "--json", "-k", "3", "--metric", "manhattan"))
    )
    address = "/api/v1/products/0/similar/?metric=manhattan&k=3"
    assert printed == client.get(address).json()


def test_it_prints_a_header_and_an_untitled_products_id_once(live, capsys):
    Product.objects.update(title="")
    Product.objects.filter(item_id="1").update(title="Blue tee")
    header, *rows = similar(capsys, "0")
    assert header.split() == ["cosine", "score", "item_id", "title"]
    assert {row.split(maxsplit=2)[2] for row in rows} == {"1        Blue tee", *"2345"}


def test_it_takes_a_picture_and_finds_its_product(live, folder, capsys):
    _, first, second = similar(capsys, str(folder / "hats" / "3.jpg"), "-k", "2")
    assert first.split() == ["0", "100.0", "3", *first.split()[3:]]
    assert float(second.split()[0]) > 0


def test_it_takes_likes_dislikes_and_filters(live, capsys):
    Product.objects.filter(item_id__in="13").update(category="caps", price=5)
    _, *rows = similar(capsys, "0", "--liked", "1", "--disliked", "5", "--category", "caps")
    assert [row.split()[2] for row in rows] == ["3"]
    assert len(similar(capsys, "0", "--price-to", "4")) == 1
    assert len(similar(capsys, "0", "--in-stock", "--diversity", "0.5", "--q", "2")) == 2


def test_an_id_goes_before_a_file_of_that_name(live, folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "0").write_bytes(b"not a picture")
    assert len(similar(capsys, "0")) == 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nobody"], "There is no product “nobody”, and no picture file of that name"),
        (["\udcff" * 400], "There is no product"),
        (["a\0b"], "There is no product"),
        (["0", "-k", "51"], r"^k must be a whole number between 1 and 50\.$"),
        (["0", "-k", "five"], r"^k must be a whole number between 1 and 50\.$"),
        (
            ["0", "--metric", "hamming"],
            r"^metric must be one of cosine, euclidean, manhattan, not “hamming”\.$",
        ),
        (["0", "--price-from", "much"], "^price_from: Enter a number"),
        (["0", "--liked", "nobody"], "no product “nobody”"),
        ([__file__], "not a picture"),
        (["/"], "/ is a folder; name one picture in it"),
    ],
)
def test_it_refuses_with_a_sentence(live, arguments, message):
    with pytest.raises(CommandError, match=message) as caught:
        call_command("similar", *arguments)
    assert "\n" not in str(caught.value)


def test_a_product_that_left_is_not_found(live):
    Product.objects.filter(item_id="0").update(gone_since=timezone.now())
    with pytest.raises(CommandError, match="no product “0”"):
        call_command("similar", "0")


def test_a_product_newer_than_the_index_is_named_with_the_command(live, capsys):
    Product.objects.filter(item_id="0").update(item_id="new")
    assert similar(capsys, "new")[0].endswith("Run: manage.py build_index")


def test_a_picture_is_refused_when_other_weights_made_the_index(live, folder, fake_source):
    fake_source.weights_sha256 = "1" * 64
    with pytest.raises(CommandError, match=r"other weights .* Run: manage\.py build_index"):
        call_command("similar", str(folder / "hats" / "3.jpg"))


def test_with_an_empty_catalogue_the_first_thing_comes_first(db):
    with pytest.raises(CommandError, match=r"no product|import_folder.*build_index"):
        call_command("similar", "0")
    with pytest.raises(CommandError, match=r"scrape.*import_folder.*build_index"):
        call_command("similar", __file__)

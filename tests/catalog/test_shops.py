import builtins

import pytest
from django.core.management import CommandError, call_command

from catalog import pictures
from catalog.models import Product
from catalog.registry import import_folder
from tests.conftest import picture_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_shops(folder, tmp_path):
    """Six products of "local", and one of "other" with an id that "local" has, too."""
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "1.jpg").write_bytes(picture_bytes("red"))
    list(import_folder(folder))
    list(import_folder(tmp_path / "more", shop="other"))


def files(settings) -> set[str]:
    return {path.stem for path in settings.MEDIA_ROOT.rglob("*.jpg")}


def test_a_shop_is_removed_with_its_pictures_and_no_other(two_shops, settings, capsys):
    call_command("remove_shop", "local", "--yes")
    assert list(Product.objects.values_list("item_id", flat=True)) == ["1@other"]
    assert files(settings) == {pictures.file_name("1@other").removesuffix(".jpg")}
    printed = capsys.readouterr().out
    assert "6 products: 6 gone." in printed
    assert "build_index" in printed


def test_one_import_of_a_shop_can_be_removed(two_shops, tmp_path):
    list(import_folder(tmp_path / "more"))
    call_command("remove_shop", "local", "--source", str(tmp_path / "more"), "--yes")
    assert Product.objects.filter(shop="local").count() == 5


@pytest.mark.parametrize(("answer", "left"), [("y", 1), ("YES ", 1), ("", 7), ("n", 7), (None, 7)])
def test_it_asks_before_it_removes(two_shops, monkeypatch, answer, left):
    questions = []

    def asked(question):
        questions.append(question)
        if answer is None:  # nobody is there to ask
            raise EOFError
        return answer

    monkeypatch.setattr(builtins, "input", asked)
    if left == 7:
        with pytest.raises(CommandError, match="Nothing was removed"):
            call_command("remove_shop", "local")
    else:
        call_command("remove_shop", "local")
    assert questions == ["Remove 6 products of local? [y/N] "]
    assert Product.objects.count() == left


@pytest.mark.parametrize("arguments", [["lokal"], [], ["local", "--source", "/nowhere"]])
def test_a_name_that_is_not_known_lists_those_there_are(two_shops, folder, arguments):
    with pytest.raises(CommandError) as refused:
        call_command("remove_shop", *arguments, "--yes")
    assert f"local: 6 by {folder}" in str(refused.value)
    assert "other: 1 by " in str(refused.value)
    assert Product.objects.count() == 7


def test_an_empty_catalogue_says_so():
    with pytest.raises(CommandError, match="catalogue is empty"):
        call_command("remove_shop", "local", "--yes")


def test_a_product_whose_pictures_cannot_go_stays_and_goes_the_next_time(two_shops, monkeypatch):
    remove = pictures.remove

    def held(item_id, content_hash, further):
        if item_id == "3":
            raise PermissionError("held")
        remove(item_id, content_hash)

    monkeypatch.setattr(pictures, "remove", held)
    with pytest.raises(CommandError, match="1 could not be removed"):
        call_command("remove_shop", "local", "--yes")
    monkeypatch.undo()
    call_command("remove_shop", "local", "--yes")
    assert Product.objects.filter(shop="local").count() == 0


def test_what_was_removed_can_be_imported_again(two_shops, folder):
    call_command("remove_shop", "local", "--yes")
    list(import_folder(folder))
    assert Product.objects.get(item_id="1").shop == "local"

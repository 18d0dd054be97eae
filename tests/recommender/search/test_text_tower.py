"""Any words, read by a network's own tower: the whole way from two ONNX files to an answer."""

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from catalog.registry import import_folder
from recommender.embedders.registry import EMBEDDERS, NETWORKS
from recommender.live import selection
from recommender.live.engine import engine
from recommender.search.answering import answer
from recommender.search.errors import NotReady
from recommender.search.query import Query
from recommender.search.word_query import reads_words
from tests.conftest import picture_bytes
from tests.recommender.embedders.runtimes.test_text import pictures, texts, tokenizer

pytestmark = pytest.mark.django_db
COLOURS = {"berry": "red", "leaf": "lime", "sea": "blue", "sky": "cyan", "sun": "yellow"}


@pytest.fixture
def colours(tmp_path, monkeypatch):
    """Five pictures of one colour each, in the index of a network that reads colours' names."""
    monkeypatch.setattr(settings, "EMBEDDER", "colours")
    pair, shop = tmp_path / "pair", tmp_path / "shop"
    pair.mkdir()
    shop.mkdir()
    for name, colour in COLOURS.items():
        (shop / f"{name}.jpg").write_bytes(picture_bytes(colour))
    list(import_folder(shop))
    files = [pictures(pair / "image.onnx"), "--text", texts(pair / "text.onnx")]
    files += ["--tokenizer", tokenizer(pair / "tokenizer.json"), "--name", "colours"]
    call_command("weights", "add", *map(str, files), "--mean", "0", "--std", "1")
    call_command("build_index", "--no-map", "--embedder", "colours")
    yield pair
    NETWORKS.pop("colours", None)
    EMBEDDERS.pop("colours", None)
    selection.loaded_tower.cache_clear()


def first(**asked):
    return answer(Query(**asked)).looks.matches[0].product.item_id


def test_a_tower_for_texts_finds_pictures_of_what_is_said(colours, client):
    assert reads_words(engine().live())
    assert first(looks="green") == "leaf"
    assert first(looks="a Blue one, please") == "sea"
    assert first(looks="green blue") == "sky"
    assert first(looks="green", liked=("berry",)) == "sun"
    found = client.get("/api/v1/similar/", {"looks": "red"}).json()["neighbours"]
    assert found[0]["item_id"] == "berry"
    assert 'name="looks"' in client.get("/browse/").content.decode()
    shown = client.get("/browse/", {"looks": "blue"}).context["page"]
    assert next(product.item_id for product in shown) == "sea"


def test_a_tower_that_is_gone_is_said_to_the_owner(colours):
    tower = selection.text_tower("colours", engine().live().manifest.weights_sha256)
    assert tower is not None
    tower.path("colours", selection.weight_places()).unlink()
    with pytest.raises(NotReady) as refused:
        answer(Query(looks="green"))
    assert "is gone. Run: manage.py weights add" in refused.value.for_owner


def test_one_file_of_the_two_is_refused_in_one_sentence(colours):
    with pytest.raises(CommandError, match=r"two files: --text TEXT\.onnx --tokenizer FILE"):
        call_command(
            "weights", "add", str(colours / "image.onnx"), "--text", str(colours / "text.onnx"),
            "--name", "half",
        )  # fmt: skip

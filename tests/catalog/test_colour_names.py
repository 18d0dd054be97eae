"""The products' colours: guessed by ingest, better known once a network has looked."""

import io

import numpy as np
import pytest
from PIL import Image

from catalog.colour_names import better_names
from catalog.models import Product
from catalog.registry import import_folder
from recommender.building import build as building
from recommender.embedders.contract import Seen
from tests.fake_embedder import FakeEmbedder, FakeSource


@pytest.fixture
def on_a_beige_floor(tmp_path, db):
    """Two shirts, a narrow black one and a narrow blue one, on a floor that is not plain."""
    folder = tmp_path / "shirts"
    folder.mkdir()
    for name, css in (("black", "#101010"), ("blue", "#2040c0")):
        picture = Image.linear_gradient("L").resize((400, 400)).convert("RGB")
        floor = Image.blend(picture, Image.new("RGB", (400, 400), "#d8c49c"), 0.8)
        floor.paste(css, (160, 100, 240, 300))
        floor.save(folder / f"{name}.png")
    list(import_folder(folder))
    return folder


def names(item_id):
    return Product.objects.get(item_id=item_id).colour_names.split()


def looks_at_the_middle(self, pictures):
    weights = np.zeros((len(pictures), 3, 3, 1), np.float32)
    weights[:, 1, 1] = 1
    return Seen(self.embed(pictures), {"head": weights})


def large(self, data):
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB").resize((65, 65)))


def vectors(self, pictures):
    self.embedded += len(pictures)
    return np.stack([picture[:4, :4].ravel() for picture in pictures]).astype(np.float32)


def built(monkeypatch):
    monkeypatch.setattr(FakeEmbedder, "decode", large)
    monkeypatch.setattr(FakeEmbedder, "embed", vectors)
    monkeypatch.setattr(FakeEmbedder, "embed_with_places", looks_at_the_middle)
    source = FakeSource()
    plan = building.plan(source)
    list(building.embed(plan))
    return source.embedded


def test_a_build_names_the_colours_where_the_network_looks(on_a_beige_floor, monkeypatch):
    assert "beige" in names("black")
    assert built(monkeypatch) == 2
    assert names("black")[0] == "black"
    assert names("blue")[0] == "blue"


def test_the_next_visit_keeps_what_the_network_saw(on_a_beige_floor, monkeypatch):
    built(monkeypatch)
    seen = names("black")
    list(import_folder(on_a_beige_floor))
    assert names("black") == seen
    Image.new("RGB", (300, 300), "red").save(on_a_beige_floor / "black.png")
    list(import_folder(on_a_beige_floor))
    assert names("black") == ["red"]
    built(monkeypatch)
    assert names("black") == ["red"]


def test_an_embedder_that_does_not_tell_where_it_looks_leaves_the_guess(on_a_beige_floor):
    before = names("black"), names("blue")
    list(building.embed(building.plan(FakeSource())))
    assert (names("black"), names("blue")) == before


def test_only_products_with_that_picture_are_named_anew(on_a_beige_floor):
    black = Product.objects.get(item_id="black")
    before = names("blue")
    better_names({black.content_hash: ("black",), "0" * 64: ("green",), "1" * 64: ()})
    assert names("black") == ["black"]
    assert names("blue") == before

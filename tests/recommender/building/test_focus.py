"""Where tiles cut pictures: there where the least is lost of what the network looks at."""

import numpy as np
import pytest
from PIL import Image

from catalog.focus import keep_focus
from catalog.models import Product
from catalog.registry import import_folder
from recommender.building import build as building
from recommender.building.focus import focus_of
from recommender.embedders.contract import HEAD, Seen
from tests.fake_embedder import FakeEmbedder, FakeSource


def looks_at(row, column, side=9) -> np.ndarray:
    attention = np.ones((side, side))
    attention[row - 1 : row + 2, column - 1 : column + 2] = 50
    return attention


@pytest.mark.parametrize(("column", "expected"), [(1, 0), (4, 50), (7, 100)])
def test_a_wide_picture_is_cut_where_the_network_does_not_look(column, expected):
    assert abs(focus_of(looks_at(4, column), 1000, 400) - expected) <= 25


@pytest.mark.parametrize(("row", "lowest", "highest"), [(1, 0, 30), (4, 40, 60), (7, 70, 100)])
def test_so_is_a_high_one(row, lowest, highest):
    assert lowest <= focus_of(looks_at(row, 4), 400, 1000) <= highest


def test_what_the_network_looks_at_lies_within_the_cut():
    for column in range(1, 8):
        focus = focus_of(looks_at(4, column), 900, 600)
        shown = 480 / 900
        begin = (1 - shown) * focus / 100
        left, right = 0.075 + (column - 1) / 9 * 0.85, 0.075 + (column + 2) / 9 * 0.85
        assert begin <= left + 0.02
        assert begin + shown >= right - 0.02


def test_where_it_looks_everywhere_alike_the_middle_is_kept():
    assert focus_of(np.ones((9, 9)), 900, 600) == 50
    assert focus_of(np.ones((9, 9)), 400, 500) == 50


class Looking(FakeEmbedder):
    """Looks at the right end of pictures."""

    def embed_with_places(self, pictures):
        head = np.zeros((len(pictures), 4, 4, 1), np.float32)
        head[:, :, 3] = 1
        return Seen(self.embed(pictures), {HEAD: head})


@pytest.mark.django_db
def test_a_build_keeps_where_tiles_are_cut(tmp_path, monkeypatch, client, fake_source):
    Image.new("RGB", (500, 200), "red").save(tmp_path / "wide.png")
    Image.new("RGB", (400, 500), "blue").save(tmp_path / "fits.png")
    list(import_folder(tmp_path))
    assert 'class="at-' not in client.get("/browse/").content.decode()
    monkeypatch.setattr(FakeSource, "load", lambda source: Looking())
    list(building.embed(building.plan(fake_source)))
    assert Product.objects.get(item_id="wide").focus >= 90
    assert Product.objects.get(item_id="fits").focus == 50
    assert client.get("/browse/").content.decode().count('class="at-') == 2


@pytest.mark.django_db
def test_only_products_with_that_picture_are_cut_anew(catalogue):
    one = Product.objects.get(item_id="1")
    keep_focus({one.content_hash: 35, "0" * 64: 10})
    assert set(Product.objects.exclude(focus=None).values_list("item_id", "focus")) == {("1", 35)}
    keep_focus({one.content_hash: None})
    assert Product.objects.get(item_id="1").focus == 35

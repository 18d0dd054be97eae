"""What makes alike, with networks that look at one part of a picture only."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demo.shop.drawing import draw_shirt
from demo.shop.specs import make_specs
from recommender.embedders.contract import UndecodablePicture
from recommender.search.occlusion import GREY, PLACES, occlusion, painted
from tests.conftest import picture_bytes

SIDE = 40


class LooksAt:
    """The mean colour of a part of the picture, and whether it is all grey."""

    def __init__(self, rows=slice(None), columns=slice(None)):
        self.rows, self.columns, self.asked = rows, columns, 0

    def decode(self, data):
        try:
            with Image.open(io.BytesIO(data)) as picture:
                return np.asarray(picture.convert("RGB").resize((SIDE, SIDE)))
        except OSError as error:
            raise UndecodablePicture(str(error)) from error

    def embed(self, pictures):
        self.asked += len(pictures)
        parts = np.stack(pictures)[:, self.rows, self.columns].astype(np.float32)
        return parts.mean(axis=(1, 2)) - np.array(GREY, np.float32) * 0.5


RED = picture_bytes((230, 20, 20), (300, 300))


def itself(embedder):
    return embedder.embed([embedder.decode(RED)])[0]


@pytest.mark.parametrize(
    ("part", "inside", "outside"),
    [
        ({"columns": slice(0, 15)}, np.s_[:, :12], np.s_[:, 26:]),
        ({"rows": slice(25, 40)}, np.s_[28:, :], np.s_[:14, :]),
        ({"rows": slice(15, 25), "columns": slice(15, 25)}, np.s_[18:22, 18:22], np.s_[:4, :4]),
    ],
)
def test_what_the_network_looks_at_counts_and_the_rest_does_not(part, inside, outside):
    embedder = LooksAt(**part)
    shares = occlusion(embedder, RED, itself(embedder))
    assert shares.shape == (SIDE, SIDE)
    assert shares.max() == 1
    assert shares[inside].mean() > 0.5
    assert shares[outside].max() == 0


def test_a_network_is_asked_once_a_place_and_once_more():
    embedder = LooksAt()
    other = itself(embedder)
    embedder.asked = 0
    occlusion(embedder, RED, other)
    assert embedder.asked == PLACES**2 + 1


def test_nothing_counts_where_nothing_changes():
    embedder = LooksAt()
    embedder.embed = lambda pictures: np.ones((len(pictures), 3), np.float32)
    assert occlusion(embedder, RED, np.ones(3, np.float32)).max() == 0


def test_numbers_that_are_none_count_for_nothing():
    embedder = LooksAt()
    embedder.embed = lambda pictures: np.full((len(pictures), 3), np.nan, np.float32)
    assert occlusion(embedder, RED, np.ones(3, np.float32)).max() == 0


def test_what_is_no_picture_is_refused():
    with pytest.raises(UndecodablePicture):
        occlusion(LooksAt(), b"none", np.ones(3, np.float32))


@pytest.mark.parametrize("size", [(300, 300), (300, 100), (90, 400)])
def test_what_counts_keeps_its_colour_and_the_rest_is_grey(size):
    shares = np.zeros((SIDE, SIDE))
    shares[:, : SIDE // 2] = 1
    with Image.open(io.BytesIO(painted(picture_bytes((20, 20, 230), size), shares))) as made:
        assert made.format == "WEBP"
        assert made.size == size
        pixels = np.asarray(made.convert("RGB")).astype(int)
    spread = pixels.max(axis=2) - pixels.min(axis=2)
    middle = size[1] // 2
    assert spread[middle, size[0] // 4] > 60
    assert spread[middle, -size[0] // 12 - 1] < 20


def as_jpeg(picture) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.mark.slow
def test_a_real_network_finds_the_product_and_not_the_wall_beside_it():
    pytest.importorskip("ncnn")
    from recommender.embedders.choice import choose
    from recommender.embedders.weights.source import Places

    shirt = draw_shirt(make_specs()[3], 300)
    drawn = Image.new("RGB", (300, 300), (200, 200, 196))
    drawn.paste(shirt.resize((150, 150)), (0, 75))
    alone, beside = (as_jpeg(picture) for picture in (shirt, drawn))
    embedder = choose("efficientnet-lite2", Places(Path("/nowhere")), "ncnn").load()
    vector = embedder.embed([embedder.decode(alone)])[0]
    shares = occlusion(embedder, beside, vector)
    half = shares.shape[1] // 2
    assert shares[:, :half].sum() > 2 * shares[:, half:].sum()

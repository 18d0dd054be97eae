"""Fixtures: fourteen products on the map, seven reddish hats and seven greenish shirts."""

import pytest

from recommender.mapping import draw, sprites
from tests.conftest import picture_bytes

COUNT = 14


@pytest.fixture
def small(monkeypatch):
    """So few products need no large tiles."""
    monkeypatch.setattr(sprites, "TILE", 256)


@pytest.fixture
def folder(tmp_path):
    for number in range(COUNT):
        hat = number % 2
        path = tmp_path / "pictures" / ("hats" if hat else "shirts") / f"{number:02}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        colour = (250 - 9 * number, 20, 20) if hat else (20, 250 - 9 * number, 20)
        path.write_bytes(picture_bytes(colour))
    return tmp_path / "pictures"


@pytest.fixture
def drawn(live, small):
    """The map of them, as it is live."""
    return draw.make_map("fake")

import io
from pathlib import Path

import hypothesis
import pytest
from django.core.cache import caches
from PIL import Image

from recommender.embedders import registry
from recommender.live import current, selection
from tests import fake_embedder

# A compiled kernel's first call, or a busy machine, takes what it takes.
hypothesis.settings.register_profile("without a clock", deadline=None)
hypothesis.settings.load_profile("without a clock")


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path, monkeypatch):
    """Each test has its own data, and never touches the user's."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.VAR_DIR = tmp_path / "var"
    settings.EMBEDDER = "fake"
    settings.VGG16_WEIGHTS = None
    settings.WEIGHTS_DIR = tmp_path / "weights"
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setitem(registry.EMBEDDERS, "fake", fake_embedder.SPEC)
    # Not above: programs that tests start import this without Django.
    from web.middleware import answer_cache

    answer_cache.answers.clear()
    caches["default"].clear()  # the counts of this minute
    monkeypatch.setattr(current, "_live", {})
    monkeypatch.setattr(current, "_refused", {})


@pytest.fixture
def fake_source(monkeypatch):
    """Commands build with the fake network; the source tells how often it was asked."""
    source = fake_embedder.FakeSource()
    monkeypatch.setattr(selection, "embedder_to_build", lambda name="": source)
    monkeypatch.setattr(selection, "embedder_to_serve", lambda name: source)
    monkeypatch.setattr(selection, "_loaded", {})
    return source


def picture_bytes(colour, size=(40, 30), kind="JPEG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path) -> Path:
    """Six pictures in two categories, each of another colour."""
    for number in range(6):
        path = tmp_path / "pictures" / ("hats" if number % 2 else "shirts") / f"{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            picture_bytes((40 * number, 200 - 30 * number, 10 * number * number % 255))
        )
    return tmp_path / "pictures"


@pytest.fixture
def catalogue(folder, db):
    """The folder's six products, imported."""
    from catalog.registry import import_folder

    return list(import_folder(folder))


@pytest.fixture
def live(catalogue, fake_source):
    """The six products, indexed with the fake network."""
    from recommender.building import build as building

    plan = building.plan(fake_source)
    list(building.embed(plan))
    return building.finish(plan)

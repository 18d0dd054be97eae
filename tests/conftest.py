import io
import os
import sys
from pathlib import Path

import hypothesis
import pytest
from django.core.cache import caches
from PIL import Image

from recommender.embedders import registry
from tests import fake_embedder

# A compiled kernel's first call, or a busy machine, takes what it takes.
hypothesis.settings.register_profile("without a clock", deadline=None)
hypothesis.settings.load_profile("without a clock")

# What tests/unpack_servers.sh has unpacked.
_UNPACKED = Path(sys.prefix, "debian", "usr")
os.environ["PATH"] += "".join(f"{os.pathsep}{_UNPACKED / part}" for part in ("bin", "sbin"))


USE_A_DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


def pytest_collection_modifyitems(config, items):
    from django.conf import settings

    if "postgresql" in settings.DATABASES["default"]["ENGINE"]:
        others = [item for item in items if not _uses_a_database(item)]
        items[:] = [item for item in items if _uses_a_database(item)]
        config.hook.pytest_deselected(items=others)
    if settings.INDEX_ENGINE == "postgres":
        for item in items:
            if item.get_closest_marker("of_files"):
                item.add_marker(pytest.mark.skip(reason="about indexes that are kept in files"))


def _uses_a_database(item) -> bool:
    """Those that do not are the same on SQLite and on PostgreSQL."""
    return bool(item.get_closest_marker("django_db") or USE_A_DATABASE & {*item.fixturenames})


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path, monkeypatch):
    """Each test has its own data, and never touches the user's."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.VAR_DIR = tmp_path / "var"
    settings.EMBEDDER = "fake"
    settings.VGG16_WEIGHTS = None
    settings.WEIGHTS_DIR = tmp_path / "weights"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # takes no time
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setitem(registry.EMBEDDERS, "fake", fake_embedder.SPEC)
    # Not above: programs that tests start import this without Django.
    from catalog import memory
    from recommender.live import current, readiness
    from web.metrics import site
    from web.middleware import answer_cache

    answer_cache.answers.clear()
    readiness.known.clear()
    site.counted.clear()
    memory.forget()
    caches["default"].clear()  # the counts of this minute
    monkeypatch.setattr(current, "_live", {})
    monkeypatch.setattr(current, "_refused", {})
    if settings.INDEX_ENGINE == "postgres":
        from recommender.engines.postgres import generations

        generations.forget()


@pytest.fixture
def fake_source(monkeypatch):
    """Commands build with the fake network; the source tells how often it was asked."""
    from recommender.live import selection

    source = fake_embedder.FakeSource()
    monkeypatch.setattr(selection, "embedder_to_build", lambda name="", precision="": source)
    monkeypatch.setattr(selection, "embedder_to_serve", lambda name, precision: source)
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


@pytest.fixture
def photos(db, fake_source):
    """The 36 real photos in ten categories, indexed with the fake network."""
    from catalog.registry import import_folder
    from tests.photos import PHOTOS
    from tests.recommender.evaluation.builds import build

    list(import_folder(PHOTOS))
    return build(fake_source)

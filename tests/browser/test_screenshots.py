"""The pictures that `make screenshots` takes: all sizes, both schemes, and their sheet."""

import pytest
from PIL import Image

from tests.screenshots import docs, taking
from tests.screenshots.pages import PAGES, values_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_each_page_is_taken_in_every_size_and_scheme(live, live_server, chromium, tmp_path):
    values = values_of(live_server.url, tmp_path)
    pages = [page for page in PAGES if page.name in ("similar", "own-picture")]
    taken = list(taking.take(chromium, live_server.url, pages, values, tmp_path))
    assert len(set(taken)) == len(pages) * len(taking.SIZES) * len(taking.SCHEMES)
    with Image.open(tmp_path / "similar-390-dark.png") as dark:
        assert dark.width == 390
        assert sum(dark.convert("L").resize((1, 1)).tobytes()) < 128
    with Image.open(taking.sheet(pages, tmp_path)) as sheet:
        assert sheet.width > 8 * taking.CELL


def test_the_recording_goes_from_page_to_page(live, live_server, chromium, tmp_path):
    values = values_of(live_server.url, tmp_path)
    docs.take(chromium, live_server.url, values, tmp_path)
    with Image.open(tmp_path / "walk.webp") as walk:
        assert getattr(walk, "n_frames", 1) > 5
        assert walk.size == docs.FRAME
    assert {"similarity-page.png", "own-picture.png", "map.png"} <= {
        path.name for path in tmp_path.iterdir()
    }

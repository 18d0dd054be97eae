from pathlib import Path

import pytest

from recommender.live import paths


def test_all_files_lie_below_the_one_folder_of_data(settings):
    settings.VAR_DIR = "/data"  # a text, as another project may have it
    found = [
        paths.index_path("a"), paths.previous_path("a"), paths.checkpoint_folder("a"),
        paths.map_path("a"), paths.map_pictures("a"), paths.refresh_lock(),
        paths.compiled_folder(), paths.why_folder(),
    ]  # fmt: skip
    assert all(Path("/data") in path.parents for path in found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "make", [paths.index_path, paths.previous_path, paths.map_path, paths.map_pictures]
)
def test_each_embedder_has_files_of_its_own(make):
    assert make("vgg16") != make("vgg16-fc1")
    assert "vgg16-fc1" in make("vgg16-fc1").name


def test_the_index_before_lies_beside_the_live_one_and_can_take_its_place():
    assert paths.previous_path("a").parent == paths.index_path("a").parent

"""The colour of what counts: named where EfficientNet-Lite2 looks."""

import pytest

from catalog.colours.names import colour_names
from recommender.building.embedding import embed_batch
from recommender.embedders.choice import choose
from recommender.embedders.weights.source import Places
from tests.catalog.colours.truth import here, photos, right


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """The names of a picture's colours, as a build finds them."""
    nowhere = Places(tmp_path_factory.mktemp("weights"))
    embedder = choose("efficientnet-lite2", nowhere, "ncnn").load()
    return lambda data: embed_batch(embedder, [data])[0].colour_names


def test_the_network_names_colours_right_of_the_photos_that_are_here(seen):
    assert right(here(), seen) >= 0.85


@pytest.mark.slow
def test_the_network_names_the_colours_of_all_photos_better_than_the_guess(seen):
    found = photos()
    assert right(found, seen) >= 0.85
    assert right(found, seen) > right(found, colour_names)

"""How often a photo's colour is named as people name it, without a network's help."""

import pytest

from catalog.colours.names import NAMES, colour_names
from tests.catalog.colours.truth import TRUTH, here, photos, right


def test_the_table_speaks_of_photos_by_known_names():
    assert len(TRUTH) == 358
    for colours in TRUTH.values():
        assert set(colours) <= set(NAMES)
        assert len(colours) in (1, 2)
    assert len(here()) == 36 - 1  # one has too many colours for a name


def test_photos_that_are_here_are_named_right():
    assert right(here(), colour_names) >= 0.8


@pytest.mark.slow
def test_all_photos_are_named_right_before_a_network_has_looked():
    assert right(photos(), colour_names) >= 0.82

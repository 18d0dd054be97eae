"""Motifs on shirts; their variations are compared in test_shop.py."""

import numpy as np
import pytest

from demo.shop.motifs import MOTIFS, draw_motif

INK, SECOND = (200, 30, 30), (30, 30, 200)


@pytest.mark.parametrize("name", MOTIFS)
@pytest.mark.parametrize("variation", range(4))
def test_a_motif_lies_within_its_square_and_fills_a_good_part_of_it(name, variation):
    drawn = draw_motif(name, variation, INK, SECOND, side=120)
    assert (drawn.size, drawn.mode) == ((120, 120), "RGBA")
    alpha = np.asarray(drawn)[..., 3]
    assert 0.05 < (alpha > 0).mean() < 0.95


@pytest.mark.parametrize("name", MOTIFS)
def test_a_motif_is_drawn_in_the_ink_that_it_is_given(name):
    red, green = (draw_motif(name, 0, ink, SECOND, side=80) for ink in (INK, (30, 160, 30)))
    assert np.array_equal(np.asarray(red)[..., 3], np.asarray(green)[..., 3])  # the same shape
    assert not np.array_equal(np.asarray(red), np.asarray(green))

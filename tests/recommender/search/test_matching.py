"""What two pictures have in common, on places that one can check by eye."""

import numpy as np
import pytest

from recommender.embedders.contract import Seen
from recommender.search.matching import in_common

SIDE = 17
MOTIF, FLOOR, SHEET = np.eye(8)[0], np.eye(8)[1], np.eye(8)[2]


def places(ground, *motifs):
    """A picture's places: a ground, and at each (row, column) a motif of 3 × 3 places."""
    found = np.tile(ground, (SIDE, SIDE, 1))
    for row, column, motif in motifs:
        found[row - 1 : row + 2, column - 1 : column + 2] = motif
    return found


def seen(one, other, head=None):
    head = np.ones((2, 9, 9, 1)) if head is None else head
    found = {"mid": np.stack([one, other]).astype(np.float32), "head": head.astype(np.float32)}
    return Seen(np.zeros((2, 4), np.float32), found)


def middle(row, column):
    return (row + 0.5) / SIDE, (column + 0.5) / SIDE


def test_a_motif_is_found_in_both_wherever_it_lies():
    common = in_common(seen(places(FLOOR, (4, 5, MOTIF)), places(SHEET, (11, 9, MOTIF))))
    assert common.regions[0][0] == middle(4, 5)
    assert common.regions[1][0] == middle(11, 9)
    for shares, (row, column) in zip(common.shares, ((4, 5), (11, 9)), strict=True):
        assert shares[row, column] == pytest.approx(1)
        assert shares[0, 0] < 0.2
        assert shares.shape == (SIDE, SIDE)


def test_several_motifs_are_numbered_alike_in_both():
    dots, stripes = np.eye(8)[4], np.eye(8)[5]
    one = places(FLOOR, (3, 3, dots), (12, 12, stripes))
    other = places(SHEET, (12, 4, stripes), (4, 12, dots))
    common = in_common(seen(one, other))
    found = set(zip(*common.regions, strict=True))
    assert (middle(3, 3), middle(4, 12)) in found
    assert (middle(12, 12), middle(12, 4)) in found
    assert len(found) == len(common.regions[0]) <= 3


def test_what_the_network_does_not_look_at_does_not_count():
    """Both lie on one floor; the network looks at the middle only."""
    head = np.zeros((2, 9, 9, 1))
    head[:, 3:6, 3:6] = 1
    tile = np.eye(8)[6]
    one = places(FLOOR, (8, 8, MOTIF), (2, 2, tile))
    other = places(SHEET, (8, 8, MOTIF), (2, 2, tile))
    common = in_common(seen(one, other, head))
    assert common.regions == ([middle(8, 8)], [middle(8, 8)])
    assert common.shares[0][2, 2] < 0.1


def test_the_other_way_round_it_is_the_same():
    random = np.random.default_rng(2)
    one, other = random.random((2, SIDE, SIDE, 8))
    there, back = in_common(seen(one, other)), in_common(seen(other, one))
    assert there.regions == back.regions[::-1]
    assert there.shares[0] == pytest.approx(back.shares[1], abs=1e-4)


def test_regions_lie_apart_and_are_three_at_most():
    random = np.random.default_rng(3)
    common = in_common(seen(*random.random((2, SIDE, SIDE, 8))))
    for regions in common.regions:
        assert 1 <= len(regions) <= 3
        for number, (row, column) in enumerate(regions):
            for other_row, other_column in regions[:number]:
                assert max(abs(row - other_row), abs(column - other_column)) >= 0.2


def test_without_a_head_the_last_places_tell_where_it_looks():
    one = places(FLOOR * 0.1, (4, 5, MOTIF))
    other = places(SHEET * 0.1, (11, 9, MOTIF))
    found = Seen(np.zeros((2, 4)), {"pool": np.stack([one, other]).astype(np.float32)})
    assert in_common(found).regions[0][0] == middle(4, 5)


def test_pictures_without_anything_have_nothing_in_common():
    nothing = np.zeros((SIDE, SIDE, 8))
    common = in_common(seen(nothing, nothing))
    assert common.regions == ([], [])
    assert common.shares[0].max() == 0


def test_a_network_that_tells_of_no_places_tells_nothing():
    assert in_common(Seen(np.zeros((2, 4)), {})) is None

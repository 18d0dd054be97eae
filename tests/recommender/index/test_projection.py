import json
from dataclasses import replace

import numpy as np
import pytest

from recommender.index.projection import BLOCK, Projection, Provenance, mean_of, units

PARTS = ((3, 1.0), (2, 0.5))
ABOUT = Provenance("fake", "grid", "0" * 64, PARTS, fitted_on=4)
FEATURES = np.array(
    [[3, 4, 0, 0, 2], [0, 0, 5, 1, 0], [0, 0, 0, 0, 0], [1, 2, 2, 3, 4]], np.float32
)


def drawn(n, d=5, seed=0):
    return np.abs(np.random.default_rng(seed).standard_normal((n, d))).astype(np.float32)


def test_each_part_is_brought_to_unit_length_and_zeros_stay_zeros():
    assert units(FEATURES, PARTS).tolist() == pytest.approx(
        np.array([[0.6, 0.8, 0, 0, 1], [0, 0, 1, 1, 0], [0] * 5, [1 / 3, 2 / 3, 2 / 3, 0.6, 0.8]])
    )


def rooted(vectors):
    return vectors / np.sqrt(np.linalg.norm(vectors, axis=1, keepdims=True))


def test_a_vector_is_the_units_less_the_mean_each_part_by_its_weight():
    projection = Projection(ABOUT, mean_of(FEATURES, PARTS))
    expected = (units(FEATURES, PARTS) - units(FEATURES, PARTS).mean(axis=0)) * [1, 1, 1, 0.5, 0.5]
    assert projection(FEATURES) == pytest.approx(rooted(expected), abs=1e-6)


def test_the_length_of_a_vector_becomes_its_root_so_that_cosine_stays_what_it_was():
    plain = Projection(replace(ABOUT, parts=((5, 1.0),)), np.zeros(5, np.float32))
    assert np.linalg.norm(plain(drawn(9)), axis=1) == pytest.approx(np.ones(9))
    weighted = Projection(replace(ABOUT, parts=((5, 4.0),)), np.zeros(5, np.float32))
    assert weighted(drawn(9)) == pytest.approx(2 * plain(drawn(9)), abs=1e-6)


def test_features_of_zeros_that_are_the_mean_give_a_vector_of_zeros():
    projection = Projection(ABOUT, np.zeros(5, np.float32), np.eye(5, dtype=np.float32))
    assert not projection(np.zeros((2, 5), np.float32)).any()


def test_the_matrix_comes_last():
    matrix = np.diag([2, 1, 1, 1, 3]).astype(np.float32)
    plain = Projection(ABOUT, np.zeros(5, np.float32))
    mapped = Projection(ABOUT, np.zeros(5, np.float32), matrix)
    weighted = units(FEATURES, PARTS) * [1, 1, 1, 0.5, 0.5]
    assert plain(FEATURES[:2]) == pytest.approx(rooted(weighted[:2]), abs=1e-6)
    assert mapped(FEATURES[:2]) == pytest.approx(rooted(weighted[:2] @ matrix), abs=1e-6)


@pytest.mark.parametrize("size", [1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 100])
def test_a_vector_depends_on_its_features_alone_bit_for_bit(size):
    d = 400
    about = replace(ABOUT, parts=((300, 1.0), (100, 0.6)))
    features = drawn(150, d)
    projection = Projection(about, mean_of(features, about.parts), drawn(d, d, seed=1))
    together = projection(features)
    order = np.random.default_rng(2).permutation(150)
    assert np.array_equal(projection(features[order]), together[order])
    parts = [projection(features[start : start + size]) for start in range(0, 150, size)]
    assert np.array_equal(np.concatenate(parts), together)


def test_features_are_projected_in_place_where_they_may_be():
    projection = Projection(ABOUT, mean_of(FEATURES, PARTS))
    expected, features = projection(FEATURES), FEATURES.copy()
    assert projection(features, out=features) is features
    assert np.array_equal(features, expected)


def test_the_mean_does_not_depend_on_how_many_are_read_at_once():
    features = drawn(100)
    assert mean_of(features, PARTS, 7) == pytest.approx(mean_of(features, PARTS), abs=1e-6)


def test_what_altering_changes_counts_less_and_the_rest_stays():
    """Copies differ in the last number only, so the map shrinks that axis and no other."""
    originals, random = np.full((200, 5), 1, np.float32), np.random.default_rng(0)
    about = replace(ABOUT, parts=((1, 1.0),) * 5)
    altered = originals.copy()
    altered[:, 4] = random.choice([-1, 1], 200)  # of unit length either way
    projection = Projection(about, np.zeros(5, np.float32))
    matrix = projection.label_free_map(originals, altered, shrinkage=0.01)
    assert np.diag(matrix)[:4] == pytest.approx([1, 1, 1, 1])
    assert matrix[4, 4] < 0.1
    assert np.array_equal(matrix, matrix.T)
    less = projection.label_free_map(originals, altered, shrinkage=100.0)
    assert 0.9 < less[4, 4] < 1


def test_a_learnt_map_brings_copies_nearer_to_their_originals():
    originals = drawn(60)
    altered = originals + 0.3 * np.random.default_rng(1).standard_normal((60, 1)).astype("f4")
    before = Projection(ABOUT, mean_of(originals, PARTS))
    after = before.learning(originals, altered, pictures=60, shrinkage=1.0)

    def share_found(projection):
        vectors, copies = projection(originals), projection(altered)
        away = np.linalg.norm(copies[:, None] - vectors[None], axis=2)
        return (away.argmin(axis=1) == np.arange(60)).mean()

    assert share_found(after) > share_found(before)
    assert (after.about.learnt_from, after.about.shrinkage) == (60, 1.0)
    assert after.id != before.id


def test_copies_that_differ_in_nothing_teach_nothing():
    projection = Projection(ABOUT, mean_of(FEATURES, PARTS))
    assert projection.learning(FEATURES, FEATURES, 4, 100.0) is projection


def test_an_id_is_that_of_what_is_computed_and_of_nothing_else():
    one = Projection(ABOUT, mean_of(FEATURES, PARTS))
    assert len(one.id) == 16
    assert replace(one, about=replace(ABOUT, fitted_on=7, note="again")).id == one.id
    assert replace(one, centre=one.centre + np.float32(1)).id != one.id
    assert replace(one, matrix=np.eye(5, dtype=np.float32)).id != one.id
    assert replace(one, about=replace(ABOUT, parts=((3, 1.0), (2, 0.4)))).id != one.id


@pytest.mark.parametrize("matrix", [None, np.eye(5, dtype=np.float32)])
def test_it_comes_back_from_its_arrays(matrix):
    projection = Projection(ABOUT, mean_of(FEATURES, PARTS), matrix)
    again = Projection.from_arrays(projection.to_arrays())
    assert (again.about, again.id) == (ABOUT, projection.id)
    assert np.array_equal(again(FEATURES), projection(FEATURES))


def test_it_says_what_taught_it():
    assert str(replace(ABOUT, fitted_on=0)) == "the program's own"
    assert str(replace(ABOUT, fitted_on=300)) == "fitted on 300 pictures"
    assert str(replace(ABOUT, fitted_on=3409, learnt_from=500)) == (
        "fitted on 3409 pictures, with a map learnt from altered copies of 500"
    )


def test_it_fits_the_weights_and_the_layer_that_it_was_made_for():
    projection = Projection(ABOUT, np.zeros(5, np.float32))
    assert projection.fits("fake", "grid", "0" * 64)
    assert not projection.fits("fake", "grid", "1" * 64)
    assert not projection.fits("fake", "fc2", "0" * 64)
    assert not projection.fits("other", "grid", "0" * 64)


DAMAGE = {
    "no provenance": {"projection": None},
    "no JSON": {"projection": "{"},
    "JSON of another kind": {"projection": "[1]"},
    "a field too many": {"projection": ABOUT.to_json()[:-1] + ', "more": 1}'},
    "text for a number": {"projection": ABOUT.to_json().replace('"fitted_on": 4', '"fitted_on": "4"')},
    "a part that is true": {"projection": ABOUT.to_json().replace("[3, 1.0]", "[true, 1.0]")},
    "no parts": {"projection": ABOUT.to_json().replace("[[3, 1.0], [2, 0.5]]", "[]")},
    "parts of three": {"projection": ABOUT.to_json().replace("[3, 1.0]", "[3, 1.0, 2]")},
    "an endless weight": {"projection": ABOUT.to_json().replace("0.5", "Infinity")},
    "a weight that is none": {"projection": ABOUT.to_json().replace("0.5", "NaN")},
    "a negative size": {"projection": ABOUT.to_json().replace("[3, 1.0]", "[-3, 1.0]")},
    "a size past all": {"projection": ABOUT.to_json().replace("[3, 1.0]", f"[{10**30}, 1.0]")},
    "no centre": {"projection_centre": None},
    "a short centre": {"projection_centre": np.zeros(4, np.float32)},
    "a centre in float64": {"projection_centre": np.zeros(5)},
    "a centre that is not finite": {"projection_centre": np.full(5, np.nan, np.float32)},
    "a matrix of another shape": {"projection_matrix": np.eye(4, dtype=np.float32)},
    "a matrix of another type": {"projection_matrix": [[1]]},
    "a matrix that is not finite": {"projection_matrix": np.full((5, 5), np.inf, np.float32)},
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_one_is_refused(damage):
    sound = Projection(ABOUT, np.zeros(5, np.float32), np.eye(5, dtype=np.float32)).to_arrays()
    assert json.loads(sound["projection"])["parts"] == [[3, 1.0], [2, 0.5]]
    with pytest.raises(ValueError, match=r"projection|JSON|Expecting|unpack"):
        Projection.from_arrays(sound | damage)

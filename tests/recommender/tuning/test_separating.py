"""Tuned maps, on small numbers that can be checked by eye."""

import numpy as np
import pytest

from recommender.index.projection import Projection, Provenance
from recommender.tuning.separating import Lesson, Strength, Teacher, mapped, tuned

PARTS = ((4, 1.0), (4, 0.6))
ABOUT = Provenance("fake", "grid", "0" * 64, PARTS)


def lesson_of(categories, groups=None, apart=()):
    categories = np.array(categories)
    groups = np.full(len(categories), -1) if groups is None else np.array(groups)
    return Lesson(categories, groups, apart)


def two_kinds(n=60, seed=0):
    """Number 0 tells the kinds apart a little; number 1 differs much, whatever the kind."""
    random = np.random.default_rng(seed)
    vectors = random.normal(0, 0.1, (n, 8))
    kinds = np.arange(n) % 2
    vectors[:, 0] += 0.3 * kinds
    vectors[:, 1] += random.normal(0, 2, n)
    return vectors.astype(np.float32), kinds


def test_what_separates_counts_more_and_what_differs_within_counts_less():
    vectors, kinds = two_kinds()
    matrix = Teacher(vectors, lesson_of(kinds)).strength(0.1).matrix(2, None)
    assert matrix[0, 0] > 2 * matrix[2, 2]
    assert matrix[1, 1] < matrix[2, 2] / 2


def test_with_no_more_separation_only_the_covariance_within_is_undone():
    vectors, kinds = two_kinds()
    strength = Teacher(vectors, lesson_of(kinds)).strength(0.5)
    residuals = vectors.astype(np.float64)
    for kind in (0, 1):
        residuals[kinds == kind] -= residuals[kinds == kind].mean(axis=0)
    within = residuals.T @ residuals / len(residuals)
    wanted = np.linalg.inv(within + 0.5 * np.trace(within) / 8 * np.eye(8))
    found = strength.matrix(0, None).astype(np.float64)
    scale = np.trace(wanted) / np.trace(found @ found)
    assert np.allclose(found @ found * scale, wanted, rtol=1e-3, atol=1e-3 * wanted.max())


def test_the_map_is_symmetric_and_takes_in_the_one_before():
    vectors, kinds = two_kinds()
    before = np.diag([1, 0.5, 1, 1, 1, 1, 1, 0.1]).astype(np.float32)
    strength = Teacher(vectors @ before, lesson_of(kinds)).strength(1)
    matrix = strength.matrix(1.5, before).astype(np.float64)
    assert np.allclose(matrix, matrix.T, atol=1e-6)
    within = vectors @ before @ strength.axes * strength.scales
    more = np.hstack([within, 1.5 * within @ strength.directions])
    wanted, found = more @ more.T, (vectors @ matrix) @ (vectors @ matrix).T
    assert np.allclose(found * np.trace(wanted) / np.trace(found), wanted, atol=1e-3 * wanted.max())


def test_variants_say_what_does_not_matter():
    vectors, kinds = two_kinds()
    vectors[:, 5] += np.tile([1, 1, -1, -1], len(vectors) // 4)  # what variants differ in
    groups = np.repeat(np.arange(len(vectors) // 4), 4)
    plain = Teacher(vectors, lesson_of(kinds)).strength(0.1).matrix(1, None)
    taught = Teacher(vectors, lesson_of(kinds, groups)).strength(0.1).matrix(1, None)
    assert taught[5, 5] / taught[2, 2] < 1.01 * plain[5, 5] / plain[2, 2]
    assert plain[5, 5] < plain[2, 2]


def test_a_pair_that_is_not_alike_is_told_apart():
    vectors, kinds = two_kinds()
    vectors[:2, 6] = (-1.5, 1.5)
    without = Teacher(vectors, lesson_of(kinds)).strength(1).matrix(4, None)
    with_it = Teacher(vectors, lesson_of(kinds, apart=((0, 1),))).strength(1).matrix(4, None)
    assert with_it[6, 6] > 1.5 * without[6, 6]


def test_vectors_that_are_all_alike_give_a_finite_map():
    vectors = np.ones((20, 8), np.float32)
    matrix = Teacher(vectors, lesson_of(np.arange(20) % 2)).strength(1).matrix(2, None)
    assert np.isfinite(matrix).all()


def test_a_tuned_projection_says_what_taught_it_and_keeps_the_centre():
    vectors, kinds = two_kinds()
    features = np.abs(vectors) + 0.1
    base = Projection(ABOUT, np.full(8, 0.2, np.float32))
    found = tuned(base, features, lesson_of(np.where(kinds, kinds, -1)), 1.0, 1.5)
    assert found.about.tuned_to == 30
    assert (found.about.within_shrinkage, found.about.separation) == (1.0, 1.5)
    assert str(found.about) == "the program's own, tuned to the categories of 30 products"
    assert np.array_equal(found.centre, base.centre)
    assert found.id != base.id
    again = Projection.from_arrays(found.to_arrays())
    assert again.about == found.about


def test_a_projection_from_before_tuning_was_is_read_as_not_tuned():
    text = ABOUT.to_json().replace('"tuned_to": 0, ', "").replace('"separation": 0.0, ', "")
    text = text.replace(', "within_shrinkage": 0.0', "")
    assert "tuned_to" not in text
    assert Provenance.from_json(text) == ABOUT


@pytest.mark.parametrize("matrix", [None, np.diag(np.arange(1, 9)).astype(np.float32)])
def test_what_a_map_is_learnt_from_went_through_the_one_before(matrix):
    features = np.abs(two_kinds()[0]) + 0.1
    base = Projection(ABOUT, np.zeros(8, np.float32), matrix)
    away = mapped(base, features)
    roots = away / np.sqrt(np.linalg.norm(away, axis=1, keepdims=True))
    assert np.allclose(roots, base(features), atol=1e-5)


def test_a_lesson_among_some_rows_forgets_the_others():
    whole = lesson_of([0, 0, 1, 1], [0, 0, -1, 1], ((0, 2), (0, 3)))
    some = whole.among(np.array([0, 2]))
    assert some.categories.tolist() == [0, -1, 1, -1]
    assert some.groups.tolist() == [0, -1, -1, -1]
    assert some.apart == ((0, 2),)
    assert whole.of(np.array([0, 3])).apart == ((0, 1),)
    assert isinstance(Teacher(np.eye(4, dtype=np.float32), whole).strength(1), Strength)

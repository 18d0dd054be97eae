"""Which strength is chosen."""

import numpy as np
import pytest

from recommender.tuning.choosing import SEPARATIONS, SHRINKAGES, Exam, Trial, best, trials
from recommender.tuning.separating import Teacher
from tests.recommender.tuning.test_separating import lesson_of, two_kinds


def trial(separation, precision, never=0.1, hard=1.0, backdrop=1.0):
    return Trial(1.0, separation, precision, never, {"hard": hard, "backdrop": backdrop})


BEFORE = trial(0, 0.8)


def test_the_most_precise_is_chosen():
    assert best([BEFORE, trial(1, 0.85), trial(2, 0.9), trial(3, 0.88)]).separation == 2


@pytest.mark.parametrize("loss", [{"never": 0.12}, {"hard": 0.98}, {"backdrop": 0.98}])
def test_not_one_that_loses_more_than_a_point(loss):
    found = [BEFORE, trial(1, 0.85, never=0.11, hard=0.99, backdrop=0.99), trial(2, 0.9, **loss)]
    assert best(found).separation == 1
    assert best(found, any_loss=True).separation == 2


def test_more_may_be_never_shown_where_that_is_asked_for():
    found = [BEFORE, trial(1, 0.85), trial(2, 0.9, never=0.19), trial(4, 0.95, never=0.3)]
    assert best(found, never_shown=0.2).separation == 2


def test_where_all_lose_the_weakest_is_shown():
    assert best([BEFORE, trial(1, 0.85, hard=0.9), trial(0.5, 0.84, hard=0.9)]).separation == 0.5


def test_a_trial_measures_what_the_map_itself_gives():
    """The quick way of the trials, against the matrix applied to the vectors."""
    vectors, kinds = two_kinds(80)
    asked = np.arange(0, 80, 4)
    copies = vectors[asked] + np.random.default_rng(1).normal(0, 0.2, (20, 8)).astype(np.float32)
    exam = Exam(vectors, kinds, asked, asked, {"hard": copies})
    found = list(trials(exam, lesson_of(kinds)))
    assert len(found) == 1 + len(SHRINKAGES) * len(SEPARATIONS)
    teacher = Teacher(vectors, lesson_of(kinds))
    for one in (found[4], found[-1]):
        matrix = teacher.strength(one.shrinkage).matrix(one.separation, None)
        seen, mapped = unit(vectors @ matrix), unit(copies @ matrix)
        likeness = seen @ seen.T - 9 * np.eye(80)
        five = np.argsort(-likeness, axis=1)[:, :5]
        assert one.precision == pytest.approx((kinds[five[asked]] == kinds[asked][:, None]).mean())
        assert one.never_shown == pytest.approx(1 - len(np.unique(five)) / 80)
        assert one.copies["hard"] == pytest.approx(((mapped @ seen.T).argmax(1) == asked).mean())
    assert found[-1].precision > found[0].precision


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

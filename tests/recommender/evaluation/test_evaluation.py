from dataclasses import replace

import numpy as np
import pytest

from recommender.evaluation.evaluation import Copies, compare, evaluate
from recommender.evaluation.figures import SHOWN
from recommender.evaluation.labels import labels_of
from tests.indexes import index_of

KINDS = ("hat", "shoe", "shirt")
EIGHT = range(8)


def clusters(spread=0.05, kinds=KINDS, seed=0):
    """Eight products of each kind about a direction of its own."""
    random = np.random.default_rng(seed)
    return {
        f"{kind}{number}": np.eye(len(kinds) + 1)[place]
        + spread * random.normal(size=len(kinds) + 1)
        for place, kind in enumerate(kinds)
        for number in EIGHT
    }


def kinds_of(index):
    return labels_of([item_id[:-1] for item_id in index.item_ids.tolist()], [""] * len(index))


def evaluated(index, **options):
    return evaluate(index, kinds_of(index), np.arange(len(index)), **options)


@pytest.fixture(scope="module")
def sound():
    return index_of(clusters())


@pytest.fixture(scope="module")
def blurred():
    """The same products, thrown together."""
    return index_of(clusters(spread=0.8))


def test_where_each_kind_lies_apart_all_are_right(sound):
    found = evaluated(sound).estimates()
    assert {found[key].value for key in ("precision_at_1", "precision_at_5", "map_at_100")} == {1}
    assert found["macro_precision_at_5"].value == 1
    assert found["precision_at_5"].count == 24


def test_chance_is_what_a_draw_would_give(sound):
    by_chance = evaluated(sound).chance
    assert by_chance["precision_at_5"] == pytest.approx(7 / 23)
    assert by_chance["macro_precision_at_5"] == pytest.approx(7 / 23)


def test_what_is_worse_is_told_so_with_an_interval(sound, blurred):
    change = compare(evaluated(sound), evaluated(blurred))["precision_at_5"]
    assert change.before.value == 1
    assert change.difference.value == pytest.approx(change.after.value - 1)
    assert change.difference.high < 0
    assert change.is_certain


def test_an_index_does_not_differ_from_itself(sound):
    for change in compare(evaluated(sound), evaluated(sound)).values():
        assert change.difference.value == 0
        assert not change.is_certain


def test_only_the_products_that_both_have_are_compared(sound):
    fewer = index_of({key: vector for key, vector in clusters().items() if key != "hat0"})
    change = compare(evaluated(fewer), evaluated(sound))["never_shown"]
    assert change.before.count == change.after.count == 23


def test_held_out_products_alone_can_be_asked(sound):
    queries = np.array([1, 5, 9, 12, 20])
    found = evaluate(sound, kinds_of(sound), queries).estimates()
    assert found["precision_at_5"].count == 5
    assert found["never_shown"].count == 24  # of which everybody has a say


def test_coverage_counts_whom_nobody_finds():
    """One in the middle of all, which is far from none, and one that is far from everybody."""
    vectors = clusters() | {"odd": -np.ones(4)}
    index = index_of(vectors)
    found = evaluate(index, labels_of([""] * 25, [""] * 25), np.arange(25))
    shown = found.values["most_shown"]
    assert shown.sum() == 25 * SHOWN
    assert found.values["never_shown"][index.row_of("odd")] == 1
    assert found.estimates()["most_shown"].value == shown.max()


def test_duplicates_are_judged_by_their_categories(sound):
    vectors = clusters()
    for (
        number
    ) in EIGHT:  # each shoe shows what the hat of its number shows; shirts are as they were
        vectors[f"shoe{number}"] = vectors[f"hat{number}"] * 2
    vectors["shirt1"] = vectors["shirt0"]
    index = index_of(vectors)
    index = replace(index, manifest=replace(index.manifest, same_threshold=1e-9))
    found = evaluated(index).estimates()["same_of_one_category"]
    assert (found.value, found.count) == (pytest.approx(1 / 9), 9)
    assert "same_of_one_category" not in evaluated(sound).values  # no threshold, no duplicates


def test_variants_are_found_where_they_look_alike(sound):
    categories = [item_id[:-1] for item_id in sound.item_ids.tolist()]
    groups = ["g" if item_id in ("hat0", "hat1", "hat2") else "" for item_id in sound.item_ids]
    found = evaluate(sound, labels_of(categories, groups), np.arange(24))
    asked = ~np.isnan(found.values["variants_found"])
    assert sound.item_ids[asked].tolist() == ["hat0", "hat1", "hat2"]


def test_copies_are_reported_by_kind_and_by_threshold(sound):
    rows = np.array([0, 9, 10, 11, 20])
    own, wrong = sound.embeddings[rows], sound.embeddings[[8, 0, 1, 2, 3]]
    copies = Copies(rows, {"mild": own, "blurred": wrong}, {"blurred"}, [own, own], [own, wrong])
    manifest = replace(sound.manifest, same_threshold=1e-6, similar_threshold=1e-6)
    evaluation = evaluated(replace(sound, manifest=manifest), copies=copies)
    found = evaluation.estimates()
    assert (found["copy_mild"].value, found["copy_blurred"].value) == (1, 0)
    assert (found["saved_within_same"].value, found["retouched_within_similar"].value) == (1, 0.5)
    sections = {figure.key: figure.section for figure in evaluation.figures}
    assert sections["copy_mild"] != sections["copy_blurred"]


def test_of_fewer_than_five_products_nothing_is_said(sound):
    few = evaluate(sound, kinds_of(sound), np.arange(4))
    assert "precision_at_5" not in few.estimates()
    assert "precision_at_5" not in compare(few, few)
    assert "never_shown" in few.estimates()


def test_colours_are_compared_where_they_are_known(sound):
    colours = np.full((24, 3), np.nan)
    colours[0] = (50, 0, 0)
    five = sound.lists["cosine"].rows[0, :2]
    colours[five] = (50, 3, 4)
    found = evaluated(sound, colours=colours)
    assert found.values["colour_distance"][0] == 5


def test_nothing_is_said_of_categories_where_there_is_one():
    index = index_of(clusters(kinds=("hat", "cap")))
    labels = labels_of(["hat"] * 16, [""] * 16)
    found = evaluate(index, labels, np.arange(16)).estimates()
    assert "precision_at_5" not in found
    assert "never_shown" in found
    assert labels.notes == ("All products are of one category, so nothing is said of categories.",)

"""The vote of look-alikes on a product's category."""

import numpy as np
import pytest

from recommender.search.categories import categories_of_all
from recommender.search.filing import VOTES, Votes, confidences, suggestions, votes_of
from tests.indexes import grid_index
from tests.products import keep

pytestmark = pytest.mark.django_db
# Two heaps on a line: hats near 1, shoes near 40.
HATS = {f"h{number}": 1 + number / 10 for number in range(8)}
SHOES = {f"s{number}": 40 + number / 10 for number in range(8)}


@pytest.fixture
def index():
    keep(HATS, category="Hats")
    keep(SHOES, category="Shoes")
    return grid_index(HATS | SHOES)


def refile(item_id, category, **more):
    from catalog.models import Product

    Product.objects.filter(item_id=item_id).update(category=category, **more)


def test_where_all_look_alikes_agree_nothing_is_found(index):
    assert suggestions(index, categories_of_all()) == ([], [])


def test_one_among_others_of_another_category_is_found_with_those_who_say_so(index):
    refile("h3", "Shoes")
    (found,), nowhere = suggestions(index, categories_of_all())
    assert (found.item_id, found.category, found.suggested) == ("h3", "Shoes", "Hats")
    assert set(found.voters) <= HATS.keys() - {"h3"}
    assert len(found.voters) == 5
    assert found.suspicion > 1
    assert nowhere == []


def test_what_has_no_category_gets_a_suggestion_and_no_vote(index):
    refile("s1", "")
    wrong, (found,) = suggestions(index, categories_of_all())
    assert wrong == []
    assert (found.item_id, found.category, found.suggested) == ("s1", "", "Shoes")
    assert "s1" not in found.voters


def test_copies_and_variants_have_one_vote_together():
    keep(["q"], category="Hats")
    keep(["a1", "a2", "a3"], category="Shoes")  # one picture
    keep(["b1", "b2"], category="Shoes", group="b")  # variants
    keep(["c", "d", "e", "f"], category="Hats")
    places = {"q": 1.0, "a1": 2.0, "a2": 2.0, "a3": 2.0, "b1": 2.01, "b2": 2.02}
    index = grid_index(places | {"c": 2.03, "d": 2.04, "e": 2.05, "f": 2.06})
    categories = categories_of_all()
    votes = votes_of(index, categories)
    row = categories.row_of["q"]
    assert categories.names[votes.first[row]] == "Hats"  # four to two, not four to five


def test_its_own_copies_and_variants_have_no_vote_on_a_product():
    keep(["q", "twin"], category="Shoes")  # one picture, both filed wrongly
    keep(["v"], category="Shoes", group="g")
    keep(["w"], category="Shoes", group="g")
    keep([f"h{number}" for number in range(5)], category="Hats")
    places = {"q": 1.0, "twin": 1.0, "v": 2.0, "w": 2.1}
    index = grid_index(places | {f"h{number}": 1.5 + number / 10 for number in range(5)})
    wrong, _ = suggestions(index, categories_of_all())
    assert {one.item_id for one in wrong} == {"q", "twin", "v", "w"}


def test_case_and_blanks_make_no_other_category_and_the_usual_spelling_is_suggested(index):
    refile("h1", " HATS ")
    refile("h3", "Shoes")
    (found,), _ = suggestions(index, categories_of_all())
    assert (found.item_id, found.suggested) == ("h3", "Hats")


def test_of_fewer_than_three_votes_nothing_is_said():
    keep(["q"], category="Hats")
    keep(["a", "b"], category="Shoes")
    assert suggestions(grid_index({"q": 1.0, "a": 1.1, "b": 1.2}), categories_of_all()) == ([], [])


def test_what_the_index_does_not_know_is_passed_over(index):
    keep(["new"], category="Hats")
    votes = votes_of(index, categories_of_all())
    assert votes.first[categories_of_all().row_of["new"]] == -1


def test_confidence_is_how_often_votes_of_that_share_were_right():
    random = np.random.default_rng(0)
    n = 4000
    share = random.random(n)
    truth = random.integers(0, 3, n)
    first = np.where(random.random(n) < share, truth, (truth + 1) % 3)

    votes = Votes(first, share, share, np.empty((n, 0)))
    found = confidences(votes, truth)
    assert np.abs(found - share).mean() < 0.05
    assert (np.diff(found[np.argsort(share)]) >= 0).all()


def test_the_wrong_ones_come_first(index):
    """Of a shop of heaps that overlap, 5 % are filed wrongly on purpose: four in five of them are
    in the first tenth."""
    random = np.random.default_rng(7)
    places = {f"p{n:03}": float(10 * (n % 4) + random.normal(0, 2.5) + 100) for n in range(400)}
    for number in range(4):
        keep([i for i in places if int(i[1:]) % 4 == number], category=f"C{number}")
    bad = random.choice(sorted(places), 20, replace=False)
    for item_id in bad:
        refile(item_id, f"C{(int(item_id[1:]) + 2) % 4}")
    wrong, _ = suggestions(grid_index(places), categories_of_all())
    first = {one.item_id for one in wrong[: len(places) // 10]}
    assert len(first & set(bad)) >= 16
    assert VOTES >= 10

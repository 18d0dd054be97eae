"""Two ways in one list: fair by position, the same for all who ask, and left to who asks for more."""

import random
from collections import Counter

import pytest
from django.http import QueryDict

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.index.wilson import wilson
from recommender.models import Trial
from recommender.search import trials
from recommender.search.answering import answer
from recommender.search.answers import Match
from recommender.search.errors import BadQuery
from recommender.search.query import Query
from recommender.search.trials import ONE, OTHER, Way, coins_of, interleaved, on_trial

ONES, OTHERS = "abcdefgh", "aecxbyzd"


def matches(ids):
    return [Match(Product(item_id=one), None, None) for one in ids]


def drafted(about="a product", hour=0, ones=ONES, others=OTHERS, k=8):
    return interleaved(matches(ones), matches(others), k, coins_of(about, hour))


def ids(found):
    return "".join(match.product.item_id for match in found)


def test_each_picks_its_best_that_is_not_there_yet():
    for number in range(50):
        found = drafted(str(number))
        assert len(set(ids(found))) == 8
        for way, ranked in ((ONE, ONES), (OTHER, OTHERS)):
            picked = [ranked.index(m.product.item_id) for m in found if m.way == way]
            assert picked == sorted(picked)
        rounds = [match.way for match in found[1:7]]
        assert all({*rounds[n : n + 2]} == {ONE, OTHER} for n in (0, 2, 4))


def test_where_both_begin_alike_nobody_has_picked():
    found = drafted()
    assert (ids(found)[0], found[0].way) == ("a", "")
    assert all(match.way for match in found[1:])
    same = drafted(others=ONES)
    assert ids(same) == ONES
    assert {match.way for match in same} == {""}


def test_a_way_that_finds_little_leaves_the_rest_to_the_other():
    assert set(ids(drafted(ones="xy", others="zxwvu"))) == set("xyzwv" + "u")
    assert ids(drafted(ones="", others="zx")) == "zx"
    assert ids(drafted(ones="", others="")) == ""
    assert len(drafted(k=3)) == 3


def test_the_same_hour_has_the_same_list_and_the_next_the_other_way_round():
    assert ids(drafted(hour=6)) == ids(drafted(hour=6))
    first, then = ([match.way for match in drafted(hour=hour)] for hour in (6, 7))
    turned = {ONE: OTHER, OTHER: ONE, "": ""}
    assert [turned[way] for way in first[1:7]] == then[1:7]
    assert len({ids(drafted(hour=hour)) for hour in range(0, 40, 2)}) > 3


def click(found, likes, source):
    """Somebody looks from the top, less and less far, and clicks what they like; or nothing."""
    for position, match in enumerate(found):
        if source.random() > 0.85**position:
            return ""
        if source.random() < likes.get(match.product.item_id, 0.1):
            return match.way
    return ""


def clicks(products, visits, likes, seed):
    """So many visits to each product, spread over the hours; how often each way was clicked."""
    source = random.Random(seed)
    found: Counter[str] = Counter()
    for product in range(products):
        for visit in range(visits):
            shown = drafted(f"{seed} {product}", hour=visit % 24)
            found[click(shown, likes, source)] += 1
    return found[ONE], found[OTHER]


@pytest.mark.slow
@pytest.mark.parametrize(("products", "visits"), [(200, 3), (1, 600)], ids=["many", "one popular"])
def test_who_prefers_neither_is_told_so_and_the_interval_covers(products, visits):
    covered, shares = 0, []
    for seed in range(200):
        one, other = clicks(products, visits, {}, seed)
        low, high = wilson(other, one + other)
        covered += low <= 0.5 <= high
        shares.append(other / (one + other))
    assert covered >= 184  # 95 % of 200 are 190; less than 184 come by chance once in 1,000
    assert sum(shares) / len(shares) == pytest.approx(0.5, abs=0.01)


def test_what_people_like_wins_whichever_way_has_it():
    likes = dict.fromkeys("exyz", 0.5)  # what only the other has near its top
    one, other = clicks(300, 2, likes, seed=4)
    assert wilson(other, one + other)[0] > 0.5
    other, one = clicks(300, 2, dict.fromkeys("bcd", 0.5), seed=4)
    assert wilson(one, one + other)[1] < 0.6


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("k=9", "A way has no k"),
        ("liked=1", "A way has no liked"),
        ("eyes=blue", "A way has no eyes"),
        ("colour=2", "colour must be a number between 0 and 1."),
        ("metric=angle", "metric"),
        ("colour", "Write fields as an address does"),
    ],
)
def test_a_way_that_cannot_be_meant_is_refused(text, sentence):
    with pytest.raises(BadQuery) as refused:
        Way.of(text)
    assert sentence in str(refused.value)


def test_a_way_is_fields_and_an_index():
    way = Way.of(" colour=0.4&metric=euclidean&embedder=vgg16 ")
    assert way.fields == (("colour", "0.4"), ("metric", "euclidean"))
    assert way.measures("cosine", "fake") == ("euclidean", "vgg16")
    assert Way.of("").measures("cosine", "fake") == ("cosine", "fake")


# With an index ---------------------------------------------------------------------------------


@pytest.fixture
def counting(settings):
    settings.COUNT_CLICKS = True


def asked(text=""):
    return QueryDict(text)


def of_a_product():
    return answer(Query(liked=("0",), metrics=tuple(Metric), k=5))


def test_while_none_runs_the_answer_is_as_it_is(live, counting, settings):
    plain = of_a_product()
    assert on_trial(plain, asked()) is plain
    trial = Trial.objects.create(name="metrics", other="metric=manhattan&diversity=1")
    assert on_trial(plain, asked()).trial == trial.pk
    settings.COUNT_CLICKS = False
    assert on_trial(plain, asked()) is plain
    settings.COUNT_CLICKS = True
    Trial.objects.update(running=False)
    assert on_trial(plain, asked()) is plain


def test_who_asks_for_one_of_the_fields_gets_what_they_ask_for(live, counting):
    Trial.objects.create(name="metrics", other="metric=manhattan&diversity=1")
    plain = of_a_product()
    assert on_trial(plain, asked("diversity=0.2")) is plain
    assert on_trial(plain, asked("category=hats")) is not plain


def test_the_list_has_what_both_found_and_the_measured_stay_as_they_were(live, counting):
    Trial.objects.create(name="metrics", other="metric=manhattan&diversity=1")
    plain = of_a_product()
    shared = on_trial(plain, asked())
    assert shared.rankings == plain.rankings
    other = answer(Query(liked=("0",), metrics=(Metric.MANHATTAN,), k=5, diversity=1))
    both = {m.product.item_id for found in (plain, other) for m in found.looks.matches}
    assert {m.product.item_id for m in shared.looks.matches} <= both
    assert on_trial(plain, asked()).looks == shared.looks


def test_a_way_whose_index_is_gone_leaves_the_answer_as_it_is(live, counting, caplog):
    Trial.objects.create(name="networks", other="embedder=vgg16")
    plain = of_a_product()
    assert on_trial(plain, asked()) is plain
    Trial.objects.update(other="embedder=previous")
    assert on_trial(plain, asked()) is plain
    assert "is left out" in caplog.text


def test_ways_of_an_index_that_is_not_there_are_refused(live):
    with pytest.raises(BadQuery, match="There is no index of vgg16; there are: fake"):
        trials.check("", "embedder=vgg16")
    with pytest.raises(BadQuery, match="There is no index of previous"):
        trials.check("", "embedder=previous")
    with pytest.raises(BadQuery, match="Both ways ask the same"):
        trials.check("colour=0", " colour=0")
    trials.check("", "colour=0.4")


def test_a_page_is_kept_for_an_hour_and_then_shared_anew(client, live, counting, monkeypatch):
    Trial.objects.create(name="metrics", other="metric=manhattan&diversity=1")
    monkeypatch.setattr(trials, "_hour", lambda: 500_000)
    first = client.get("/products/0/")
    assert client.get("/products/0/").content == first.content
    told = client.get("/products/0/", headers={"If-None-Match": first["ETag"]})
    assert told.status_code == 304
    monkeypatch.setattr(trials, "_hour", lambda: 500_001)
    told = client.get("/products/0/", headers={"If-None-Match": first["ETag"]})
    assert told.status_code == 200
    assert not told.cookies


def test_a_trial_of_a_former_version_is_left_out(live, counting, caplog):
    Trial.objects.create(name="old", other="shape=1")
    plain = of_a_product()
    assert on_trial(plain, asked()) is plain
    assert "“old” cannot be made" in caplog.text

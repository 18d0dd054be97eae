"""Which two can be judged, and a product for which they differ."""

from dataclasses import replace

import pytest

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.live import current
from recommender.live.engine import engine
from recommender.live.file_index import FileIndex
from recommender.live.paths import previous_path
from recommender.search import contests as module
from recommender.search.contests import Contest, Entrant, answers_for, contests, draw
from recommender.search.errors import UnknownProduct
from tests.indexes import whole_index
from tests.web.pages.test_compare import two  # noqa: F401

pytestmark = pytest.mark.django_db
BY_METRIC = ["cosine-euclidean", "cosine-manhattan", "euclidean-manhattan"]


def built_again(index, built_at="2026-01-01T00:00:00+00:00"):
    """The index published once more, as of another time; the live one becomes the previous."""
    engine().publish(replace(index, manifest=replace(index.manifest, built_at=built_at)))


def index_with(live, vectors):
    """The same products and pictures, with other vectors."""
    return type(live).build(
        live.manifest,
        [str(item_id) for item_id in live.item_ids],
        [content_hash.decode() for content_hash in live.content_hashes],
        vectors,
    )


@pytest.fixture
def more(live, folder):
    """So many products that five of them are not all others."""
    from catalog.registry import import_folder
    from tests.conftest import picture_bytes
    from tests.recommender.evaluation.builds import build

    for number in range(6, 12):
        colour = (250 - 20 * number, 17 * number % 255, 90 * number % 255)
        (folder / "hats" / f"{number}.jpg").write_bytes(picture_bytes(colour))
    list(import_folder(folder))
    from tests import fake_embedder

    build(fake_embedder.FakeSource())
    return FileIndex.of(whole_index())


def test_the_metrics_of_one_index_can_always_be_compared(live):
    assert [contest.name for contest in contests()] == BY_METRIC


def test_the_previous_index_comes_first_and_another_embedder_s_next(two, live):  # noqa: F811
    built_again(whole_index())
    there = contests()
    assert [contest.name for contest in there] == ["previous", "red", *BY_METRIC]
    assert there[0].one.contender.built_at == "2026-01-01T00:00:00+00:00"
    assert there[0].other.contender.built_at != there[0].one.contender.built_at
    assert there[1].other.contender.embedder == "red"


@pytest.mark.of_files
def test_a_previous_index_that_cannot_be_read_is_not_offered(live):
    built_again(whole_index())
    previous_path("fake").write_bytes(b"broken")
    assert [contest.name for contest in contests()] == BY_METRIC
    previous_path("fake").unlink()
    assert current.previous_index("fake") is None


def test_a_product_is_drawn_for_which_the_answers_differ(more):
    turned = index_with(more, more.embeddings[::-1].copy())
    contest = Contest("x", Entrant(more, Metric.COSINE), Entrant(turned, Metric.COSINE))
    drawn = draw(contest, ())
    assert drawn.differs
    item_id = drawn.product.item_id
    for entrant, found in ((contest.one, drawn.one), (contest.other, drawn.other)):
        near = entrant.index.neighbours(item_id, Metric.COSINE)
        assert [product.item_id for product in found] == [one.item_id for one in near]


def test_none_is_drawn_where_none_differs_or_all_have_been_judged(more):
    entrant = Entrant(more, Metric.COSINE)
    assert draw(Contest("x", entrant, entrant), ()) is None
    turned = Entrant(index_with(more, more.embeddings[::-1].copy()), Metric.COSINE)
    contest = Contest("x", entrant, turned)
    assert draw(contest, {str(item_id) for item_id in more.item_ids}) is None


def test_what_is_hidden_or_had_another_picture_is_not_drawn(more):
    turned = index_with(more, more.embeddings[::-1].copy())
    hashes = turned.content_hashes.copy()
    hashes[turned.row_of("3")] = b"0" * 64
    other = Entrant(replace(turned, content_hashes=hashes), Metric.COSINE)
    contest = Contest("x", Entrant(more, Metric.COSINE), other)
    Product.objects.filter(item_id="4").update(hidden=True)
    ids = {draw(contest, ()).product.item_id for _ in range(40)}
    assert ids
    assert not ids & {"3", "4"}


def test_it_gives_up_after_so_many_tries(more, monkeypatch):
    turned = index_with(more, more.embeddings[::-1].copy())
    contest = Contest("x", Entrant(more, Metric.COSINE), Entrant(turned, Metric.COSINE))
    Product.objects.update(hidden=True)
    tried = []
    monkeypatch.setattr(module, "TRIES", 3)
    monkeypatch.setattr(
        module, "answers_for", lambda *given: tried.append(given) or answers_for(*given)
    )
    assert draw(contest, ()) is None
    assert len(tried) == 3


def test_a_product_that_one_lacks_has_no_answer_there_and_one_that_is_gone_is_unknown(more):
    rows = more.item_ids != "3"
    smaller = type(more).build(
        more.manifest,
        [str(item_id) for item_id in more.item_ids[rows]],
        [content_hash.decode() for content_hash in more.content_hashes[rows]],
        more.embeddings[rows],
    )
    contest = Contest("x", Entrant(more, Metric.COSINE), Entrant(smaller, Metric.COSINE))
    found = answers_for(contest, "3")
    assert (len(found.one), found.other) == (5, [])
    with pytest.raises(UnknownProduct):
        answers_for(contest, "nobody")
    assert "3" not in {draw(contest, ()).product.item_id for _ in range(20)}

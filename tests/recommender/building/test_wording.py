"""A build learns words from today's titles, and keeps them with the index."""

import numpy as np
import pytest

from catalog.models import Product
from recommender.building import build as building
from recommender.building.wording import are_of_today, words_of
from recommender.live.engine import engine
from tests.fake_embedder import FakeSource
from tests.indexes import grid_index
from tests.products import keep

pytestmark = pytest.mark.django_db
IDS = [f"{number:03}" for number in range(60)]


@pytest.fixture
def dotted():
    """Sixty on a line; of whom those far out say that they are dotted."""
    keep(IDS, title="Alma")
    Product.objects.filter(item_id__gte="040").update(title="Tee, DOTS")


def places(apart):
    """Each a little further out, or all at one place: then they show one picture."""
    far = {item_id: (9.0 if item_id >= "040" else 1.0) for item_id in IDS}
    return {item_id: place + apart * int(item_id) for item_id, place in far.items()}


def words_where(apart):
    found = words_of(grid_index(places(apart))).offered
    return [(word.text, word.products) for word in found]


def test_titles_of_the_catalogue_teach(dotted):
    assert words_where(apart=0.001) == [("dots", 20), ("tee", 20)]


def test_products_of_one_picture_are_one_thing(dotted):
    """Held out together, they leave nothing to learn from."""
    assert words_where(apart=0) == []


def test_variants_are_one_thing(dotted):
    Product.objects.filter(item_id__gte="040").update(group="dotted")
    assert words_where(apart=0.001) == []


def build():
    plan = building.plan(FakeSource())
    list(building.embed(plan))
    return building.finish(plan)


def test_a_build_keeps_words_and_changed_titles_teach_anew(catalogue):
    build()
    first = engine().whole("fake")
    assert first.words.about.products == 6
    assert are_of_today(first)
    assert build() is None
    Product.objects.filter(item_id="0").update(title="Another title")
    assert not are_of_today(first)
    assert build().count == 6
    again = engine().whole("fake")
    assert np.array_equal(first.embeddings, again.embeddings)
    assert first.words.about.titles != again.words.about.titles
    engine().rollback("fake")
    assert engine().live("fake").words.about == first.words.about

"""How a match is shown: cards that are drawn once, wherever on a page they stand."""

from unittest import mock

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from catalog.models import Product
from recommender.search.answers import Match
from tests.products import a_hash
from web.templatetags import likeness


@pytest.fixture
def product():
    return Product(pk=7, item_id="a", title="Tee", content_hash=a_hash("a"), shop="s")


@pytest.fixture
def drawings(monkeypatch):
    """Counts what is drawn of a template."""
    drawn = mock.Mock(wraps=render_to_string)
    monkeypatch.setattr("web.templatetags.likeness.render_to_string", drawn)
    return drawn


def test_a_card_is_drawn_once_whether_its_picture_is_loaded_at_once_or_waits(product, drawings):
    at_once = likeness.card(product, eager=True)
    waiting = likeness.card(product)
    assert at_once == waiting.replace(' loading="lazy"', "") != waiting
    assert drawings.call_count == 1


def test_the_addresses_of_pages_differ_and_the_card_is_the_same(product, drawings):
    cards = [likeness.match_card(Match(product, 0.1, 90.0), way) for way in ("", "?a=1&trail=x")]
    assert cards[1] == cards[0].replace('/a/"', '/a/?a=1&amp;trail=x"')
    assert drawings.call_count == 1


@pytest.mark.parametrize(("score", "offered"), [(90.0, True), (None, False)])
def test_why_is_offered_of_what_has_a_score(product, score, offered):
    deeds = likeness.actions(Match(product, score, score), "/why/", False, False)
    assert ('href="/why/?like=a&amp;pictures=1-1"' in deeds) is offered


def test_deeds_are_drawn_once_for_all_products_and_name_each(drawings):
    titles = ["Tee & <b>", "Hat"]
    products = [
        Product(pk=1000 + number, item_id=f"a/{number}?", title=title)
        for number, title in enumerate(titles)
    ]
    likeness._with_places.cache_clear()
    first, second = (
        likeness.actions(Match(product, 0.1, 90.0), "/why/", True, True) for product in products
    )
    assert drawings.call_count == 1
    assert 'id="of-1000"' in first
    assert 'aria-label="What to do with Tee &amp; &lt;b&gt;"' in first
    assert 'href="/why/?like=a%2F0%3F&amp;pictures=1-1"' in first
    assert f'href="{reverse("compare", args=["a/1?"])}"' in second
    assert 'name="liked" value="a/1?"' in second
    assert "Tee" not in second

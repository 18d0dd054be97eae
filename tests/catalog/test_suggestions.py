import pytest
from django.utils import timezone

from catalog.facets import Choice
from catalog.models import Product
from catalog.suggestions import MOST_PRODUCTS, suggestions

pytestmark = pytest.mark.django_db


def made(item_id, title, category="", **more):
    now = timezone.now()
    return Product.objects.create(
        item_id=item_id, title=title, category=category, content_hash="f" * 64,
        first_seen=now, last_seen=now, **more,
    )  # fmt: skip


def titles(typed):
    return [product.title for product in suggestions(typed).products]


def test_all_words_count_and_the_beginning_of_a_word_comes_first():
    made("1", "Unhatched tee")
    made("2", "Blue hat")
    made("3", "Blue scarf")
    assert titles("hat") == ["Blue hat", "Unhatched tee"]
    assert titles("blue HA") == ["Blue hat"]
    assert titles("blue x") == []
    assert titles(" ") == []


def test_a_category_is_suggested_with_its_number_and_the_largest_first():
    for number in range(5):
        made(str(number), f"No. {number}", "Hats" if number < 2 else "Chats")
    assert suggestions("hat").categories == [
        Choice("Chats", 3),
        Choice("Hats", 2),
    ]


def test_what_is_hidden_gone_or_without_a_picture_is_never_suggested():
    made("1", "Secret hat", "Secrets", hidden=True)
    made("2", "Secret scarf", "Secrets", gone_since=timezone.now())
    made("3", "Secret tee", "Secrets")
    Product.objects.filter(item_id="3").update(content_hash="")
    assert suggestions("secret").products == []
    assert suggestions("secret").categories == []


def test_few_are_suggested_and_nothing_is_asked_for_each(django_assert_max_num_queries):
    for number in range(80):
        made(f"{number:02}", f"Hat {number}", f"hats {number % 9}")
    with django_assert_max_num_queries(2):  # the products, and all categories
        found = suggestions("hat")
        assert [str(product.price) + product.srcset for product in found.products]
    assert len(found.products) == MOST_PRODUCTS
    assert len(found.categories) == 3

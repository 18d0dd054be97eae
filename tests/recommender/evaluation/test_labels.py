import pytest

from catalog.models import Product
from recommender.evaluation.labels import labels_in_catalogue, labels_of


def test_a_category_is_one_however_it_is_written():
    labels = labels_of(["Hats", " hats", "ＨＡＴＳ", "Shoes"], [""] * 4)
    assert labels.categories.tolist() == [0, 0, 0, 1]
    assert labels.names[1] == "Shoes"


def test_categories_in_two_scripts_are_two_categories():
    labels = labels_of(["Рубашки", "рубашки", "シャツ", "シャツ"], [""] * 4)
    assert labels.categories.tolist() == [0, 0, 1, 1]
    assert set(labels.names) == {"рубашки", "シャツ"}
    assert labels.notes == ()


@pytest.mark.parametrize(
    ("categories", "note"),
    [
        (["", "", ""], "No product has a category, so nothing is said of categories."),
        (["a", "a", "A"], "All products are of one category, so nothing is said of categories."),
        (["a", "a", "b"], "Alone in its category, and not asked for others of it: 1 product."),
        (["a", "b", "c"], "Alone in its category, and not asked for others of it: 3 products."),
        (["a", "a", "b", "b", ""], "Without a category, and not asked for one: 1 product."),
    ],
)  # fmt: skip
def test_what_categories_cannot_tell_is_said_in_a_sentence(categories, note):
    assert labels_of(categories, [""] * len(categories)).notes == (note,)


@pytest.mark.django_db
def test_the_catalogue_s_categories_and_groups_are_taken(catalogue):
    Product.objects.filter(item_id__in=("0", "2")).update(group="g")
    Product.objects.filter(item_id="4").update(group="g", shop="another shop")
    labels = labels_in_catalogue(["0", "1", "2", "4", "who left"])
    assert labels.names == ("hats", "shirts")
    assert labels.categories.tolist() == [1, 0, 1, 1, -1]
    assert labels.groups[0] == labels.groups[2] >= 0
    assert labels.groups[3] not in (labels.groups[0], -1)
    assert labels.groups[4] == -1

"""What stands behind the question mark of the catalogue's pages."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from catalog.fields import LAST_PAGE, MAX_WORDS, Field
from catalog.forms import BrowseForm, FilterForm, ProductsForm, SearchForm
from catalog.kinds import Number, Text, YesNoField
from catalog.models import Product


@pytest.mark.parametrize("said", ["on", "true", "1", "yes", " YES ", "True", True])
def test_yes_in_any_spelling_is_true(said):
    assert YesNoField().clean(said) is True


@pytest.mark.parametrize("said", [None, "", " ", "off", "false", "0", "no", "NO", False])
def test_no_and_silence_are_false(said):
    assert YesNoField().clean(said) is False


@pytest.mark.parametrize("said", ["2", "yess", "ja", "null", "\0"])
def test_anything_else_is_refused(said):
    with pytest.raises(ValidationError, match="Say true or false"):
        YesNoField().clean(said)


def asked(query, form=FilterForm):
    return form(QueryDict(query))


def test_fields_become_filters():
    form = asked("q=tee&category=Shirts&shop=a&price_from=5&price_to=9.50&in_stock=1&in_colour=red")
    assert form.is_valid()
    assert dict(form.filters().conditions) == {
        "q": "tee", "category": "Shirts", "shop": "a", "price_from": Decimal(5),
        "price_to": Decimal("9.50"), "in_stock": True, "in_colour": "red",
    }  # fmt: skip


def test_nothing_asks_for_nothing():
    form = asked("")
    assert form.is_valid()
    assert form.filters().keep_nearly_all()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("price_from=-1", "price_from: "),
        ("price_from=x", "price_from: Enter a number."),
        ("price_from=nan", "price_from: Enter a number."),
        ("price_from=9&price_to=5", "price_from: It is above price_to."),
        ("price_from=1.234", "price_from: "),
        ("in_stock=maybe", "in_stock: Say true or false."),
        ("in_colour=teal-ish", "in_colour: Say one of "),
        (
            f"q={'a+' * (MAX_WORDS + 1)}",
            f"q: At most {MAX_WORDS} words can be searched for at once.",
        ),
        (f"q={'a' * 201}", "q: "),
        ("q=a%00b", "q: "),
    ],
)
def test_what_is_wrong_is_one_sentence_with_the_field_s_name(query, sentence):
    form = asked(query)
    assert not form.is_valid()
    assert form.sentence().startswith(sentence)


def test_bounds_may_be_met():
    assert asked("price_from=5&price_to=5").is_valid()
    assert asked(f"q={'a+' * MAX_WORDS}").is_valid()


def test_people_are_told_in_their_words_and_type_numbers_as_they_do():
    form = FilterForm.typed(QueryDict("price_from=9,50&price_to=5"))
    assert not form.is_valid()
    assert form.sentence() == "Price from: This is higher than the other price."
    fine = FilterForm.typed(QueryDict("price_from=1.236,50"))
    assert fine.is_valid()
    assert str(fine.cleaned_data["price_from"]) == "1236.50"


@pytest.mark.parametrize(
    ("form", "query", "field"),
    [
        (BrowseForm, "order=cheapest", "order"),
        (BrowseForm, "page=0", "page"),
        (BrowseForm, f"page={LAST_PAGE + 1}", "page"),
        (BrowseForm, "page=1.5", "page"),
        (ProductsForm, "per_page=0", "per_page"),
        (ProductsForm, "per_page=101", "per_page"),
        (SearchForm, "q=", "q"),
        (SearchForm, "q=%20", "q"),
    ],
)
def test_pages_and_orders_have_bounds(form, query, field):
    wrong = asked(query, form)
    assert not wrong.is_valid()
    assert list(wrong.errors) == [field]


@pytest.mark.parametrize(
    "query", ["q=tee", f"q=tee&page={LAST_PAGE}&per_page=100", "q=tee&order=", "q=tee&order=-price"]
)
def test_what_keeps_to_the_bounds_is_fine(query):
    assert asked(query, SearchForm).is_valid()


def test_an_old_name_of_the_order_still_counts_and_the_new_one_more():
    for query, order in (("sort=price", "price"), ("sort=price&order=title", "title"), ("", "")):
        form = asked(query, BrowseForm)
        assert form.is_valid()
        assert form.cleaned_data["order"] == order


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("", ["a", "b", "c", "d"]),
        ("newest", ["c", "a", "b", "d"]),
        ("price", ["b", "a", "d", "c"]),  # what has no price comes last
        ("-price", ["a", "d", "b", "c"]),
        ("title", ["d", "c", "b", "a"]),
    ],
)
def test_products_come_in_the_order_that_is_asked_for(order, ids):
    now = timezone.now()
    rows = [("a", 9, "Z", 2), ("b", 5, "Y", 2), ("c", None, "X", 1), ("d", 9, "W", 3)]
    for item_id, price, title, age in rows:
        Product.objects.create(
            item_id=item_id, title=title, price=price, shop="s", content_hash="1",
            first_seen=now - timedelta(days=age), last_seen=now,
        )  # fmt: skip
    form = asked(f"order={order}", BrowseForm)
    assert form.is_valid()
    assert [product.item_id for product in form.products()] == ids


class WeightForm(FilterForm):
    TABLE = (
        *FilterForm.TABLE,
        Field("weight", Number(0, 1), "A weight.", default=0.5, label="Weight"),
        Field("name", Text(), "A name.", default="one", blank=False),
    )


def test_what_is_not_said_is_the_default():
    form = WeightForm({})
    assert form.is_valid()
    assert (form.cleaned_data["weight"], form.cleaned_data["name"]) == (0.5, "one")
    page = ProductsForm({})
    assert page.is_valid()
    assert (page.cleaned_data["page"], page.cleaned_data["per_page"]) == (1, 50)


def test_an_empty_value_is_refused_where_it_says_something():
    assert WeightForm({"weight": ""}).is_valid()
    assert "name" in WeightForm({"name": ""}).errors
    assert SearchForm({"q": " "}).sentence() == "q: Say what to search for."


def test_what_was_given_stays_as_it_was():
    given = QueryDict("q=a")
    assert WeightForm(given).is_valid()
    assert given.urlencode() == "q=a"


def test_people_are_told_the_label_and_programs_the_name():
    assert WeightForm({"weight": "2"}).sentence().startswith("weight: ")
    assert WeightForm.typed(QueryDict("weight=2")).sentence().startswith("Weight: ")


def test_people_write_numbers_as_they_do():
    form = WeightForm.typed(QueryDict("weight=0,25&price_from=1 236,50"))
    assert form.is_valid()
    assert (form.cleaned_data["weight"], str(form.cleaned_data["price_from"])) == (0.25, "1236.50")
    assert "weight" in WeightForm({"weight": "0,25"}).errors


def test_filters_are_what_was_asked_and_no_more():
    form = WeightForm({"category": "hats", "in_stock": "off", "price_from": "0"})
    assert form.is_valid()
    conditions = form.filters().conditions
    assert [name for name, _ in conditions] == ["category", "price_from"]

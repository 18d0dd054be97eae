"""JSON-LD as shops write it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.jsonld import json_ld, parsed, small_keys
from catalog.reading.page import Page

URL = "https://shop.example/p/1"


def script(*written, kind="application/ld+json"):
    return "".join(f'<script type="{kind}">{one}</script>' for one in written)


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('[{"a": 1}]', [[{"a": 1}]]),
        ('{"a": 1} {"b": 2}', [{"a": 1}, {"b": 2}]),
        ('{"a": 1},\n{"b": 2};', [{"a": 1}, {"b": 2}]),
        ('<!-- {"a": 1} -->', [{"a": 1}]),
        ('//<![CDATA[\n{"a": 1}\n//]]>', [{"a": 1}]),
        ('/* ours */ {"a": 1}', [{"a": 1}]),
        ('{"a": [1, 2,],}', [{"a": [1, 2]}]),
        ("{&quot;a&quot;: 1}", [{"a": 1}]),
        ('{"a": "one\ntwo\tthree"}', [{"a": "one\ntwo\tthree"}]),
        ('{"a": "R&amp;D"}', [{"a": "R&amp;D"}]),  # entities are for who reads the text
        ('{"a": "\\ud83d"}', [{"a": "�"}]),
        ('{"a": 1', []),
        ("var x = 1;", []),
        ("[" * 100_000, []),
        ("", []),
    ],
)
def test_a_script_is_read_however_it_is_wrapped(written, values):
    assert parsed(written) == values


def test_a_price_keeps_its_digits():
    (value,) = parsed('{"price": 19.90, "gtin": 4006381333931}')
    assert value == {"price": Decimal("19.90"), "gtin": Decimal("4006381333931")}
    assert str(value["price"]) == "19.90"
    assert parsed(f'{{"price": {"9" * 5000}}}') == [{"price": "9" * 5000}]


def test_a_property_is_known_by_all_its_names():
    pairs = [("https://schema.org/Price", 1), ("schema:name", 2), ("SKU", 3), ("sku", 4)]
    assert small_keys(pairs) == {"price": 1, "name": 2, "sku": 3}  # the first of two


def test_a_broken_script_hides_no_other():
    page = Page(
        script('{"a": 1}', "{broken", '{"b": 2}') + script('{"c": 3}', kind="text/json"), URL
    )
    assert json_ld(page) == [{"a": 1}, {"b": 2}]


def test_a_reference_becomes_what_it_names_wherever_that_stands():
    page = Page(
        script(
            '{"@id": "#tee", "name": "Tee", "offers": [{"@id": "#offer"}]}',
            f'{{"@id": "{URL}#offer", "price": 5}}',
        ),
        URL,
    )
    assert json_ld(page)[0]["offers"][0]["price"] == 5


def test_a_node_told_in_two_places_is_one():
    page = Page(script('{"@id": "#a", "name": "A"}', '{"@id": "#a", "sku": 7, "name": "B"}'), URL)
    assert json_ld(page)[0] == {"@id": "#a", "name": "A", "sku": 7}


def test_a_reference_to_nothing_stays_one():
    page = Page(script('{"name": "A", "offers": {"@id": "#none"}}'), URL)
    assert json_ld(page) == [{"name": "A", "offers": {"@id": "#none"}}]


def test_what_names_itself_ends():
    page = Page(script('{"@id": "#a", "name": "A", "isPartOf": {"@id": "#a"}}'), URL)
    (node,) = json_ld(page)
    assert node["ispartof"] is node


@given(
    st.lists(
        st.sampled_from(['{"@id":', '"#a"', "}", ",", "[", "]", '"a"', "1", ";", "<!--", ":", " "])
    )
)
def test_whatever_is_written_ends_in_values(parts):
    assert isinstance(json_ld(Page(script("".join(parts)), URL)), list)

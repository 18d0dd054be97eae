"""What is wrong with a body, in plain words."""

import json

import pytest
from pydantic import ValidationError

from web.api.clicks import Beacon
from web.api.written import Amendment, Batch, ProductToPut
from web.api.wrong_bodies import ADDRESS, WRITTEN, sentence_of

PRICE = f"price: {WRITTEN['price']}."
FIELDS = "title, price, currency, category, product_url, image_urls, in_stock, group, brand, shop"


def complaint(kind, content):
    text = content if isinstance(content, str) else json.dumps(content)
    with pytest.raises(ValidationError) as found:
        kind.model_validate_json(text, strict=True)
    return sentence_of(found.value, kind)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"price": "cheap"}, PRICE),
        ({"price": -1}, PRICE),
        ({"price": 10**13}, PRICE),
        ({"price": ["1"]}, PRICE),
        ({"currency": "euro"}, 'currency: write three capital letters, as in "EUR".'),
        ({"title": 3}, "title: write a text."),
        ({"title": "x" * 501}, "title: write at most 500 characters."),
        ({"product_url": "shop.example"}, f"product_url: {ADDRESS}."),
        ({"image_urls": ["https://shop.example/a", "a.jpg"]}, f"image_urls.1: {ADDRESS}."),
        ({"image_urls": ["https://shop.example/"] * 21}, "image_urls: name at most 20."),
        ({"image_urls": "https://shop.example/"}, "image_urls: write a list."),
        ({"in_stock": "yes"}, "in_stock: write true or false."),
        ({"colour": "red"}, f"colour: there is no such field; there are: {FIELDS}."),
        ({"c" * 999: 1}, f"{'c' * 80}: there is no such field; there are: {FIELDS}."),
        ([], "The JSON cannot be read: it is no object."),
        ("{", "The JSON cannot be read: EOF while parsing an object at line 1 column 1."),
    ],
)
def test_what_is_wrong_with_a_product_is_one_plain_sentence(content, sentence):
    assert complaint(ProductToPut, content) == sentence


@pytest.mark.parametrize(
    ("kind", "content", "sentence"),
    [
        (Batch, {"products": []}, "products: name at least 1."),
        (Batch, {"products": [3]}, "products.0: write an object."),
        (Batch, {"products": [{}]}, "products.0.item_id: it is missing."),
        (Batch, {"products": [{"item_id": ""}]},
         "products.0.item_id: write a text that is not empty."),
        (Batch, {"products": [{"item_id": "a", "price": "?"}]}, f"products.0.{PRICE}"),
        (Batch, {"products": [{"item_id": "a", "colour": 1}]},
         f"products.0.colour: there is no such field; there are: {FIELDS}, item_id."),
        (Batch, {"product": []}, "products: it is missing."),
        (Amendment, {"title": "a"},
         "title: there is no such field; there are: price, currency, in_stock, hidden."),
        (Beacon, {"place": "page", "metric": "cosine", "embedder": "a", "trial": -1},
         "trial: write a number that is at least 0."),
    ],
)  # fmt: skip
def test_it_is_said_where_it_is_and_what_there_is_instead(kind, content, sentence):
    assert complaint(kind, content) == sentence


def test_a_wrong_choice_is_answered_with_those_that_there_are():
    found = complaint(Beacon, {"place": "moon", "metric": "cosine", "embedder": "a"})
    assert found.startswith("place: write one of 'page'")
    card = {"position": 1, "item_id": "a", "way": "third"}
    told = {"place": "page", "metric": "cosine", "embedder": "a", "clicked": card}
    assert complaint(Beacon, told) == "clicked.way: write one of '', 'one' or 'other'."

"""What the commands that scrape share."""

from argparse import ArgumentTypeError
from io import StringIO

import pytest
from django.core.management import CommandParser

from catalog.models import Product
from catalog.scraping import add_mark_gone, add_options, column, failures, fetcher
from runs.commands import RunCommand
from tests.catalog.reading.pages import json_ld, product
from tests.conftest import picture_bytes
from tests.shops import Shop


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("price=Preis", ("price", "Preis")),
        ("price= Preis brutto ", ("price", "Preis brutto")),
        ("price=a=b", ("price", "a=b")),
    ],
)
def test_a_column_is_a_field_and_a_name(text, pair):
    assert column(text) == pair


@pytest.mark.parametrize(
    "text", ["", "price", "price=", "price= ", "=Preis", "colour=Farbe", "Price=Preis"]
)
def test_what_names_no_field_or_no_column_is_told_the_fields(text):
    with pytest.raises(ArgumentTypeError, match=r"expected FIELD=NAME, FIELD of .*price"):
        column(text)


def options(*words):
    parser = CommandParser()
    add_options(parser)
    add_mark_gone(parser, "--force")
    return vars(parser.parse_args(list(words))) | {"verbosity": 1}


def test_columns_add_up_and_what_is_not_said_is_empty():
    said = options("--column", "price=Preis", "--column", "title=Name", "--force")
    assert said["column"] == [("price", "Preis"), ("title", "Name")]
    assert said["mark_gone"] is True
    plain = options()
    assert (plain["column"], plain["mark_gone"], plain["shop"], plain["source"]) == (
        [],
        False,
        "",
        None,
    )


def test_a_visitor_is_what_the_settings_ask(settings):
    settings.SCRAPE_USER_AGENT, settings.SCRAPE_PAUSE_SECONDS = "Tester/7 (+us)", 0
    settings.SCRAPE_ALLOW_LOOPBACK = True
    agents = []

    def page(headers):
        agents.append(headers["User-Agent"])
        return b"here"

    with Shop({"/": page}) as shop:
        assert fetcher().get(shop.url + "/").body == b"here"
    assert agents == ["Tester/7 (+us)"]


@pytest.fixture
def command(settings, db):
    settings.SCRAPE_PAUSE_SECONDS, settings.SCRAPE_ALLOW_LOOPBACK = 0, True
    command = RunCommand(stdout=StringIO(), stderr=StringIO())
    command.run = None
    return command


def test_products_are_taken_and_counted(command):
    answers = {"/p/7": json_ld(product("7")), "/i/7.jpg": picture_bytes("red")}
    with Shop(answers) as shop:
        assert (
            failures(command, shop.url + "/p/7", options("--shop", "mine", "--category", "Tees"))
            == []
        )
    only = Product.objects.get()
    assert (only.item_id, only.shop, only.category) == ("7", "mine", "Tees")
    assert command.stdout.getvalue().startswith("Reading ")


def test_a_shop_that_fails_is_a_sentence_and_no_exception(command):
    with Shop({}) as shop:
        (sentence,) = failures(command, shop.url + "/none.csv", options())
        assert "404" in sentence
        (sentence,) = failures(command, shop.url + "/", options("--selectors", "/none.yaml"))
        assert "cannot be read" in sentence or "404" in sentence


def test_products_that_fail_are_counted_and_the_others_kept(command):
    items = [product("7"), product("8", image="/none.jpg")]
    with Shop({"/p": json_ld(items), "/i/7.jpg": picture_bytes("red")}) as shop:
        assert failures(command, shop.url + "/p", options()) == [
            f"{shop.url}/p: 1 failed; the others are kept."
        ]
    assert Product.shown.count() == 1

"""Words for looks: on pages, in the API, on the terminal and as an assistant's argument."""

import json
import re

import pytest
from django.core.management import CommandError, call_command

from tests.taught import NONE, open_shop
from web.mcp_server import similar_products
from web.pages import looks

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    open_shop()


def shown(client, address, **fields):
    """The item_ids of the grid, in order."""
    answered = client.get(address, fields)
    assert answered.status_code == 200, answered.content.decode()
    return [product.item_id for product in answered.context["page"]]


def test_browse_offers_the_words_and_shows_what_looks_like_them_first(client, shop):
    page = client.get("/browse/").content.decode()
    assert 'href="/browse/?looks=striped"' in page
    assert 'name="looks"' in page
    assert shown(client, "/browse/", looks="striped")[0] == "stripes"
    assert shown(client, "/browse/", looks="striped dots")[0] == "both"
    assert shown(client, "/browse/", looks="striped", order="price", q="dots") == ["dots"]
    assert (
        "What looks like “striped” first." in client.get("/browse/?looks=striped").content.decode()
    )


def test_browse_refuses_an_unknown_word_and_names_the_nearest(client, shop):
    refused = client.get("/browse/", {"looks": "stripes"})
    assert refused.status_code == 400
    assert "Try “striped”." in refused.content.decode()


@pytest.mark.parametrize("words", [None, NONE], ids=["not yet learnt", "none holds up"])
def test_where_no_words_are_known_no_page_asks_for_them(client, words):
    open_shop(words)
    for address in ("/browse/", "/products/dots/", "/picture/"):
        assert 'name="looks"' not in client.get(address).content.decode()


def test_without_an_index_browse_goes_on_without_words(client, catalogue):
    assert 'name="looks"' not in client.get("/browse/").content.decode()
    assert client.get("/browse/", {"looks": "dots"}).status_code == 503
    assert looks.chips() == []


def test_a_product_s_page_mixes_it_with_words(client, shop):
    page = client.get("/products/dots/", {"looks": "striped"})
    first = page.context["page"][0][0].product.item_id
    assert first == "both"
    assert re.search('name="looks" value="striped"', page.content.decode())


def test_the_api_answers_words_alone_and_beside_what_is_liked(client, shop):
    def first(**fields):
        return client.get("/api/v1/similar/", fields).json()["neighbours"][0]["item_id"]

    assert first(looks="dots") == "dots"
    assert first(looks="striped", liked="dots") == "both"
    alone = client.get("/api/v1/similar/", {"looks": "dots"}).json()
    assert (alone["query"], alone["liked"]) == (None, [])


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"looks": "stripes"}, "“stripes” is not a word for looks learnt from this shop's "
         "titles. Try “striped”."),
        ({"looks": "dots", "colour": "0.5"}, "Words have no colours of their own to weigh: leave "
         "out colour."),
        ({"looks": "a b c d e f g h i"}, "looks: At most 8 words can be searched for at once."),
    ],
)  # fmt: skip
def test_the_api_refuses_in_one_sentence(client, shop, fields, sentence):
    answered = client.get("/api/v1/similar/", fields)
    assert (answered.status_code, answered.json()) == (400, {"error": sentence})


def test_the_terminal_takes_words_alone_and_beside_a_product(shop, capsys):
    call_command("similar", "--looks", "dots", "-k", "1", "--json")
    assert json.loads(capsys.readouterr().out)["neighbours"][0]["item_id"] == "dots"
    call_command("similar", "dots", "--looks", "striped", "-k", "1")
    assert capsys.readouterr().out.splitlines()[1].split()[-1] == "both"
    with pytest.raises(CommandError, match="Try “striped”"):
        call_command("similar", "--looks", "stripes")
    with pytest.raises(CommandError, match="say how it looks"):
        call_command("similar")


def test_the_terminal_tells_what_to_run_where_words_are_not_learnt_yet():
    open_shop(None)
    with pytest.raises(CommandError, match="build_index --embedder fake"):
        call_command("similar", "--looks", "dots")


@pytest.mark.django_db(transaction=True)  # its tools close their connection
def test_an_assistant_asks_with_words(shop):
    assert similar_products(looks="dots")["neighbours"][0]["item_id"] == "dots"
    assert similar_products(item_id="dots", looks="striped")["neighbours"][0]["item_id"] == "both"


def test_status_shows_how_well_each_word_finds(admin_client, shop):
    page = admin_client.get("/status/").content.decode()
    assert re.search(r"striped</a></td><td>30</td><td>80 %</td><td>60 % – 90 %</td>", page)


def test_status_says_where_titles_have_taught_nothing(admin_client):
    open_shop(NONE)
    assert "once six titles or more use it" in admin_client.get("/status/").content.decode()

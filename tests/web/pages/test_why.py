"""Why two products look alike: the page, its pictures, and who may ask how often."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client

from catalog import pictures
from catalog.models import Product
from recommender.embedders import registry
from recommender.embedders.contract import Seen
from recommender.embedders.networks.user_onnx import UserOnnxNetwork
from recommender.live.paths import why_folder
from recommender.search import why
from tests.fake_embedder import FakeEmbedder

pytestmark = pytest.mark.django_db


def addresses(client, more=""):
    page = client.get(f"/why/0/?like=3{more}")
    assert page.status_code == 200
    html = page.content.decode()
    return [
        part.split('"')[0].replace("&amp;", "&")
        for part in html.split('<img src="')[1:]
        if part.startswith("/why.webp/")
    ]


def test_the_page_shows_each_product_with_what_makes_it_like_the_other(client, live):
    first, second = addresses(client)
    assert first.startswith("/why.webp/0/?like=3&pictures=1-1&v=")
    assert second.startswith("/why.webp/3/?like=0&pictures=1-1&v=")
    for address in (first, second):
        response = client.get(address)
        assert response["Content-Type"] == "image/webp"
        assert response.content[8:12] == b"WEBP"
        assert "immutable" in response["Cache-Control"]


@pytest.mark.parametrize(
    "numbers", ["2-1", "1-2", "0-1", "9-9", "one-two", "1", "1-1-1", "\u0661-1"]
)
def test_pictures_that_are_not_there_are_the_nearest(client, live, numbers):
    assert addresses(client, f"&pictures={numbers}") == addresses(client)


def test_a_picture_is_worked_out_once(client, live, fake_source):
    first = addresses(client)[0]
    made = client.get(first).content
    asked = fake_source.embedded
    assert client.get(first).content == made
    assert fake_source.embedded == asked


def test_another_picture_has_another_address(client, live):
    before = addresses(client)
    Product.objects.filter(item_id="3").update(content_hash="f" * 64)
    after = addresses(client)
    assert not set(before) & set(after)


def test_both_pictures_come_of_one_pass(client, live, fake_source):
    first, second = addresses(client)
    client.get(first)
    asked = fake_source.embedded
    assert client.get(second).status_code == 200
    assert fake_source.embedded == asked


def test_a_user_s_own_network_does_not_tell_why(client, live, tmp_path, monkeypatch):
    assert 'href="/why/0/?like=' in client.get("/products/0/").content.decode()
    own = UserOnnxNetwork("fake", 32, (0, 0, 0), (1, 1, 1), "NCHW", "out", 8, "fake.onnx", "0" * 64)
    monkeypatch.setitem(registry.NETWORKS, "fake", own)
    assert "/why/" not in client.get("/products/1/").content.decode()
    assert client.get("/why/0/?like=3").status_code == 404


def test_a_network_that_tells_of_no_places_is_refused_calmly(client, live, monkeypatch):
    monkeypatch.setattr(
        FakeEmbedder, "embed_with_places", lambda self, pictures: Seen(self.embed(pictures), {})
    )
    response = client.get(addresses(client)[0])
    assert response.status_code == 404
    assert "cannot be shown" in response.content.decode()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/why/0/", 400),
        ("/why/0/?like=0", 400),
        ("/why/0/?like=nobody", 404),
        ("/why/nobody/?like=0", 404),
        ("/why/0/?like=%00", 404),
    ],
)
def test_what_cannot_be_meant_is_refused(client, live, address, status):
    assert client.get(address).status_code == status
    assert client.get(address.replace("/why/", "/why.webp/")).status_code == status


def test_a_product_newer_than_the_index_has_no_why(client, live):
    Product.objects.filter(item_id="3").update(item_id="new")
    assert client.get("/why/0/?like=new").status_code == 404


def test_a_hidden_product_is_not_shown(client, live):
    address = addresses(client)[0]
    Product.objects.filter(item_id="3").update(hidden=True)
    assert client.get(address).status_code == 404


def test_a_product_whose_picture_is_lost_is_refused_calmly(client, live):
    pictures.remove("0")
    response = client.get("/why.webp/0/?like=3")
    assert response.status_code == 404
    assert not list(why_folder().glob("*.webp"))


def test_without_an_index_it_is_503(client, catalogue):
    assert client.get("/why/0/?like=3").status_code == 503


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_all_get_their_picture(live):
    addresses = [f"/why.webp/{one}/?like={other}" for one in "012" for other in "345"][:8]
    with ThreadPoolExecutor(8) as visitors:
        found = list(visitors.map(lambda address: Client().get(address).status_code, addresses))
    assert found == [200] * 8


def test_the_oldest_pictures_make_room(client, live, monkeypatch):
    monkeypatch.setattr(why, "MAX_KEPT", 2)
    for other in "1234":
        client.get(f"/why.webp/0/?like={other}")
    assert len(list(why_folder().glob("*.webp"))) == 2

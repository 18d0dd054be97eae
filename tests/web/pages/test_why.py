"""Why two products look alike: the page, its pictures, and who may ask how often."""

import threading

import pytest

from catalog import pictures
from catalog.models import Product
from recommender.embedders import registry
from recommender.live.paths import why_folder
from recommender.search import why
from tests import fake_embedder

pytestmark = pytest.mark.django_db


def addresses(client):
    page = client.get("/why/0/?like=3")
    assert page.status_code == 200
    html = page.content.decode()
    return [
        part.split('"')[0].replace("&amp;", "&")
        for part in html.split('<img src="')[1:]
        if part.startswith("/why.webp/")
    ]


def test_the_page_shows_each_product_with_what_makes_it_like_the_other(client, live):
    first, second = addresses(client)
    assert first.startswith("/why.webp/0/?like=3&v=")
    assert second.startswith("/why.webp/3/?like=0&v=")
    for address in (first, second):
        response = client.get(address)
        assert response["Content-Type"] == "image/webp"
        assert response.content[8:12] == b"WEBP"
        assert "immutable" in response["Cache-Control"]


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


def test_the_similarity_page_asks_why_where_the_network_is_quick(client, live, monkeypatch):
    assert 'href="/why/0/?like=' in client.get("/products/0/").content.decode()
    slow = fake_embedder.EmbedderSpec(**vars(fake_embedder.SPEC) | {"network": "vgg16"})
    monkeypatch.setitem(registry.EMBEDDERS, "fake", slow)
    assert "/why/" not in client.get("/products/1/").content.decode()
    assert client.get("/why/0/?like=3").status_code == 404


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


def test_one_is_worked_out_at_a_time_and_others_are_told_to_come_back(client, live, monkeypatch):
    monkeypatch.setattr(why, "PATIENCE_SECONDS", 0.2)
    inside, leave = threading.Event(), threading.Event()

    def hold():
        with why._alone():
            inside.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert inside.wait(10)
        response = client.get("/why.webp/0/?like=3")
        assert response.status_code == 503
        assert response["Retry-After"]
    finally:
        leave.set()
        holder.join()
    assert client.get("/why.webp/0/?like=3").status_code == 200


def test_the_oldest_pictures_make_room(client, live, monkeypatch):
    monkeypatch.setattr(why, "MAX_KEPT", 2)
    for other in "1234":
        client.get(f"/why.webp/0/?like={other}")
    assert len(list(why_folder().glob("*.webp"))) == 2

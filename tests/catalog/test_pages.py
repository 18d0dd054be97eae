"""Browsing, and pictures."""

import pytest
from django.utils import timezone

from catalog.models import Product
from catalog.pictures import WRITTEN, Kind, file_name, write
from tests.conftest import picture_bytes

pytestmark = pytest.mark.django_db


def html(response) -> str:
    return response.content.decode()


def rename(item_id: str, title: str) -> None:
    product = Product.objects.get(item_id=item_id)
    product.title = title
    product.save()


# Browse ------------------------------------------------------------------------------------------


def test_browse_finds_by_title_id_and_category(client, live):
    rename("3", "Blue striped tee")
    assert "6 products" in html(client.get("/browse/"))
    assert "1 product for" in html(client.get("/browse/", {"q": "striped BLUE"}))
    assert "1 product for" in html(client.get("/browse/", {"q": "4"}))
    assert "3 products in hats" in html(client.get("/browse/", {"category": "hats"}))


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Футболка с принтом", "футболка"),
        ("футболка", "ФУТБОЛКА ФУТ"),
        ("T-shirt été", "ÉTÉ"),
        ("Straße", "STRASSE"),
        ("ΜΠΛΟΎΖΑ σκούρος", "μπλούζα ΣΚΟΎΡΟΣ"),
        ("ＡＢＣ１２３ Ｔシャツ", "abc123 tシャツ"),
        ("ｼｬﾂ", "シャツ"),
        ("cafe\u0301", "CAFÉ"),
        ("50 % off_season", "50 % f_s"),
    ],
)
def test_browse_folds_case_width_and_composition_in_every_script(client, live, title, words):
    rename("3", title)
    assert "1 product for" in html(client.get("/browse/", {"q": words}))
    assert "Nothing found." in html(client.get("/browse/", {"q": words + " x9x"}))


def test_browse_finds_a_title_however_it_was_changed(client, live):
    Product.shown.filter(item_id="3").update(title="ÉTÉ", hidden=False)
    assert "1 product for" in html(client.get("/browse/", {"q": "été"}))
    Product.objects.filter(title="ÉTÉ").update(title="Hiver")
    assert "Nothing found." in html(client.get("/browse/", {"q": "été"}))


def test_browse_finds_a_category_by_its_words(client, live):
    assert "3 products for" in html(client.get("/browse/", {"q": "HATS"}))


def test_what_is_hidden_by_hand_is_in_no_page(client, live):
    Product.objects.filter(item_id="3").update(hidden=True)
    assert "5 products" in html(client.get("/browse/"))
    assert client.get("/products/3/").status_code == 404
    assert "/products/3/" not in html(client.get("/products/2/"))


@pytest.mark.parametrize(
    "words", ["футболка", "ФУТБОЛКА", "été", "ÉTÉ", "ecru ÉTÉ", "Ｔ－ｓｈｉｒｔ", "HÜTE"]
)
def test_browse_finds_words_however_they_are_written(client, live, words):
    product = Product.objects.get(item_id="3")
    product.title, product.category = "Футболка синяя · Été T-shirt ecru", "Hüte"
    product.save()
    assert "1 product for" in html(client.get("/browse/", {"q": words}))


def test_browse_says_when_nothing_is_found(client, live):
    assert "Nothing found." in html(client.get("/browse/", {"q": "zzz"}))


def test_browse_has_pages_that_keep_the_search(client, live, monkeypatch):
    monkeypatch.setattr("web.pages.browse.PER_PAGE", 2)
    page = html(client.get("/browse/", {"category": "hats", "page": 1}))
    assert '<span aria-current="page">1</span>' in page
    assert "?category=hats&amp;page=2" in page
    last = html(client.get("/browse/", {"category": "hats", "page": 2}))
    assert '<span aria-current="page">2</span>' in last


def test_a_page_number_that_is_none_is_refused_with_a_sentence(client, live):
    response = client.get("/browse/", {"page": "x"})
    assert response.status_code == 400
    assert "whole number" in html(response)


def test_htmx_gets_the_grid_alone(client, live):
    fragment = client.get("/browse/", headers={"HX-Request": "true"})
    assert "<html" not in html(fragment)
    assert "HX-Request" in fragment["Vary"]


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_htmx_gets_the_whole_page_for_a_link_and_for_back(client, live, header):
    response = client.get("/browse/", headers={"HX-Request": "true", header: "true"})
    assert "<html" in html(response)
    assert header in response["Vary"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"q": "a " * 9}, "At most 8 words"),
        ({"q": "ﷺ" * 3}, "At most 8 words"),
        ({"q": "a" * 201}, "at most 200 characters"),
        ({"q": "a\0"}, "Null characters"),
        ({"category": "a" * 201}, "at most 200 characters"),
        ({"page": "9" * 5000}, "whole number"),
        ({"page": "9" * 20}, "less than or equal to"),
    ],
)
def test_no_search_costs_more_than_its_answer(
    client, live, query, sentence, django_assert_max_num_queries
):
    with django_assert_max_num_queries(2):  # those of the page that refuses
        response = client.get("/browse/", query)
    assert response.status_code == 400
    assert sentence in html(response)


def test_browse_needs_few_queries(client, live, django_assert_max_num_queries):
    with django_assert_max_num_queries(7):  # four of them count what each choice would leave
        client.get("/browse/")


# Pictures ----------------------------------------------------------------------------------------


def test_a_thumbnail_is_served_and_may_be_kept_for_ever(client, live):
    response = client.get(Product.objects.get(item_id="0").thumbnail_url)
    assert response["Content-Type"] == "image/jpeg"
    assert "immutable" in response["Cache-Control"]
    again = client.get(
        "/media/thumbnails/0.jpg", headers={"If-Modified-Since": response["Last-Modified"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["nobody.jpg", "..%2F..%2Fvar%2Fsecret_key", "..", "0.png"])
def test_nothing_but_thumbnails_is_served(client, live, name):
    assert client.get(f"/media/thumbnails/{name}").status_code == 404


def asked(client, product) -> list:
    """Answers for all of its pictures."""
    return [
        client.get(f"/media/{kind}/{file_name(product.item_id)}", {"v": product.content_hash[:12]})
        for kind in Kind
        if kind not in (Kind.MORE, Kind.MORE_THUMBNAIL)  # have names of their own
    ]


@pytest.mark.parametrize("change", [{"hidden": True}, {"gone_since": timezone.now()}])
def test_pictures_of_what_is_not_shown_are_for_staff_alone(client, live, admin_client, change):
    product = Product.objects.get(item_id="0")
    assert [answer.status_code for answer in asked(client, product)] == [200] * 5
    Product.objects.filter(item_id="0").update(**change)
    assert [answer.status_code for answer in asked(client, product)] == [404] * 5
    tag = {"If-None-Match": "*"}
    assert client.get("/media/thumbnails/0.jpg", headers=tag).status_code == 404
    answers = asked(admin_client, product)
    for answer in answers:
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    for answer in answers:
        answer.close()


def test_a_picture_that_no_product_has_is_not_served(client, live):
    write(Kind.THUMBNAIL, "left", picture_bytes("red"))
    assert client.get("/media/thumbnails/left.jpg").status_code == 404


@pytest.mark.parametrize(
    "item_id",
    ["a/b c.d", "日本 %41", ".hidden", "x" * 300, "https://shop.example/" + "é" * 200, "%%41"],
)
def test_whatever_an_id_holds_its_pictures_are_shown_and_hidden(client, live, item_id):
    product = Product.objects.get(item_id="0")
    product.item_id = item_id
    product.save()
    for kind in WRITTEN:
        write(kind, item_id, picture_bytes("red"))
    assert [
        client.get(url).status_code for url in (product.thumbnail_url, product.picture_url)
    ] == [200, 200]
    Product.objects.filter(item_id=item_id).update(hidden=True)
    assert [answer.status_code for answer in asked(client, product)] == [404] * 5
    for name in ("%41.jpg", "%%.jpg", "%%%.jpg", "%2541.jpg"):
        assert client.get(f"/media/thumbnails/{name}").status_code == 404


def test_a_picture_costs_one_query(client, live, django_assert_num_queries):
    address = Product.objects.get(item_id="0").thumbnail_url
    client.get(address)
    with django_assert_num_queries(2):  # one is the catalogue's version
        client.get(address)

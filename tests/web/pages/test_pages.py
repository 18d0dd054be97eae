from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from catalog.models import Product
from catalog.pictures import Kind, write
from recommender.search.answering import answer
from tests.conftest import picture_bytes
from web.middleware import answer_cache
from web.pages import rows
from web.templatetags.likeness import four_digits

pytestmark = pytest.mark.django_db


def html(response) -> str:
    return response.content.decode()


def test_head_works_wherever_get_does(client, live):
    thumbnail = Product.objects.get(item_id="0").thumbnail_url
    api = "/api/v1/products/0/similar/"
    for address in ("/", "/products/0/", "/browse/", api, "/healthz", thumbnail, "/nowhere"):
        get, head = client.get(address), client.head(address)
        assert head.status_code == get.status_code, address
        assert head["Content-Type"] == get["Content-Type"]


def test_a_product_page_links_its_neighbours(client, live):
    page = html(client.get("/products/0/"))
    assert page.count('class="tile"') == 20
    assert 'href="/products/1/?trail=0"' in page
    assert 'class="tile" href="/products/0/"' not in page


def test_a_page_asks_the_database_once_for_all_neighbours(client, live, django_assert_num_queries):
    with django_assert_num_queries(5):  # and which state the catalogue is in, and what is the same
        client.get("/products/0/")


def test_a_page_asks_for_what_it_shows_and_one_more(client, live, monkeypatch):
    asked = []
    monkeypatch.setattr(rows, "answer", lambda query: asked.append(query) or answer(query))
    assert client.get("/products/0/?page=1").status_code == 200
    assert client.get("/products/0/?page=2").status_code == 404
    assert client.get("/products/0/?k=7").status_code == 200
    assert [(query.k, query.k_beside) for query in asked] == [(25, 5), (48, 5), (7, 5)]


def test_a_neighbour_that_has_left_the_shop_is_passed_over(client, live):
    Product.objects.filter(item_id="1").update(gone_since=timezone.now())
    assert 'href="/products/1/"' not in html(client.get("/products/0/"))
    answer = client.get("/api/v1/products/0/similar/", {"k": 5}).json()
    assert [n["item_id"] for n in answer["neighbours"]].count("1") == 0
    assert len(answer["neighbours"]) == 4


def test_a_product_that_is_not_indexed_yet_has_a_page_that_says_so(client, live, settings):
    write(Kind.THUMBNAIL, "late", picture_bytes("red"))
    now = timezone.now()
    Product.objects.create(item_id="late", content_hash="f" * 64, first_seen=now, last_seen=now)
    response = client.get("/products/late/")
    assert response.status_code == 200
    assert "This product is new" in html(response)


def test_an_unknown_product_gets_a_page_with_ways_on(client, live):
    response = client.get("/products/nobody/")
    assert response.status_code == 404
    assert "There is no product “nobody”." in html(response)
    assert 'role="search"' in html(response)
    assert 'class="tile"' in html(response)


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    "address",
    ["/nowhere", "/nowhere“", "/%ff%fe", "/%00", "/media/thumbnails/none.jpg", "/products//"],
)
def test_an_address_that_there_is_not_lists_none_that_there_are(
    client, live, settings, address, debug
):
    settings.DEBUG = debug
    response = client.get(address)
    assert response.status_code == 404
    assert "There is no such page." in html(response)
    assert "urlconf" not in html(response).lower()
    assert "nowhere" not in html(response)


def test_a_missing_slash_is_put_right_under_debug_too(client, live, settings):
    settings.DEBUG = True
    assert client.get("/browse")["Location"] == "/browse/"


def test_an_unknown_host_gets_a_page_of_ours(client, live):
    response = client.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "could not be understood" in html(response)


@pytest.mark.parametrize("address", ["/", "/products/0/"])
def test_without_an_index_the_shopper_is_calm_and_the_owner_reads_the_command(
    client, catalogue, settings, caplog, address
):
    response = client.get(address)
    assert response.status_code == 503
    assert "not ready yet" in html(response)
    assert "manage.py" not in html(response)
    assert "Run: manage.py build_index --embedder fake" in caplog.text
    settings.DEBUG = True
    assert "python manage.py build_index --embedder fake" in html(client.get(address))


def test_an_empty_catalogue_names_the_commands_in_their_order(client, db, settings):
    settings.DEBUG = True
    page = html(client.get("/"))
    assert page.index("manage.py scrape") < page.index("manage.py build_index")
    assert client.get("/products/0/").status_code == 404
    assert client.get("/browse/").status_code == 200


def test_a_catalogue_whose_products_all_left_is_an_empty_one(client, live):
    Product.objects.update(gone_since=timezone.now())
    assert client.get("/").status_code == 503


def test_an_untrained_network_is_told_on_every_page(client, live, monkeypatch):
    from recommender.embedders import registry

    assert "an untrained network" not in html(client.get("/products/0/"))
    untrained = replace(registry.EMBEDDERS["fake"], trained=False)
    monkeypatch.setitem(registry.EMBEDDERS, "fake", untrained)
    answer_cache.answers.clear()  # it is another program now
    for address in ("/products/0/", "/browse/", "/products/nobody/"):
        assert html(client.get(address)).count("an untrained network") == 1


def test_every_page_says_in_one_line_which_network_speaks(client, live):
    for address in ("/products/0/", "/browse/", "/products/nobody/"):
        page = html(client.get(address))
        assert page.count("compared by a fake for tests") == 1
        assert "manage.py" not in page  # that is for the owner


def test_the_page_shows_the_larger_picture(client, live):
    product = Product.objects.get(item_id="0")
    assert f'src="{product.picture_url}" width="{product.picture_width}"' in html(
        client.get("/products/0/")
    )


def test_the_page_can_be_narrowed_down_and_goes_on_narrowed(client, live):
    page = html(client.get("/products/0/", {"category": "hats", "in_stock": "on", "q": ""}))
    assert page.count('class="tile"') == 12
    assert 'href="/products/1/?category=hats&amp;in_stock=on&amp;trail=0"' in page
    assert "Nothing matches these filters" in html(
        client.get("/products/0/", {"price_from": "1000"})
    )


def test_a_page_cannot_be_narrowed_by_what_makes_no_sense(client, live):
    response = client.get("/products/0/", {"price_from": "much"})
    assert response.status_code == 400
    assert "Price from: Enter a number." in html(response)


def test_a_visitor_finds_what_looks_like_a_picture_of_their_own(client, live, folder):
    assert "multipart/form-data" in html(client.get("/picture/"))
    with (folder / "hats" / "3.jpg").open("rb") as file:
        page = html(client.post("/picture/", {"picture": file}))
    assert page.count('class="tile" href="/products/3/"') == 4
    assert "not stored" in page


def test_a_picture_is_compared_within_a_category(client, live, folder):
    assert 'name="category" value="hats" checked' in html(client.get("/picture/?category=hats"))
    with (folder / "shirts" / "0.jpg").open("rb") as file:
        page = html(client.post("/picture/", {"picture": file, "category": "hats"}))
    assert 'href="/products/1/?category=hats"' in page
    assert 'href="/products/2/' not in page


def test_an_upload_that_is_no_picture_gets_a_page_that_says_so(client, live):
    response = client.post("/picture/", {"picture": SimpleUploadedFile("a.jpg", b"text")})
    assert response.status_code == 400
    assert "cannot be read" in html(response)
    assert client.post("/picture/").status_code == 400


def test_what_a_shop_writes_is_never_markup_or_script(client, live):
    Product.objects.filter(item_id="0").update(
        title="<script>alert(1)</script>", product_url="javascript:alert(1)"
    )
    page = html(client.get("/products/0/"))
    assert "<script>alert" not in page
    assert "javascript:" not in page


def test_an_awkward_id_has_a_page_of_its_own(client, live):
    Product.objects.filter(item_id="0").update(item_id="a b/é?#1")
    product = Product.objects.get(item_id="a b/é?#1")
    assert client.get(product.get_absolute_url()).status_code == 200


def test_pages_answer_to_get_and_head_only(live):
    client = Client(enforce_csrf_checks=True)
    for address in ("/", "/products/0/", "/browse/", "/media/thumbnails/0.jpg"):
        response = client.post(address)
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD"), address


def test_the_admin_lists_products(admin_client, live):
    assert admin_client.get("/admin/lookalike_catalog/product/").status_code == 200
    assert admin_client.get("/admin/lookalike_catalog/product/?q=0").status_code == 200


# How things are shown ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distance", "shown"),
    [(0.0, "0"), (0.123456, "0.1235"), (12.3456, "12.35"), (48011.4, "48011"), (1e-16, "1e-16")],
)
def test_distances_have_four_digits(distance, shown):
    assert four_digits(distance) == shown

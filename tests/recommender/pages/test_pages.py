import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.models import Product
from catalog.thumbnails import write_thumbnail
from recommender.index.metrics import Metric
from recommender.templatetags.likeness import four_digits, is_web_address
from tests.conftest import picture_bytes

pytestmark = pytest.mark.django_db


def html(response) -> str:
    return response.content.decode()


def test_home_shows_a_random_product_and_three_rows(client, live):
    response = client.get("/")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    for metric in Metric:
        assert f'data-metric="{metric}"' in html(response)


def test_a_product_page_links_its_neighbours(client, live):
    page = html(client.get("/products/0/"))
    assert page.count('class="tile"') == 15
    assert 'href="/products/1/"' in page
    assert 'class="tile" href="/products/0/"' not in page


def test_a_page_asks_the_database_once_for_all_neighbours(client, live, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get("/products/0/")


def test_a_neighbour_that_has_left_the_shop_is_passed_over(client, live):
    Product.objects.filter(item_id="1").update(gone_since=timezone.now())
    assert 'href="/products/1/"' not in html(client.get("/products/0/"))
    answer = client.get("/api/v1/products/0/similar/", {"k": 5}).json()
    assert [n["item_id"] for n in answer["neighbours"]].count("1") == 0
    assert len(answer["neighbours"]) == 4


def test_a_product_that_is_not_indexed_yet_has_a_page_that_says_so(client, live, settings):
    write_thumbnail(Path(settings.MEDIA_ROOT) / "thumbnails", "late", picture_bytes("red"))
    now = timezone.now()
    Product.objects.create(item_id="late", content_hash="f" * 64, first_seen=now, last_seen=now)
    assert "not in the index yet" in html(client.get("/products/late/"))


def test_an_unknown_product_gets_a_page_with_ways_on(client, live):
    response = client.get("/products/nobody/")
    assert response.status_code == 404
    assert "There is no product “nobody”." in html(response)
    assert 'role="search"' in html(response)
    assert 'class="tile"' in html(response)


def test_an_unknown_address_is_a_404_too(client, live):
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "There is no such page." in html(response)


@pytest.mark.parametrize("address", ["/", "/products/0/"])
def test_without_an_index_the_page_names_the_command(client, catalogue, address):
    response = client.get(address)
    assert response.status_code == 503
    assert "python manage.py build_index --embedder fake" in html(response)


def test_an_untrained_network_is_told_on_every_page(client, live, monkeypatch):
    from dataclasses import replace

    from recommender.embedders import registry

    assert "never trained" not in html(client.get("/"))
    untrained = replace(registry.EMBEDDERS["fake"], trained=False)
    monkeypatch.setitem(registry.EMBEDDERS, "fake", untrained)
    for address in ("/", "/products/0/", "/browse/", "/products/nobody/"):
        assert html(client.get(address)).count("never trained") == 1


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


def test_pages_answer_to_get_only(client, live):
    for address in ("/", "/products/0/", "/browse/", "/api/v1/products/0/similar/"):
        assert client.post(address).status_code == 405


# Browse ------------------------------------------------------------------------------------------


def test_browse_finds_by_title_id_and_category(client, live):
    Product.objects.filter(item_id="3").update(title="Blue striped tee")
    assert "6 products" in html(client.get("/browse/"))
    assert "1 product for" in html(client.get("/browse/", {"q": "striped BLUE"}))
    assert "1 product for" in html(client.get("/browse/", {"q": "4"}))
    assert "3 products in hats" in html(client.get("/browse/", {"category": "hats"}))


def test_browse_says_when_nothing_is_found(client, live):
    assert "Nothing found." in html(client.get("/browse/", {"q": "zzz"}))


def test_browse_has_pages_that_keep_the_search(client, live, monkeypatch):
    monkeypatch.setattr("catalog.views.PER_PAGE", 2)
    page = html(client.get("/browse/", {"category": "hats", "page": 1}))
    assert "Page 1 of 2" in page
    assert "?q=&amp;category=hats&amp;page=2" in page
    assert "Page 2 of 2" in html(client.get("/browse/", {"category": "hats", "page": 99}))


def test_a_page_number_that_is_none_is_refused_with_a_sentence(client, live):
    response = client.get("/browse/", {"page": "x"})
    assert response.status_code == 400
    assert "whole number" in html(response)


def test_htmx_gets_the_grid_alone(client, live):
    fragment = client.get("/browse/", headers={"HX-Request": "true"})
    assert "<html" not in html(fragment)
    assert "HX-Request" in fragment["Vary"]
    boosted = client.get("/browse/", headers={"HX-Request": "true", "HX-Boosted": "true"})
    assert "<html" in html(boosted)


def test_browse_needs_few_queries(client, live, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
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


# The API -----------------------------------------------------------------------------------------


def similar(client, item_id="0", **query):
    return client.get(f"/api/v1/products/{item_id}/similar/", query)


def test_the_api_answers_in_the_documented_shape(client, live):
    answer = similar(client, metric="euclidean", k=2).json()
    assert (answer["query"], answer["metric"], answer["embedder"]) == ("0", "euclidean", "fake")
    first, second = answer["neighbours"]
    assert list(first)[:2] == ["item_id", "distance"]
    assert isinstance(first["item_id"], str)
    assert 0 < first["distance"] <= second["distance"]


def test_the_api_defaults_to_five_by_cosine(client, live):
    answer = similar(client).json()
    assert (answer["metric"], len(answer["neighbours"])) == ("cosine", 5)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            {"metric": "hamming"},
            "metric must be one of cosine, euclidean, manhattan, not “hamming”.",
        ),
        ({"metric": ""}, "metric must be one of cosine, euclidean, manhattan."),
        ({"k": "0"}, "k must be a whole number between 1 and 50."),
        ({"k": "51"}, "k must be a whole number between 1 and 50."),
        ({"k": "five"}, "k must be a whole number between 1 and 50."),
    ],
)
def test_the_api_refuses_with_one_sentence(client, live, query, sentence):
    response = similar(client, **query)
    assert response.status_code == 400
    assert response.json() == {"error": sentence}


def test_the_api_knows_no_such_product(client, live):
    response = similar(client, "nobody")
    assert response.status_code == 404
    assert response.json() == {"error": "The index has no product 'nobody'."}


def test_the_api_without_an_index_names_the_command(client, catalogue):
    response = similar(client)
    assert response.status_code == 503
    assert "manage.py build_index" in response.json()["error"]


def test_healthz_needs_no_index(client, db):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_the_admin_lists_products(admin_client, live):
    assert admin_client.get("/admin/catalog/product/").status_code == 200
    assert admin_client.get("/admin/catalog/product/?q=0").status_code == 200


# The terminal ------------------------------------------------------------------------------------


def test_similar_gives_the_apis_json(client, live, capsys):
    call_command("similar", "0", "--json", "-k", "3", "--metric", "manhattan")
    printed = json.loads(capsys.readouterr().out)
    assert printed == similar(client, metric="manhattan", k=3).json()


def test_similar_takes_a_picture_and_finds_its_product(live, folder, capsys):
    call_command("similar", str(folder / "hats" / "3.jpg"), "-k", "2")
    first = capsys.readouterr().out.split()
    assert (float(first[0]), first[1]) == (0, "3")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nobody"], "no product 'nobody'"),
        (["0", "-k", "51"], "between 1 and 50"),
        ([__file__], "not a picture"),
    ],
)
def test_similar_refuses_with_a_sentence(live, arguments, message):
    with pytest.raises(CommandError, match=message):
        call_command("similar", *arguments)


def test_similar_refuses_a_picture_when_other_weights_made_the_index(live, folder, fake_source):
    fake_source.weights_sha256 = "1" * 64
    with pytest.raises(CommandError, match="other weights"):
        call_command("similar", str(folder / "hats" / "3.jpg"))


def test_the_tutorials_file_goes_out_and_comes_in(live, folder, tmp_path, settings, capsys):
    from recommender import store

    file = tmp_path / "tutorial.joblib"
    call_command("export_joblib", str(file))
    before = store.live_index()
    (folder / "hats" / "5.jpg").unlink()
    Product.objects.all().delete()
    with pytest.raises(CommandError, match=r"no picture: 5 \(1 in all\)"):
        call_command("import_joblib", str(file), images=folder, embedder="fake")
    after = store.live_index()
    assert list(after.item_ids) == list("01234")
    assert after.manifest.note == "imported from tutorial.joblib"
    assert (after.embeddings == before.embeddings[:5]).all()


def test_a_tutorial_file_of_another_network_is_refused(live, folder, tmp_path):
    file = tmp_path / "tutorial.joblib"
    call_command("export_joblib", str(file))
    with pytest.raises(CommandError, match="holds 48 numbers a picture; vgg16"):
        call_command("import_joblib", str(file), images=folder, embedder="vgg16")


def test_rollback_says_what_is_live(live, fake_source, capsys):
    with pytest.raises(CommandError, match="no previous index"):
        call_command("rollback")
    call_command("build_index", full=True)
    call_command("rollback")
    assert "Live: 6 products, built at" in capsys.readouterr().out


# How things are shown ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distance", "shown"),
    [(0.0, "0"), (0.123456, "0.1235"), (12.3456, "12.35"), (48011.4, "48011"), (1e-16, "1e-16")],
)
def test_distances_have_four_digits(distance, shown):
    assert four_digits(distance) == shown


def test_only_web_addresses_are_linked():
    assert is_web_address("https://shop.example/p")
    assert not is_web_address("javascript:alert(1)")
    assert not is_web_address("")

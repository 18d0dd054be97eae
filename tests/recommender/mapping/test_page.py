import io
import json
import re

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image

from catalog.models import Product
from recommender.live import paths
from recommender.mapping import draw, sprites
from recommender.mapping.store import read_picture

pytestmark = pytest.mark.django_db


def html(response) -> str:
    return response.content.decode()


def told(client, **headers) -> dict:
    return json.loads(client.get("/map/products.json", **headers).content)


def test_every_product_is_told_with_its_place_and_its_thumbnail(client, drawn):
    answer = told(client)
    assert (answer["columns"], answer["rows"]) == drawn.size
    for (cell, item_id, title, category, thumbnail, side), (column, row) in zip(
        answer["products"], drawn.cells.tolist(), strict=True
    ):
        product = Product.objects.get(item_id=item_id)
        assert divmod(cell, answer["columns"]) == (row, column)
        assert answer["categories"][category] == product.category
        assert (title, thumbnail) == (product.title, product.thumbnail_url)
        assert side == 187  # of 40×30 pixels
    for _, _, _, name in answer["tiles"]:
        tile = client.get(answer["pictures"].replace("PLACE", name))
        assert (tile.status_code, tile["Content-Type"]) == (200, "image/webp")
        assert "immutable" in tile["Cache-Control"]


def test_the_products_are_asked_for_once_by_who_has_them(client, drawn, django_assert_num_queries):
    with django_assert_num_queries(5):  # three are the catalogue's version, one for names of parts
        first = client.get("/map/products.json", HTTP_ACCEPT_ENCODING="gzip")
    assert first["Content-Encoding"] == "gzip"
    assert first["Cache-Control"] == "no-cache"
    with django_assert_num_queries(2):
        again = client.get("/map/products.json", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    Product.objects.filter(item_id="03").update(title="A red hat")
    assert client.get("/map/products.json", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


@pytest.mark.parametrize("change", [{"hidden": True}, {"gone_since": timezone.now()}])
def test_a_product_that_is_hidden_or_gone_is_not_shown(client, drawn, change):
    before = client.get("/map/").context["overview"]
    Product.objects.filter(item_id="03").update(**change)
    answer = told(client)
    column, row = drawn.cells[drawn.item_ids.index("03")].tolist()
    assert answer["gone"] == [row * answer["columns"] + column]
    assert "03" not in [item_id for _, item_id, *_ in answer["products"]]
    page = client.get("/map/")
    assert "13 products" in html(page)
    assert page.context["overview"] == answer["overview"] != before
    overview = client.get(answer["overview"])
    assert "immutable" in overview["Cache-Control"]
    with Image.open(io.BytesIO(overview.content)) as picture:
        opaque = np.asarray(picture.convert("RGBA"))[4::8, 4::8, 3] > 0
    shown = set(zip(*np.nonzero(opaque.T), strict=True))
    assert shown == set(map(tuple, drawn.cells.tolist())) - {(column, row)}


@pytest.mark.parametrize("change", [{"hidden": True}, {"gone_since": timezone.now()}])
def test_no_picture_of_the_map_shows_what_is_hidden_or_gone(client, drawn, change):
    number = drawn.item_ids.index("03")
    before = told(client)["pictures"]
    Product.objects.filter(item_id="03").update(**change)
    address = told(client)["pictures"]
    assert address != before, "browsers ask for the tiles anew"
    for tile in drawn.tiles:
        cells = sprites.TILE // tile.level
        left, top = (drawn.cells[number] - [tile.column * cells, tile.row * cells]).tolist()
        answer = client.get(address.replace("PLACE", tile.name))
        assert "immutable" in answer["Cache-Control"]
        with Image.open(io.BytesIO(answer.content)) as picture:
            opaque = np.asarray(picture.convert("RGBA"))[:, :, 3] > 0
        assert opaque.any()
        if 0 <= left < cells and 0 <= top < cells:
            side = tile.level
            assert not opaque[top * side : (top + 1) * side, left * side : (left + 1) * side].any()
    whole = client.get(before.replace("PLACE", drawn.overview))
    assert whole.content == client.get("/map/overview.webp").content
    assert "immutable" not in whole["Cache-Control"]
    assert len(whole.content) != len(read_picture(drawn, drawn.overview))


def test_only_pictures_of_the_live_map_are_served(client, drawn):
    old = paths.map_pictures("fake") / f"{'a' * 32}.webp"
    old.write_bytes(b"of an older map")
    assert client.get(f"/map/pictures/{'a' * 32}.webp").status_code == 404


def test_the_page_shows_a_picture_of_all_and_its_categories(client, drawn):
    page = html(client.get("/map/"))
    width, height = (8 * side for side in drawn.size)
    assert f'width="{width}" height="{height}"' in page
    assert 'data-category="hats"' in page
    assert page.count('class="tile" href="/products/') == 12
    assert client.get(client.get("/map/").context["overview"]).status_code == 200
    assert "immutable" not in client.get("/map/overview.webp?v=other")["Cache-Control"]


@pytest.mark.slow
def test_what_a_shop_writes_is_never_markup(client, drawn):
    Product.objects.update(category='"><script>alert(1)</script>', title="</script><b>")
    assert "<script>alert" not in html(client.get("/map/"))


def test_the_map_is_linked_where_there_is_one(client, live):
    from recommender.mapping import draw

    pages = ("/browse/", "/products/03/")
    for page in pages:
        assert 'href="/map/"' not in html(client.get(page))
    draw.make_map("fake")
    for page in pages:
        assert 'href="/map/"' in html(client.get(page)), "also where the page was kept"


@pytest.mark.parametrize("damage", [None, b"{}"])
def test_without_a_map_the_shopper_is_calm_and_the_owner_reads_the_command(
    client, drawn, settings, caplog, damage
):
    path = paths.map_path("fake")
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
    response = client.get("/map/")
    assert response.status_code == 503
    assert "The map is not drawn yet" in html(response)
    assert 'href="/browse/"' in html(response)
    assert "build_map" not in html(response)
    assert "Run: manage.py build_map" in caplog.text
    settings.DEBUG = True
    assert "python manage.py build_map" in html(client.get("/map/"))
    assert client.get("/map/products.json").status_code == 503
    assert client.get("/map/overview.webp").status_code == 404


def test_a_picture_that_there_is_not_is_not_found(client, drawn):
    for name in ("0" * 32, "..", "fake", "a" * 400, "..%2ffake"):
        assert client.get(f"/map/pictures/{name}.webp").status_code == 404, name


@pytest.mark.slow
def test_a_new_map_is_taken_up_at_once(client, drawn, settings):
    from recommender.mapping import draw

    assert len(told(client)["products"]) == 14
    settings.MAP_MAX_PRODUCTS = 13
    draw.make_map("fake")
    assert len(told(client)["products"]) == 13


@pytest.mark.slow
def test_the_map_answers_to_get_and_head_only(client, drawn):
    for address in ("/map/", "/map/products.json", "/map/overview.webp"):
        assert client.head(address).status_code == 200
        assert client.post(address).status_code == 405


def test_parts_are_named_on_page_and_map_by_what_is_sold_today(client, drawn):
    assert {name for name, _, _, _ in told(client)["regions"]} == {"hats", "shirts"}
    assert re.findall(r'data-region="\d">([^<]+) <small>', html(client.get("/map/")))[0] in (
        "hats", "shirts",
    )  # fmt: skip
    Product.objects.filter(category="hats").update(category="caps")
    assert {name for name, _, _, _ in told(client)["regions"]} == {"caps", "shirts"}


def test_a_map_of_an_older_version_has_no_parts_until_it_is_drawn_again(client, drawn):
    path = paths.map_path("fake")
    content = json.loads(path.read_text())
    del content["regions"]
    path.write_text(json.dumps(content))
    assert told(client)["regions"] == []
    assert "data-region" not in html(client.get("/map/"))
    assert draw.make_map("fake").regions is not None
    assert draw.make_map("fake") is None

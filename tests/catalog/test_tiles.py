"""Tiles are made when they are asked for first, and kept beside their pictures."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from catalog import pictures
from catalog.models import Product
from catalog.pictures import TILES, Kind
from catalog.registry import import_folder
from catalog.tiles import place_of
from recommender.backups.places import folders
from tests.conftest import picture_bytes


def kept(settings) -> list[str]:
    return sorted(
        str(path.relative_to(settings.MEDIA_ROOT))
        for kind in TILES
        for path in (settings.MEDIA_ROOT / kind).glob("*")
    )


@pytest.mark.django_db
def test_a_page_names_all_widths_and_each_is_made_once(client, live, settings, monkeypatch):
    product = Product.objects.get(item_id="0")
    page = client.get("/browse/").content.decode()
    assert product.srcset in page
    assert kept(settings) == []
    for part in product.srcset.split(", "):
        response = client.get(part.split()[0])
        assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
        assert "immutable" in response["Cache-Control"]
    made = kept(settings)
    assert len(made) == len(TILES)
    monkeypatch.setattr("catalog.tiles.tile", None)
    assert client.get(product.tile_url).status_code == 200
    assert kept(settings) == made


@pytest.mark.django_db
def test_a_new_picture_has_new_tiles_and_the_old_ones_go(client, live, folder, settings):
    before = Product.objects.get(item_id="0")
    old = b"".join(client.get(before.tile_url))
    (folder / "shirts" / "0.jpg").write_bytes(picture_bytes("teal", size=(90, 90)))
    list(import_folder(folder))
    after = Product.objects.get(item_id="0")
    assert kept(settings) == []
    assert after.tile_url != before.tile_url
    assert after.focus is None
    assert b"".join(client.get(after.tile_url)) != old
    # Who comes with the old page sees the new picture, and not nothing.
    assert b"".join(client.get(before.tile_url)) != old
    assert len(kept(settings)) == 1


@pytest.mark.parametrize("version", ["", "../../x", "f" * 12 + "-1", "0" * 12])
def test_whatever_an_address_says_the_tile_is_that_of_the_picture(version):
    pictures.write(Kind.PICTURE, "1", picture_bytes("navy"))
    place = place_of(Kind.TILE, "1.jpg", version)
    assert place == place_of(Kind.TILE, "1.jpg")
    assert pictures.storage().exists(place)


def test_workers_that_make_the_same_tile_at_once_leave_one(settings):
    pictures.write(Kind.PICTURE, "1", picture_bytes("navy", size=(500, 500)))
    with ThreadPoolExecutor(8) as pool:
        places = set(pool.map(lambda _: place_of(Kind.TILE, "1.jpg"), range(16)))
    assert len(places) == 1
    assert len(kept(settings)) == 1
    with Image.open(io.BytesIO(pictures.storage().open(places.pop()).read())) as made:
        made.load()


def test_a_tile_without_a_picture_cannot_be_had():
    with pytest.raises(FileNotFoundError):
        place_of(Kind.TILE, "1.jpg")


@pytest.mark.django_db
def test_tiles_go_with_their_product_and_are_no_part_of_a_backup(client, live, settings):
    product = Product.objects.get(item_id="0")
    client.get(product.tile_url)
    assert kept(settings)
    pictures.remove(product.item_id, product.content_hash)
    assert kept(settings) == []
    assert not set(TILES) & set(folders())

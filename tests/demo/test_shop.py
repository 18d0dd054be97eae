import io
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import requests
from PIL import Image

from catalog.models import Product
from catalog.registry import scrape
from catalog.visiting.fetching import Fetcher
from demo.shop.colours import COLOURS
from demo.shop.drawing import draw_shirt
from demo.shop.lettering import draw_lettering
from demo.shop.motifs import MOTIFS, VARIATIONS, draw_motif
from demo.shop.server import DemoShop, contact_sheet
from demo.shop.specs import make_specs
from demo.shop.textures import TEXTURES
from runs.outcomes import Status

SPECS = make_specs()
FEW = make_specs(seed=5, count=30)


@pytest.fixture
def shop(tmp_path):
    with DemoShop(FEW, tmp_path / "drawings") as shop:
        yield shop


@pytest.fixture
def fetcher():
    return Fetcher("Test/1.0", pause=0, allow_loopback=True)


def test_the_shop_sells_360_shirts_of_its_seed():
    assert len(SPECS) == 360
    assert make_specs() == SPECS
    assert make_specs(seed=1) != SPECS
    assert len({spec.item_id for spec in SPECS}) == 360


def test_all_colours_motifs_and_textures_are_sold_in_fair_shares():
    assert len(COLOURS) >= 12
    assert len(MOTIFS) >= 10
    colours = Counter(spec.colour for spec in SPECS)
    designs = Counter(spec.design for spec in SPECS)
    assert min(colours[colour] for colour in COLOURS) >= 8
    assert set(designs) == {*MOTIFS, *TEXTURES, "lettering", "plain"}
    assert min(designs.values()) >= 6
    for motif in MOTIFS:
        assert len({spec.variation for spec in SPECS if spec.motif == motif}) >= 3


def test_half_of_the_titles_tell_what_is_on_the_shirt_and_no_category_does():
    motifs = [spec for spec in SPECS if spec.motif]
    tell = [spec for spec in motifs if spec.motif in spec.title]
    assert 0.4 < len(tell) / len(motifs) < 0.6
    words = {*MOTIFS, *TEXTURES, *COLOURS}
    for spec in SPECS:
        assert not words & set(re.findall(r"[a-z]+", spec.category.lower()))
        told = words & set(re.findall(r"[a-z-]+", spec.title.lower()))
        assert told <= {spec.motif, spec.texture, spec.colour}


def test_a_spec_is_drawn_the_same_each_time_and_in_another_process():
    spec = SPECS[3]
    here = draw_shirt(spec, side=120).tobytes()
    assert here == draw_shirt(spec, side=120).tobytes()
    program = (
        "import hashlib; from demo.shop.drawing import draw_shirt\n"
        "from demo.shop.specs import make_specs\n"
        "print(hashlib.sha256(draw_shirt(make_specs()[3], side=120).tobytes()).hexdigest())"
    )
    import hashlib

    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == hashlib.sha256(here).hexdigest()


@pytest.mark.parametrize("motif", MOTIFS)
def test_the_variations_of_a_motif_differ_in_more_than_colour(motif):
    assert VARIATIONS >= 4
    printed = []
    for variation in range(VARIATIONS):
        ink = draw_motif(motif, variation, (0, 0, 0), (255, 255, 255), side=64)
        cloth = Image.new("RGBA", ink.size, (128, 128, 128, 255))
        cloth.alpha_composite(ink)
        printed.append(np.asarray(cloth.convert("L")).astype(int))
    for one in range(VARIATIONS):
        assert 0.03 < (printed[one] != 128).mean() < 0.9
        for other in range(one):
            assert (np.abs(printed[one] - printed[other]) > 40).mean() > 0.05


@pytest.mark.parametrize("design", ["texture", "lettering", "motif", "plain"])
def test_every_kind_of_shirt_can_be_drawn(design):
    kinds: dict[str, list[dict[str, Any]]] = {
        "texture": [{"texture": name} for name in TEXTURES],
        "lettering": [{"lettering": "SLOW DOWN"}],
        "motif": [{"motif": name} for name in MOTIFS],
        "plain": [{}],
    }
    blank = replace(SPECS[0], motif="", texture="", lettering="")
    pictures = [draw_shirt(replace(blank, **kind), side=100) for kind in kinds[design]]
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)
    assert all(np.asarray(picture).std() > 10 for picture in pictures)


def test_lettering_stays_on_its_square():
    import random

    for seed in range(12):
        words = draw_lettering("ORCHARD 1974", (0, 0, 0), (9, 9, 9), random.Random(seed), 240)
        assert words.size == (240, 240)
        assert 0.01 < (np.asarray(words.getchannel("A")) > 99).mean() < 0.6


def test_the_contact_sheet_has_a_place_for_each():
    assert contact_sheet(FEW[:5], columns=3, side=20).size == (60, 40)


# The server --------------------------------------------------------------------------------------


def get(shop, path, **headers):
    return requests.get(shop.url + path, headers=headers, timeout=10)


def test_the_pages_lead_to_every_shirt_once(shop):
    first, second = get(shop, "/t-shirts/").text, get(shop, "/t-shirts/?page=2").text
    links = re.findall(r'<li><a href="/t-shirts/[a-z-]+-(\d+)"', first + second)
    assert sorted(links) == sorted(spec.item_id for spec in FEW)
    assert 'rel="next"' in first
    assert 'rel="next"' not in second
    assert get(shop, "/t-shirts/?page=3").status_code == 404
    assert get(shop, "/t-shirts/?page=x").status_code == 404


def test_categories_share_the_shirts_out(shop):
    found = []
    for name in ("women", "men", "kids", "unisex"):
        found += re.findall(
            r'<li><a href="/t-shirts/[a-z-]+-(\d+)"', get(shop, f"/t-shirts/{name}/").text
        )
    assert sorted(found) == sorted(spec.item_id for spec in FEW)


def test_robots_and_sitemap_are_those_of_a_shop(shop):
    assert "Disallow: /cart" in get(shop, "/robots.txt").text
    places = ElementTree.fromstring(get(shop, "/sitemap.xml").content)
    assert len(places) == 2 + len(FEW)


@pytest.mark.parametrize("size", [150, 300, 600])
def test_pictures_come_in_three_sizes_with_an_etag(shop, size):
    path = f"/images/{FEW[0].item_id}-{size}.jpg"
    response = requests.get(shop.url + path, timeout=10, stream=True)
    assert Image.open(io.BytesIO(response.content)).size == (size, size)
    assert get(shop, path, **{"If-None-Match": response.headers["ETag"]}).status_code == 304
    assert get(shop, path, **{"If-None-Match": '"other"'}).status_code == 200


def test_head_has_no_body_and_unknown_addresses_are_404(shop):
    head = requests.head(f"{shop.url}/t-shirts/", timeout=10)
    assert head.status_code == 200
    assert head.content == b""
    for path in ("/nope", "/t-shirts/some-tee-1", "/images/1-300.jpg", "/images/1-77.jpg"):
        assert get(shop, path).status_code == 404


def test_the_shop_tells_no_more_of_its_designs_than_titles_do(shop):
    """Motif, texture and colour are for measuring; whoever visits must look at the pictures."""
    for spec in [spec for spec in FEW if spec.motif and spec.motif not in spec.title][:5]:
        text = get(shop, f"/t-shirts/x-{spec.item_id}").text.lower().replace("cart", "")
        assert spec.motif not in text.replace("category", "").replace("location", "")


def test_missing_drawings_are_made_ahead_and_kept(tmp_path):
    with DemoShop(FEW[:3], tmp_path / "drawings") as shop:
        assert [spec.item_id for spec in shop.draw_missing()] == [s.item_id for s in FEW[:3]]
        assert shop.missing() == []
        assert list(shop.draw_missing()) == []


@pytest.mark.slow
@pytest.mark.django_db
def test_the_shop_can_be_scraped_again_and_again(shop, fetcher):
    def statuses():
        return Counter(o.status for o in scrape(shop.catalogue_url, fetcher, shop="demo"))

    assert statuses() == {Status.NEW: 30}
    row = Product.objects.get(item_id=FEW[0].item_id)
    assert (row.title, str(row.price), row.currency) == (FEW[0].title, FEW[0].price, "EUR")
    assert (row.category, row.in_stock) == (FEW[0].category, FEW[0].in_stock)
    assert row.image_url.endswith("-600.jpg")
    shop.specs = [replace(FEW[0], price="99.00"), replace(FEW[1], seed=1), *FEW[2:-1]]
    assert statuses() == {Status.CHANGED: 2, Status.SAME: 27, Status.GONE: 1}
    shop.specs = FEW
    assert statuses() == {Status.CHANGED: 3, Status.SAME: 27}

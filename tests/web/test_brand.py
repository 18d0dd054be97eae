"""The shop's own name, logo and colour."""

import io
import re
from pathlib import Path

import pytest
from django.template import loader
from PIL import Image

from tests.conftest import picture_bytes
from web import brand
from web.export.site import Export
from web.pages import accent

ROOT = Path(__file__).resolve().parents[2]
SHEET = (ROOT / "static" / "css" / "lookalike.css").read_text()
COLOURS = ["#ffffff", "#000000", "#ffff00", "#8a1538", "#1f5f5b", "#808080", "#00ff00", "#0000ff"]


@pytest.fixture
def branded(settings, tmp_path):
    settings.SHOP_NAME, settings.ACCENT_COLOUR = "Knitwear & Sons", "#8a1538"
    settings.SHOP_LOGO = tmp_path / "logo.png"
    settings.SHOP_LOGO.write_bytes(picture_bytes("purple", (80, 40), "PNG"))


def page_of(client, path) -> str:
    return client.get(path).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/products/0/", "/browse/", "/picture/", "/nowhere", "/browse/?order=x", "/map/"]
)
def test_every_page_bears_the_shops_name_logo_and_colour(client, live, branded, path):
    page = page_of(client, path)
    assert re.search(r"<title>[^<]* · Knitwear &amp; Sons</title>", page)
    assert "Lookalike" not in page
    sheet = re.search(r'href="(/accent.css\?v=\w+)"', page)[1]
    logo = re.search(r'<img src="(/logo\.png\?v=\w+)"', page)[1]
    assert "#8a1538" in page_of(client, sheet)
    assert client.get(logo)["Content-Type"] == "image/png"


@pytest.mark.django_db
def test_an_export_bears_it_too(live, branded, tmp_path):
    list(Export(tmp_path / "out").run())
    page = (tmp_path / "out" / "index.html").read_text()
    for name, held in (("accent.css", b"#8a1538"), ("logo.png", b"PNG")):
        assert f'"site/{name}"' in page
        assert held in (tmp_path / "out" / "site" / name).read_bytes()


@pytest.mark.django_db
def test_links_that_are_shared_bear_it_too(client, live, branded):
    assert 'og:site_name" content="Knitwear &amp; Sons"' in page_of(client, "/products/0/")


@pytest.mark.parametrize("name", ["500.html", "down.html"])
def test_pages_of_what_broke_bear_it_without_a_request(branded, name):
    page = loader.get_template(name).render()
    assert "Knitwear &amp; Sons</title>" in page
    assert "/accent.css?v=" in page


@pytest.mark.django_db
def test_without_settings_it_is_lookalikes_own(client, live):
    page = page_of(client, "/browse/")
    assert "Lookalike</title>" in page
    assert "img/favicon.svg" in page
    assert "accent.css" not in page
    for path in ("/accent.css", "/logo.png"):
        assert client.get(path).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("own", [False, True])
def test_the_small_icon_is_a_real_one(client, request, own):
    if own:
        request.getfixturevalue("branded")
    response = client.get("/favicon.ico")
    assert response["Content-Type"] == "image/x-icon"
    assert len(response.content) < 20_000
    with Image.open(io.BytesIO(response.content)) as icon:
        assert icon.format == "ICO"
        assert {(16, 16), (32, 32)} <= icon.info["sizes"]


@pytest.mark.parametrize("colour", COLOURS)
def test_any_colour_can_be_read_on_light_and_on_dark(colour):
    for grounds, towards in ((accent.LIGHT, accent.BLACK), (accent.DARK, accent.WHITE)):
        shown = accent.readable(colour, grounds, towards)
        assert all(accent.contrast(shown, ground) >= 4.5 for ground in grounds)
        assert accent.contrast(accent.words_on(shown), shown) >= 4.5
        assert f"--accent: {shown}" in accent.sheet(colour)


def test_a_colour_that_can_be_read_stays_what_it_is():
    assert accent.readable("#1f5f5b", accent.LIGHT, accent.BLACK) == "#1f5f5b"
    assert round(accent.contrast("#000000", "#ffffff"), 2) == 21


def test_the_grounds_are_those_of_the_style_sheet():
    light, dark = SHEET.split("@media (prefers-color-scheme: dark)", 1)
    for text, grounds in ((light, accent.LIGHT), (dark, accent.DARK)):
        for name, ground in zip(("paper", "card"), grounds, strict=True):
            told = re.search(rf"--{name}: (#\w+);", text)[1]
            assert ground in (told, f"#{2 * told[1:]}"), name


@pytest.mark.parametrize(
    ("name", "data", "width"),
    [
        ("a.png", picture_bytes("red", (80, 40), "PNG"), 56),
        ("a.svg", b'<svg viewBox="0 0 90 30"></svg>', 84),
        ("b.svg", b"<svg></svg>", 28),
    ],
)
def test_a_logo_has_its_place_before_it_has_come(settings, tmp_path, name, data, width):
    settings.SHOP_LOGO = tmp_path / name
    settings.SHOP_LOGO.write_bytes(data)
    assert brand.logo_width() == width

"""The names of colours, by colours that everybody knows the names of."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from catalog.colours.names import NAMES, colour_names, colour_names_where
from catalog.facets import facets
from catalog.filters import Filters
from catalog.models import Product
from catalog.registry import import_folder


def picture(*bands, backdrop=None) -> bytes:
    """Bands of colours side by side; on a backdrop, in the middle of it."""
    drawn = Image.new("RGB", (300, 300), backdrop or "white")
    pen = ImageDraw.Draw(drawn)
    left, width = (60, 180) if backdrop else (0, 300)
    top = 60 if backdrop else 0
    for number, band in enumerate(bands):
        start = left + number * width / len(bands)
        pen.rectangle((start, top, start + width / len(bands), 300 - top), fill=band)
    buffer = io.BytesIO()
    drawn.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("css", "name"),
    [
        ("black", "black"), ("#1a1a1d", "black"), ("white", "white"), ("#f4f4f2", "white"),
        ("grey", "grey"), ("red", "red"), ("crimson", "red"), ("maroon", "red"),
        ("pink", "pink"), ("hotpink", "pink"), ("orange", "orange"), ("darkorange", "orange"),
        ("gold", "yellow"), ("yellow", "yellow"), ("green", "green"), ("lime", "green"),
        ("olive", "green"), ("teal", "green"), ("blue", "blue"), ("navy", "blue"),
        ("skyblue", "blue"), ("#46587a", "blue"), ("purple", "purple"), ("indigo", "purple"),
        ("saddlebrown", "brown"), ("#5a3a22", "brown"), ("tan", "beige"), ("beige", "beige"),
    ],
)  # fmt: skip
def test_a_colour_has_the_name_that_people_give_it(css, name):
    assert colour_names(picture(css)) == (name,)


def test_the_largest_comes_first_and_the_small_are_left_out():
    assert colour_names(picture("red", "red", "red", "blue", "blue")) == ("red", "blue")
    assert colour_names(picture(*["red"] * 9, "blue")) == ("red",)


def test_a_plain_backdrop_is_not_the_products_colour():
    assert colour_names(picture("navy", backdrop="white")) == ("blue",)
    assert colour_names(picture("white", backdrop="#e03030")) == ("white",)


def test_silver_before_white_is_grey_and_white_in_dim_light_is_white():
    assert colour_names(picture("silver", backdrop="white")) == ("grey",)
    assert colour_names(picture("#a5a39f", backdrop="#b4b0a8")) == ("white",)


def test_what_is_as_its_backdrop_has_its_colour():
    assert colour_names(picture("white", backdrop="white")) == ("white",)


def test_what_is_no_picture_is_an_error():
    with pytest.raises(OSError):
        colour_names(b"no picture")


@pytest.fixture
def coloured(tmp_path, db):
    for name, css in (("1", "navy"), ("2", "red"), ("3", "white")):
        path = tmp_path / "pictures" / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture(css, css, css, *["red" if name == "1" else css] * 2))
    list(import_folder(tmp_path / "pictures"))
    return tmp_path / "pictures"


def test_products_are_found_by_their_colours(coloured):
    def found(name):
        return [product.item_id for product in Filters.of(in_colour=name).products()]

    assert found("blue") == ["1"]
    assert found("red") == ["1", "2"]
    assert found("green") == []
    there = [choice.value for choice in facets(Filters()).colours]
    assert there == ["white", "red", "blue"]
    assert set(there) < set(NAMES)


def test_an_older_catalogue_gets_its_colours_with_the_next_run(coloured):
    Product.objects.update(colour_names="")
    outcomes = list(import_folder(coloured))
    assert {outcome.status for outcome in outcomes} == {"same"}
    assert Product.objects.get(item_id="2").colour_names == " red "


def test_a_changed_picture_changes_the_colours(coloured):
    (coloured / "2.png").write_bytes(picture("lime"))
    list(import_folder(coloured))
    assert Product.objects.get(item_id="2").colour_names == " green "


def test_the_grid_and_the_api_narrow_by_colour(coloured, client):
    page = client.get("/browse/?in_colour=blue").content.decode()
    assert page.count('class="tile"') == 1
    assert 'value="blue" checked' in page
    assert 'value="green"' not in page
    found = client.get("/api/v1/products/?in_colour=red").json()["products"]
    assert [product["item_id"] for product in found] == ["1", "2"]
    refused = client.get("/browse/?in_colour=mauve")
    assert refused.status_code == 400
    assert "Say one of black" in refused.content.decode()


def half_and_half():
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, :32], pixels[:, 32:] = (200, 20, 30), (30, 60, 200)
    return pixels


def test_the_colours_that_a_network_looks_at_are_named():
    left, right, all_of_it = ([[1, 0]] * 2, [[0, 1]] * 2, [[1, 1]] * 2)
    pixels = half_and_half()
    assert colour_names_where(pixels, np.array(left)) == ("red",)
    assert colour_names_where(pixels, np.array(right)) == ("blue",)
    assert set(colour_names_where(pixels, np.array(all_of_it))) == {"red", "blue"}


def test_a_network_that_looks_nowhere_looks_everywhere():
    assert set(colour_names_where(half_and_half(), np.zeros((3, 3)))) == {"red", "blue"}

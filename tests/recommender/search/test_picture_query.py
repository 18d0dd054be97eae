"""A picture behind an address, and a part of a picture, as queries."""

import io
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from PIL import Image

from recommender.embedders.contract import EmbedderError
from recommender.live import selection
from recommender.live.engine import engine
from recommender.live.file_index import FileIndex
from recommender.search import picture_query
from recommender.search.answering import answer
from recommender.search.errors import BadQuery, NotReady
from recommender.search.forms import SimilarForm
from recommender.search.kinds import Crop
from recommender.search.query import Query
from tests.conftest import picture_bytes
from tests.indexes import whole_index
from tests.shops import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_asked():
    cache.clear()


@pytest.fixture
def elsewhere(live, folder, settings):
    settings.SCRAPE_ALLOW_LOOPBACK = True
    with Shop({"/3.jpg": lambda _headers: (folder / "hats" / "3.jpg").read_bytes()}) as shop:
        yield shop


def nearest(**query):
    return answer(Query(**query)).rankings[0].matches[0].product.item_id


def test_a_picture_elsewhere_is_fetched_and_compared(client, elsewhere, capsys):
    address = f"{elsewhere.url}/3.jpg"
    assert nearest(url=address) == "3"
    answered = client.get("/api/v1/similar/", {"url": address, "metric": "euclidean"})
    first = answered.json()["neighbours"][0]
    assert (first["item_id"], first["distance"]) == ("3", 0)
    assert answered["Cache-Control"] == "no-store"
    assert "ETag" not in answered
    page = client.get("/picture/", {"url": address})
    assert 'href="/products/3/' in page.content.decode()
    call_command("similar", address)
    assert capsys.readouterr().out.splitlines()[1].split()[2] == "3"


def test_a_crawl_delay_keeps_no_visitor_waiting(elsewhere):
    elsewhere.answers["/robots.txt"] = "User-agent: *\nCrawl-delay: 60"
    assert nearest(url=f"{elsewhere.url}/3.jpg") == "3"


def test_it_can_be_switched_off(client, live, settings):
    settings.ALLOW_PICTURE_URLS = False
    response = client.get("/api/v1/similar/?url=https://example.com/a.jpg")
    assert response.status_code == 400
    assert "not fetched" in response.json()["error"]
    assert 'name="url"' not in client.get("/picture/").content.decode()


# A part of a picture -----------------------------------------------------------------------------


def halves(left, right) -> bytes:
    """A picture whose halves are the colours of two of the products."""
    picture = Image.new("RGB", (200, 100), left)
    picture.paste(right, (100, 0, 200, 100))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


COLOURS = {n: (40 * n, 200 - 30 * n, 10 * n * n % 255) for n in range(6)}


def test_a_part_of_a_picture_is_asked_about(live):
    both = halves(COLOURS[1], COLOURS[4])
    assert nearest(picture=both, crop=Crop(0, 0, 0.5, 1)) == "1"
    assert nearest(picture=both, crop=Crop(0.5, 0, 1, 1)) == "4"


def test_a_part_is_of_the_picture_as_it_is_seen(live):
    """EXIF says that it lies on its side: what is stored on the left is seen at the top."""
    with Image.open(io.BytesIO(halves(COLOURS[1], COLOURS[4]))) as picture:
        exif = Image.Exif()
        exif[0x0112] = 6
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", exif=exif, quality=95)
    assert nearest(picture=buffer.getvalue(), crop=Crop(0, 0, 1, 0.5)) == "1"


def test_a_part_of_a_products_own_picture_is_asked_about(client, live):
    found = client.get("/api/v1/products/0/similar/?crop=0,0,0.8,0.8").json()
    assert len(found["neighbours"]) == 5
    assert "0" not in [n["item_id"] for n in found["neighbours"]]


@pytest.mark.parametrize(
    "crop",
    ["0,0,1", "0,0,0,1", "1,0,0,1", "0,0,1.1,1", "a,b,c,d", "nan,0,1,1", "0,0,1,1,1", "-1,0,1,1"],
)
def test_a_part_that_there_is_not_is_refused(client, live, crop):
    response = client.get("/api/v1/products/0/similar/", {"crop": crop})
    assert response.status_code == 400
    assert response.json()["error"].startswith("crop must be left,top,right,bottom")


def test_a_part_of_a_few_pixels_or_of_several_products_is_refused(live):
    data = picture_bytes((9, 9, 9), size=(100, 100))
    with pytest.raises(BadQuery, match="too few"):
        nearest(picture=data, crop=Crop(0, 0, 0.1, 0.1))
    with pytest.raises(BadQuery, match="one picture"):
        Query(liked=("0", "1"), crop=Crop(0, 0, 0.5, 0.5))
    with pytest.raises(BadQuery, match="not both"):
        Query(picture=data, url="https://example.com/a.jpg")


def test_the_terminal_takes_a_part(live, folder, capsys):
    call_command("similar", str(folder / "hats" / "3.jpg"), "--crop", "0,0,0.9,0.9", "-k", "1")
    assert capsys.readouterr().out.splitlines()[1].split()[2] == "3"
    with pytest.raises(CommandError, match="crop must be"):
        call_command("similar", "0", "--crop", "5")


def test_the_form_gives_what_was_said():
    query = SimilarForm({"liked": ["0"], "crop": "0.1, 0.2,0.9,1"}).query()
    assert query.crop == Crop(0.1, 0.2, 0.9, 1)


def test_a_picture_is_computed_in_the_precision_of_the_index(elsewhere, settings, monkeypatch):
    """Whatever PRECISION says: vectors of the two are never compared."""
    asked = []
    source = selection.embedder_to_serve("fake", "float32")
    monkeypatch.setattr(
        selection, "embedder_to_serve", lambda name, precision: asked.append(precision) or source
    )
    settings.PRECISION = "bfloat16"
    nearest(url=f"{elsewhere.url}/3.jpg")
    live = FileIndex.of(whole_index())
    half = replace(live, manifest=replace(live.manifest, precision="bfloat16"))
    picture_query.embedder_of(half)
    assert asked == ["float32", "bfloat16"]


def test_a_picture_is_refused_where_the_precision_of_the_index_cannot_be_had(live, monkeypatch):
    def refuse(name, precision):
        raise EmbedderError("This processor does not compute in bfloat16.")

    monkeypatch.setattr(selection, "embedder_to_serve", refuse)
    with pytest.raises(NotReady) as refused:
        picture_query.embedder_of(engine().live())
    assert refused.value.for_owner == "This processor does not compute in bfloat16."

"""What holds a picture's place, told by what it is; and pictures whose names sound like such."""

import io

import pytest
from PIL import Image

from catalog.models import Product
from catalog.registry import scrape
from catalog.thumbnails import BadPicture, make_pictures
from catalog.visiting.fetching import Fetcher
from tests.catalog.reading.pages import json_ld, product
from tests.conftest import picture_bytes
from tests.shops import Shop

PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
REAL = picture_bytes("navy")
# Names of colours and products, and those that lists of words take for placeholders.
NAMES = [
    "tee-grey.jpg", "tee_gray.jpg", "google-pixel-8-case.jpg", "vase-clear.jpg", "blank-tee.jpg",
    "tee-blank.jpg", "lazy-sunday-hoodie.jpg", "loading-dock-print.jpg", "trans-pride-flag.jpg",
    "the-missing-piece.jpg", "empty-frame.jpg", "dummy-book.jpg", "spacer-ring.jpg", "blank.jpg",
    "placeholder-mug.jpg", "no-image-zine.jpg", "default-product-4.jpg", "coming-soon-poster.jpg",
    "1x1-rib-knit.jpg", "loader.jpg", "transparent-raincoat.jpg", "grey.jpg",
]  # fmt: skip
FOLDERS = ["pixel", "blank", "spacer", "placeholder", "lazy", "no-image"]
PATHS = [f"/img/{name}" for name in NAMES] + [f"/{folder}/7.jpg" for folder in FOLDERS]


def scraped(answers, path="/p"):
    fetcher = Fetcher("Test/1.0", pause=0, allow_loopback=True)
    with Shop(answers) as shop:
        for address, body in list(shop.answers.items()):
            if isinstance(body, str):
                shop.answers[address] = body.replace("HOST", shop.url)
        found = list(scrape(f"{shop.url}{path}", fetcher))
        pictures = Product.objects.order_by("pk").values_list("image_url", flat=True)
        return found, [picture.removeprefix(shop.url) for picture in pictures]


def statuses(found):
    return [outcome.status.value for outcome in found]


SOURCE_TYPES = {
    "JSON-LD": lambda path: json_ld(product("7", name="Tee", image=path)),
    "microdata": lambda path: (
        f'<div itemscope itemtype="https://schema.org/Product"><b itemprop="sku">7</b>'
        f'<b itemprop="name">Tee</b><img itemprop="image" src="{path}"></div>'
    ),
    "og:image": lambda path: (
        f'<meta property="og:type" content="product"><meta property="og:title" content="Tee">'
        f'<meta property="og:image" content="HOST{path}">'
        '<meta property="product:price:amount" content="5"><h1>Tee</h1>'
    ),
    "what is seen": lambda path: (
        f'<title>Tee</title><h1>Tee</h1><img src="{path}" alt="Tee"><b class="price">5 EUR</b>'
        "<button>Add to cart</button>"
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("way", SOURCE_TYPES)
def test_no_name_of_a_file_or_folder_hides_a_product(way):
    for path in PATHS:
        Product.objects.all().delete()
        found, pictures = scraped({"/p": SOURCE_TYPES[way](path), path: REAL})
        assert (statuses(found), pictures) == (["new"], [path]), path


@pytest.mark.django_db
def test_no_name_hides_a_card_of_a_list_or_a_picture_of_a_sitemap():
    cards = "".join(
        f'<li class="product"><a href="/p/{n}"><img src="{path}"><h3>Tee {n}</h3></a>'
        f"<b>{n}.90 EUR</b></li>" for n, path in enumerate(PATHS, 10)
    )  # fmt: skip
    files = {path: picture_bytes((n, 90, 200 - n)) for n, path in enumerate(PATHS)}
    found, pictures = scraped({"/p": f"<h1>Tees</h1><ul>{cards}</ul>"} | files)
    assert (set(statuses(found)), pictures) == ({"new"}, PATHS)
    Product.objects.all().delete()
    urls = "".join(
        f"<url><loc>HOST/product/{n}</loc><image:image><image:loc>HOST{path}</image:loc>"
        "</image:image></url>" for n, path in enumerate(PATHS)
    )  # fmt: skip
    named = f'<urlset xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">{urls}</urlset>'
    pages = {f"/product/{n}": json_ld(product(str(n), image=None, url=f"/product/{n}"))
             for n in range(len(PATHS))}  # fmt: skip
    found, pictures = scraped({"/sitemap.xml": named} | pages | files, "/sitemap.xml")
    assert (set(statuses(found)), pictures) == ({"new"}, PATHS)


def gif(size, colour="white", transparent=False):
    picture = Image.new("P", size, 0)
    picture.putpalette([255, 255, 255, 200, 0, 0])
    if not transparent and colour == "two":
        picture.paste(1, (0, 0, 9, 9))
    file = io.BytesIO()
    picture.save(file, "GIF", **({"transparency": 0} if transparent else {}))
    return file.getvalue()


def png(colour, size, mode="RGBA"):
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, "PNG")
    return file.getvalue()


STAND_INS = {
    "a pixel": PIXEL,
    "two pixels": png("red", (2, 2), "RGB"),
    "a small one of one colour": png((200, 200, 200), (20, 20), "RGB"),
    "a small grey GIF": gif((20, 24)),
    "a large transparent PNG": png((0, 0, 0, 0), (300, 400)),
    "a large transparent GIF": gif((300, 400), transparent=True),
    "a transparent grey PNG": png((0, 0), (300, 400), "LA"),
    "a drawing": b"<svg xmlns='http://www.w3.org/2000/svg' width='300' height='400'></svg>",
    "a page": b"<!doctype html><html>not here</html>",
}


@pytest.mark.parametrize("kind", STAND_INS)
def test_what_shows_nothing_is_no_picture(kind):
    with pytest.raises(BadPicture):
        make_pictures(STAND_INS[kind])


@pytest.mark.parametrize(
    "data",
    [png("grey", (300, 400), "RGB"), png((255, 0, 0, 1), (300, 400)), gif((20, 20), "two"),
     png("red", (1, 60), "RGB"), png((0, 0, 0, 255), (60, 60))],
)  # fmt: skip
def test_a_colour_of_its_own_a_hint_of_paint_or_two_colours_are_pictures(data):
    assert make_pictures(data).picture


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STAND_INS)
def test_where_the_first_picture_is_none_the_next_is_taken(kind):
    page = json_ld(product("7", name="Tee", image=["/soon.png", "/real.jpg"]))
    found, pictures = scraped({"/p": page, "/soon.png": STAND_INS[kind], "/real.jpg": REAL})
    assert (statuses(found), pictures) == (["new"], ["/real.jpg"])


@pytest.mark.django_db
def test_where_all_are_none_the_first_says_why():
    page = json_ld(product("7", name="Tee", image=["/soon.png", "/b.png"]))
    found, _ = scraped({"/p": page, "/soon.png": PIXEL, "/b.png": b"no picture"})
    assert [outcome.explanation for outcome in found] == [
        "1×1 pixels hold the place of a picture, and are none"
    ]


LAZY = [
    '<img src="/blank.jpg" data-src="/real.jpg">',
    '<img src="/blank.jpg" data-srcset="/small.jpg 100w, /real.jpg 900w">',
    '<img src="/blank.jpg" srcset="/real.jpg 2x">',
    '<img src="/blank.jpg" data-original="/real.jpg" class="lazy">',
    '<img src="/blank.jpg" width="1" height="1"><img src="/real.jpg">',
    '<img src="/blank.jpg"><noscript><img src="/real.jpg"></noscript>',
    '<picture><source srcset="/real.jpg"><img src="/blank.jpg"></picture>',
    '<picture><source data-srcset="/real.jpg 1x"><img src="/blank.jpg"></picture>',
    '<img src="/blank.jpg" data-flickity-lazyload="/real.jpg">',
    '<img src="/blank.jpg" data-flickity-lazyload-src="/real.jpg" width="300">',
    '<img src="/blank.jpg" data-bg="/real.jpg">',
    '<div data-background-image="/real.jpg"></div>',
    '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-lazy-src="/real.jpg">',
]


@pytest.mark.django_db
@pytest.mark.parametrize("lazy", LAZY)
@pytest.mark.parametrize("blank", [PIXEL, picture_bytes("white")])
def test_what_the_page_itself_calls_a_stand_in_is_none(lazy, blank):
    cards = "".join(
        f'<li class="product"><a href="/p/{n}">{lazy.replace("/real", f"/real{n}")}'
        f"<h3>Tee {n}</h3></a><b>{n}.90 EUR</b></li>" for n in (10, 11)
    )  # fmt: skip
    files = {f"/real{n}.jpg": picture_bytes((n * 9, 0, 0)) for n in (10, 11)}
    found, pictures = scraped({"/p": f"<ul>{cards}</ul>", "/blank.jpg": blank} | files)
    assert (statuses(found), pictures) == (["new", "new"], ["/real10.jpg", "/real11.jpg"])


def shared_cards(count, picture="/soon.jpg"):
    return "<ul>" + "".join(
        f'<li class="product"><a href="/p/{n}"><img src="{picture}"><h3>Tee {n}</h3></a>'
        f"<b>{n}.90 EUR</b></li>" for n in range(10, 10 + count)
    ) + "</ul>"  # fmt: skip


@pytest.mark.django_db
def test_a_picture_that_many_products_of_a_list_have_gives_way_to_their_own():
    pages = {f"/p/{n}": json_ld(product(str(n), name=f"Tee {n}", url=f"/p/{n}", image=f"/{n}.jpg"))
             for n in range(10, 14)}  # fmt: skip
    files = {f"/{n}.jpg": picture_bytes((n * 9, 0, 0)) for n in range(10, 14)}
    found, pictures = scraped({"/p": shared_cards(4), "/soon.jpg": REAL} | pages | files)
    assert (set(statuses(found)), pictures) == ({"new"}, [f"/{n}.jpg" for n in range(10, 14)])


@pytest.mark.django_db
def test_a_picture_that_all_have_gives_way_to_what_any_data_attribute_names():
    cards = "".join(
        f'<li class="product"><a href="/p/{n}"><img src="/soon.jpg" data-cover="/{n}.jpg" '
        f'data-placeholder="/tiny.jpg"><h3>Tee {n}</h3></a><b>{n}.90 EUR</b></li>'
        for n in range(10, 14)
    )
    files = {f"/{n}.jpg": picture_bytes((n * 9, 0, 0)) for n in range(10, 14)}
    found, pictures = scraped({"/p": f"<ul>{cards}</ul>", "/soon.jpg": REAL} | files)
    assert (set(statuses(found)), pictures) == ({"new"}, [f"/{n}.jpg" for n in range(10, 14)])


@pytest.mark.django_db
def test_a_picture_of_its_own_stays_before_what_else_a_data_attribute_names():
    cards = "".join(
        f'<li class="product"><a href="/p/{n}"><img src="/{n}.jpg" data-src-hover="/h{n}.jpg">'
        f"<h3>Tee {n}</h3></a><b>{n}.90 EUR</b></li>" for n in range(10, 14)
    )  # fmt: skip
    files = {f"/{n}.jpg": picture_bytes((n * 9, 0, 0)) for n in range(10, 14)}
    _, pictures = scraped({"/p": f"<ul>{cards}</ul>"} | files)
    assert pictures == [f"/{n}.jpg" for n in range(10, 14)]


@pytest.mark.django_db
def test_screws_that_share_a_drawing_keep_it():
    drawing = gif((60, 80), "two")
    found, pictures = scraped({"/p": shared_cards(4), "/soon.jpg": drawing})
    assert (statuses(found), pictures) == (["new"] * 4, ["/soon.jpg"] * 4)


@pytest.mark.django_db
def test_a_logo_that_every_page_names_gives_way_to_what_is_the_products_own():
    pages = {
        f"/product/{n}": json_ld(product(str(n), url=f"/product/{n}", image=["/logo.jpg", f"/{n}.jpg"]))
        for n in range(6)
    }  # fmt: skip
    urls = "".join(f"<url><loc>HOST/product/{n}</loc></url>" for n in range(6))
    files = {f"/{n}.jpg": picture_bytes((n * 9, 0, 0)) for n in range(6)} | {"/logo.jpg": REAL}
    answers = {"/sitemap.xml": f"<urlset>{urls}</urlset>"} | pages | files
    _, pictures = scraped(answers, "/sitemap.xml")
    assert pictures[3:] == ["/3.jpg", "/4.jpg", "/5.jpg"]

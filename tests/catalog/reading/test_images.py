"""Where a picture really is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.images import (
    is_picture,
    is_small,
    is_stand_in,
    largest_of,
    picture_of,
    pictures_within,
)
from catalog.reading.page import Page

URL = "https://shop.example/c/"
BLANK = "data:image/gif;base64,R0lGOD"


def of(img):
    """The picture of the first img on a page."""
    page = Page(f"<div>{img}</div>", URL)
    return picture_of(page, page.by_name["img"][0]).removeprefix("https://shop.example")


def within(html):
    page = Page(f"<div class=card>{html}</div>", URL)
    found = pictures_within(page, page.by_name["div"][0])
    return [link.removeprefix("https://shop.example") for link in found]


@pytest.mark.parametrize(
    ("img", "address"),
    [
        ("<img src=/1.jpg>", "/1.jpg"),
        ("<img src=1.jpg>", "/c/1.jpg"),
        ("<img src=//cdn.example/1>", "https://cdn.example/1"),  # needs no file's ending
        ("<img src=/1.jpg data-src=/2.jpg>", "/2.jpg"),
        ("<img src=/1.jpg data-zoom-image=/3.jpg data-src=/2.jpg>", "/3.jpg"),
        (f"<img src='{BLANK}' srcset='/s.jpg 100w, /l.jpg 800w'>", "/l.jpg"),
        (f"<img src='{BLANK}' data-lazy-thing=/4.jpg>", "/4.jpg"),
        (f"<img src='{BLANK}' data-lazy-placeholder=/4.jpg>", ""),
        ("<img src=/1.jpg data-hover-lazy=/back.jpg>", "/1.jpg"),
        ("<img src=/i_{width}x.jpg>", "/i_600x.jpg"),
        ("<img src=/i_%7Bwidth%7Dx.jpg>", "/i_600x.jpg"),
        ("<img src=/1.gif width=1>", ""),  # a pixel that counts visits
        ("<img src=/1.gif width=1 data-src=/2.jpg>", "/2.jpg"),
        ("<img src='javascript:x'>", ""),
        ("<img src='#'>", ""),
        ("<img src=' '>", ""),
        ("<img src='http://['>", ""),
        ("<img src='file:///etc/passwd'>", ""),
        ("<img>", ""),
    ],
)
def test_a_picture_is_where_a_lazy_loader_keeps_it_or_in_its_src(img, address):
    assert of(img) == address


@pytest.mark.parametrize(
    ("srcset", "address"),
    [
        ("/s.jpg 100w, /l.jpg 800w, /m.jpg 400w", "/l.jpg"),
        ("/1.jpg 1x, /2.jpg 2x, /1.5.jpg 1.5x", "/2.jpg"),
        ("/only.jpg", "/only.jpg"),
        ("/only.jpg,", "/only.jpg"),
        ("/s.jpg\n100w,\n/l.jpg\t800w,", "/l.jpg"),
        ("/one.jpg,/two.jpg 2x", "/two.jpg"),
        ("/i,w_100.jpg 100w, /i,w_800.jpg 800w", "/i,w_800.jpg"),  # commas in addresses
        ("/a.jpg 1.2.3x, /b.jpg 1x", "/b.jpg"),
        ("/a.jpg 99999999999999999999w", "/a.jpg"),
        ("/a.jpg .w, /b.jpg .5x, /c.jpg 1.x", "/c.jpg"),
        ("", ""),
        (" , ,", ""),
    ],
)
def test_the_largest_of_a_set_is_taken(srcset, address):
    assert largest_of(srcset) == address


@given(st.text(alphabet="ab/.,:1xw h", max_size=60))
def test_the_largest_of_any_set_is_one_of_its_parts(srcset):
    assert largest_of(srcset) in srcset


@pytest.mark.parametrize("address", ["/a", "picture", "https://a.example/b", "//c"])
def test_an_address_can_be_a_picture_s_whatever_it_is_called(address):
    assert is_picture(address)


@pytest.mark.parametrize(
    "address", ["", " ", "data:,x", " about:blank", "blob:x", "JavaScript:x", "#x"]
)
def test_what_is_no_address_of_a_file_is_no_picture(address):
    assert not is_picture(address)


@pytest.mark.parametrize(
    ("img", "small"),
    [
        ("<img width=16>", True), ("<img height='20px'>", True), ("<img width=300 height=1>", True),
        ("<img width=48>", False), ("<img width='10%'>", False), ("<img width=auto>", False),
        ("<img>", False), ("<img width=''>", False), ("<img width=9999999999>", False),
    ],
)  # fmt: skip
def test_a_picture_is_small_only_if_the_page_says_so(img, small):
    page = Page(img, URL)
    assert is_small(page.tags[page.by_name["img"][0]]) is small


@pytest.mark.parametrize(
    ("html", "stands_in"),
    [
        ("<img src=/p.gif><noscript><img src=/real.jpg></noscript>", True),
        ("<picture><source srcset=/real.webp><img src=/p.gif></picture>", True),
        ("<img src=/p.gif data-src=/real.jpg><noscript><img src=/r.jpg></noscript>", False),
        ("<img src=/1.jpg><noscript>Switch scripts on</noscript>", False),
        ("<picture><img src=/1.jpg></picture>", False),
        ("<picture><source><img src=/1.jpg></picture>", False),
        ("<img src=/1.jpg>", False),
    ],
)
def test_a_picture_stands_in_for_the_one_beside_it(html, stands_in):
    page = Page(f"<div>{html}</div>", URL)
    assert is_stand_in(page, page.by_name["img"][0]) is stands_in


@pytest.mark.parametrize(
    ("html", "addresses"),
    [
        ("<img src=/1.jpg><img src=/2.jpg><img src=/1.jpg>", ["/1.jpg", "/2.jpg"]),
        ("<img src=/icon.gif width=16><img src=/1.jpg>", ["/1.jpg"]),
        (
            "<picture><source srcset=/real.webp><img src=/p.gif></picture>",
            ["/real.webp", "/p.gif"],
        ),
        ("<img src=/1.jpg data-other='/2.jpg'>", ["/1.jpg", "/2.jpg"]),
        ("<img src=/1.jpg data-thumb='/2.jpg'>", ["/1.jpg"]),
        ("<i style='background: url(/b.jpg) no-repeat'></i>", ["/b.jpg"]),
        ("<i style='background-image:url(\"/b.jpg\")'></i>", ["/b.jpg"]),
        ("<i data-bg=/b.jpg></i>", ["/b.jpg"]),
        ("<i style='background:url(/b.jpg)'></i><img src=/1.jpg>", ["/1.jpg"]),
        ("<i style='background: url(data:x)'></i>", []),
        ("no picture", []),
    ],
)
def test_the_pictures_of_a_part_are_told_once_and_in_order(html, addresses):
    assert within(html) == addresses


def test_an_img_is_a_part_of_one_picture():
    page = Page("<img src=/1.jpg><img src=/2.jpg>", URL)
    assert pictures_within(page, page.by_name["img"][1]) == ["https://shop.example/2.jpg"]

"""Addresses of the site as files, and pages that lead nowhere but there."""

import re
from pathlib import Path

import pytest

from web.export.asking import at_the_root
from web.export.links import Links
from web.export.names import Names

ROOT = Path(__file__).resolve().parents[3]
LINKS = Links(Names(["1", "2", "A/B"]))


def rewritten(body, here="products/1.html", url="", head="", lacking=()):
    """The words between the tags of `body` or `head`, and the files that are wanted."""
    wanted = []

    def want(file, address):
        wanted.append(file)
        return file not in lacking

    page = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()
    links = Links(LINKS.names, url)
    with at_the_root():
        text = links.rewritten(page, "/products/1/", here, want).decode()
    inner = re.search(r"<body>(.*)</body>" if body else r"<head>(.*)</head>", text, re.S)
    return inner[1].replace('<meta charset="utf-8">', ""), wanted


@pytest.mark.parametrize(
    ("link", "file"),
    [
        ("/products/2/", "2.html"),
        ("/products/2/?trail=1", "2.html"),
        ("http://export.invalid/products/2/", "2.html"),
        ("/products/A%2FB/", "%25A%252FB.html"),
        ("../2/", "2.html"),
        ("/products/2/#looks", "2.html#looks"),
        ("/browse/", "../index.html"),
        ("/browse/?page=1", "../index.html"),
        ("/browse/?page=3", "../browse/3.html"),
        ("https://shop.example/1", "https://shop.example/1"),
        ("//shop.example/1", "//shop.example/1"),
        ("mailto:me@shop.example", "mailto:me@shop.example"),
        ("#main", "#main"),
    ],
)
def test_a_link_leads_to_its_file(link, file):
    assert rewritten(f'<a href="{link}">x</a>')[0] == f'<a href="{file}">x</a>'


@pytest.mark.parametrize(
    "link",
    ["/", "/status/", "/picture/", "/map/", "/compare/1/", "/admin/", "/api/v1/docs/", "/nowhere/",
     "/why/1/?like=2", "/browse/?order=like&to=1", "/browse/?page=x", "/products/2/?metric=euclidean", "/language/", "http://export.invalid/nowhere", "/media/pictures/1.jpg"],
)  # fmt: skip
def test_a_link_to_what_needs_a_server_is_left_out_known_or_not(link):
    assert rewritten(f'<b>a</b><a class="button" href="{link}">x</a>')[0] == "<b>a</b>"


@pytest.mark.parametrize(
    "link", ["/browse/?category=hats", "/products/1/?metric=euclidean", "?k=50"]
)
def test_one_that_says_what_the_product_or_the_page_is_keeps_its_words(link):
    assert rewritten(f'<a href="{link}">x</a>')[0] == "<a>x</a>"
    assert rewritten(f'<nav>y<a href="{link}">x</a></nav>')[0] == "<nav>y</nav>"


def test_the_wordmark_leads_to_the_start_and_nothing_else_at_that_address_is_left():
    page = '<a class="wordmark" href="/">L</a><p><a href="/">Random</a></p>'
    assert rewritten(page)[0] == '<a class="wordmark" href="../index.html">L</a>'


def test_pictures_lie_beside_the_page_and_those_of_others_stay_where_they_are():
    page = (
        '<img src="/media/pictures/1.jpg?v=1" srcset="/media/thumbnails/1.jpg?v=1 250w, '
        'http://export.invalid/media/pictures/1.jpg 500w"><img src="https://cdn.example/1.jpg">'
    )
    assert rewritten(page) == (
        '<img src="../media/pictures/1.jpg" srcset="../media/thumbnails/1.jpg 250w, '
        '../media/pictures/1.jpg 500w"><img src="https://cdn.example/1.jpg">',
        ["media/pictures/1.jpg", "media/thumbnails/1.jpg", "media/pictures/1.jpg"],
    )


def test_styles_and_icons_come_along_even_those_that_a_view_writes():
    head = (
        '<link rel="stylesheet" href="/static/css/lookalike.css"><link rel="icon" href="/robots.txt">'
        '<link rel="alternate" href="/products/2/"><link rel="stylesheet" href="https://x.example/y.css">'
    )
    assert rewritten("", head=head) == (
        '<link rel="stylesheet" href="../static/css/lookalike.css">'
        '<link rel="icon" href="../site/robots.txt">'
        '<link rel="stylesheet" href="https://x.example/y.css">',
        ["static/css/lookalike.css", "site/robots.txt"],
    )


def test_what_cannot_be_had_is_not_shown():
    body = '<p>a</p><img src="/static/img/nothing.svg">'
    assert rewritten(body, lacking=["static/img/nothing.svg"])[0] == "<p>a</p>"


SAYS_ITS_ADDRESS = (
    '<link rel="canonical" href="http://export.invalid/products/1/">'
    '<meta property="og:url" content="http://export.invalid/products/1/">'
    '<meta property="og:image" content="http://export.invalid/media/pictures/1.jpg?v=2">'
    '<meta property="og:title" content="A shirt">'
)


def test_without_an_address_a_page_says_none_of_itself():
    assert rewritten("", head=SAYS_ITS_ADDRESS)[0] == '<meta property="og:title" content="A shirt">'


@pytest.mark.parametrize("url", ["https://shop.example/look", "https://shop.example/look/"])
def test_with_one_it_says_where_it_lies(url):
    assert rewritten("", head=SAYS_ITS_ADDRESS, url=url) == (
        '<link rel="canonical" href="https://shop.example/look/products/1.html">'
        '<meta property="og:url" content="https://shop.example/look/products/1.html">'
        '<meta property="og:image" content="https://shop.example/look/media/pictures/1.jpg">'
        '<meta property="og:title" content="A shirt">',
        ["media/pictures/1.jpg"],
    )


def test_nothing_is_left_that_only_a_script_or_a_server_understands():
    body = (
        '<form action="/browse/"><input></form><button>b</button><script>1</script><noscript>n</noscript>'
        '<p hx-get="/x" onclick="x()" data-item="1" data-next="/products/2/">t<i data-needs-server>s</i></p>'
        '<p> <a href="/">Random</a> </p><iframe src="/map/"></iframe>'
    )
    assert rewritten(body) == ('<p data-item="1">t</p>', [])


def test_no_style_names_a_file_that_an_export_would_lack():
    for style in (ROOT / "static" / "css").glob("*.css"):
        assert "url(" not in style.read_text(), style.name

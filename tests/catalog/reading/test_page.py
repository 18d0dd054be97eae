import pytest
import webencodings
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.decoding import codec_of, decoded
from catalog.reading.page import Page, UnreadablePage, absolute

HTML = "text/html"


@pytest.mark.parametrize(
    ("body", "header", "text"),
    [
        ("朱镕".encode("gbk"), "text/html; charset=gb2312", "朱镕"),
        ("①髙".encode("cp932"), "text/html; charset=Shift_JIS", "①髙"),
        ("똠방".encode("cp949"), "text/html; charset=ks_c_5601-1987", "똠방"),
        ("“q” €".encode("cp1252"), "text/html; charset=iso-8859-1", "“q” €"),
        ("žluť".encode("iso8859-2"), "text/html;charset='latin2'", "žluť"),
        (b"\xef\xbb\xbf" + "é".encode(), "text/html; charset=iso-8859-1", "é"),
        (b"\xff\xfe" + "é".encode("utf-16-le"), "text/html; charset=utf-8", "é"),
        ("é".encode(), HTML, "é"),
        ("é".encode("cp1252"), "", "é"),
        ("é".encode(), "text/html; charset=no-such-thing", "é"),
    ],
)
def test_bytes_are_decoded_as_the_whatwg_says(body, header, text):
    assert decoded(body, header) == text


@pytest.mark.parametrize(
    ("label", "codec"), [("gb2312", "gbk"), ("x-gbk", "gbk"), ("utf-16", "utf-8")]
)
def test_the_page_names_its_encoding_where_the_header_does_not(label, codec):
    body = f'<meta charset="{label}">镕'.encode(codec)
    assert decoded(body).endswith("镕")


@given(st.sampled_from(sorted(webencodings.LABELS)), st.binary(max_size=60))
def test_every_label_of_the_whatwg_decodes_whatever_comes(label, body):
    assert codec_of(label) != "rot13"
    assert isinstance(decoded(body, f"text/html; charset={label}"), str)


@pytest.mark.parametrize(
    ("address", "whole"),
    [("p/1", "https://s.example/deep/p/1"), ("/p", "https://s.example/p"),
     ("//cdn.example/i.jpg", "https://cdn.example/i.jpg"), ("http://[", ""),
     ("javascript:void(0)", ""), ("file:///etc/passwd", ""), ("data:image/gif;base64,R0", ""),
     (" /a\nb ", "https://s.example/ab")],
)  # fmt: skip
def test_only_addresses_of_the_web_are_made_whole(address, whole):
    page = Page('<base href="/deep/">', "https://s.example/list")
    assert page.link(address) == whole


def test_text_is_what_a_visitor_reads():
    page = Page(
        "<body><p>One <b>two</b></p> three<script>four</script><p hidden>five</p>"
        '<p style="display: none">six</p><!-- seven --><p>eight</p></body>',
        "https://s.example/",
    )
    body = page.by_name["body"][0]
    assert page.text(body) == "One two three eight"
    assert page.text(page.by_name["p"][0]) == "One two"


def test_ends_and_parents_tell_what_is_within_what():
    page = Page("<div><ul><li>a</li><li>b</li></ul><p>c</p></div>", "https://s.example/")
    [div], [ul], lis = page.by_name["div"], page.by_name["ul"], page.by_name["li"]
    assert page.inside(ul, "li") == lis
    assert page.inside(lis[0], "li") == []
    assert page.parents[ul] == div
    assert page.ancestors(lis[1])[:2] == [ul, div]
    assert page.shapes[lis[0]] == page.shapes[lis[1]] != page.shapes[ul]


@pytest.mark.parametrize(
    "html",
    ["<div>" * 5000, "<a " + " ".join(f"a{n}" for n in range(5000)) + ">", "x" * 13_000_000],
    ids=["deep", "attributes", "long"],
)
def test_what_no_page_needs_is_refused(html):
    with pytest.raises(UnreadablePage):
        Page(html, "https://s.example/")


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_become_a_page(body, header):
    assert Page.of(body, "https://s.example/", header).url


@given(st.text(max_size=60))
def test_any_link_is_whole_or_none(address):
    link = absolute("https://s.example/", address)
    assert link == "" or link.startswith("http")

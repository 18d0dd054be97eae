"""Which encoding a page is in: its mark, its header, its own word, or what fits."""

import codecs

import pytest

from catalog.reading.decoding import codec_of, decoded

META = b'<meta charset="%s">'


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe", "text/html; charset=latin-1", "Grüße"),  # a mark first
        (codecs.BOM_UTF16_LE + "tee".encode("utf-16-le"), "", "tee"),
        (codecs.BOM_UTF16_BE + "tee".encode("utf-16-be"), "text/html; charset=utf-8", "tee"),
        (b"Gr\xfc\xdfe", "text/html; charset=ISO-8859-1", "Grüße"),
        (b"\x80 5", "text/html; charset=iso-8859-1", "€ 5"),  # to browsers that is windows-1252
        ("рубль".encode("cp1251"), 'text/html; CHARSET="windows-1251"', "рубль"),
        (b"Gr\xc3\xbc\xc3\x9fe", "", "Grüße"),
        (b"Gr\xfc\xdfe", "", "Grüße"),  # no UTF-8
        (b"", "", ""),
        (
            b"Gr\xc3\xbc\xc3\x9fe",
            "text/html; charset=rot13",
            "Grüße",
        ),  # Python's, and none of the web
    ],
)
def test_a_page_is_read_in_its_encoding(body, content_type, text):
    assert decoded(body, content_type) == text


def test_the_header_counts_before_the_page_s_own_word():
    body = META % b"utf-8" + "ж".encode("koi8-r")
    assert decoded(body, "text/html; charset=koi8-r").endswith("ж")


def test_a_page_that_calls_itself_utf_16_in_ascii_is_in_utf_8():
    assert decoded(META % b"utf-16" + "é".encode()).endswith("é")


def test_a_label_that_is_none_leaves_the_page_s_own():
    body = META % b"windows-1251" + "ж".encode("cp1251")
    assert decoded(body, "text/html; charset=none-such").endswith("ж")


@pytest.mark.parametrize(
    "label", ["replacement", "iso-2022-kr", "x-user-defined", "zip", "idna", "", "\0"]
)
def test_no_page_is_read_by_what_is_no_encoding(label):
    assert codec_of(label) is None


def test_labels_mean_what_they_mean_on_the_web():
    assert codec_of("gb2312") in ("gbk", "gb18030")
    assert codec_of("Shift_JIS") == "cp932"
    assert codec_of("ascii") == "cp1252"

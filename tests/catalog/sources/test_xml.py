"""XML as shops' programs write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.sources.documents import UnreadableDocument
from catalog.sources.xml import MAX_DEPTH, MAX_PARTS, Document, local_name, root_name


def read(body, label=""):
    """(the texts of all `item`s, what was mended, what was broken)."""
    written = body.encode() if isinstance(body, str) else body
    texts: list[str] = []
    try:
        document = Document(written, label)
        for element in document.elements(["item"]):
            texts.append("".join(element.itertext()).strip())
    except UnreadableDocument as error:
        return texts, "", str(error)
    return texts, document.mended, ""


def items(body):
    texts, mended, broken = read(body)
    assert (mended, broken) == ("", "")
    return texts


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ("<rss><item>a</item><item>b</item></rss>", ["a", "b"]),
        ('<x:rss xmlns:x="urn:x"><x:item>a</x:item></x:rss>', ["a"]),
        ("<rss><ITEM>a</ITEM></rss>", ["a"]),
        ("<rss><item><t>a</t><t>b</t></item></rss>", ["ab"]),
        ("<rss><item><![CDATA[a & b <c>]]></item></rss>", ["a & b <c>"]),
        ("<rss><item>&lt;b&gt; &amp;amp; &#8364;</item></rss>", ["<b> &amp; €"]),
        ("<rss><!-- <item>no</item> --><item>a</item></rss>", ["a"]),
        ("<rss><?php item ?><item>a</item></rss>", ["a"]),
        ('<?xml version="1.0"?>\n<rss><item>a</item></rss>\n<!-- by us -->', ["a"]),
        ("<rss></rss>", []),
        ("<item>a</item>", ["a"]),
        ("<rss><item/></rss>", [""]),
    ],
)
def test_sound_xml_is_read(body, texts):
    assert items(body) == texts


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-be", "windows-1251", "gb18030", "iso-8859-2"]
)
def test_every_encoding_that_is_declared_is_read(encoding):
    text = {"iso-8859-2": "zażółć", "gb18030": "中文"}.get(encoding, "рубашка")
    body = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?><rss><item>{text}</item></rss>'
    assert read(body.encode(encoding)) == ([text], "", "")


def test_the_header_tells_the_encoding_where_the_document_does_not():
    assert read("<rss><item>ж</item></rss>".encode("koi8-r"), "koi8-r")[0] == ["ж"]
    body = '<?xml version="1.0" encoding="koi8-r"?><rss><item>ж</item></rss>'.encode("koi8-r")
    assert read(body, "windows-1251")[0] == ["ж"]


@pytest.mark.parametrize(
    ("body", "text", "mended"),
    [
        ("<rss>\n<item>R & D</item></rss>", "R & D", "line 2: a bare &"),
        ("<rss><item>a < b</item></rss>", "a < b", "line 1: a bare <"),
        ("<rss><item>caf&eacute;</item></rss>", "café", "line 1: an entity of HTML"),
        ("<rss><item>&nope;</item></rss>", "&nope;", "line 1: an entity that is not known"),
        ("<rss><item>a\x08b</item></rss>", "ab", "line 1: a character that XML forbids"),
        ("<rss><item>a&#8;b</item></rss>", "ab", "line 1: a character that XML forbids"),
        ("<rss><item>a ]]> b</item></rss>", "a ]]> b", ""),
        ("oops\n<rss><item>a</item></rss>", "a", "line 1: text before the document"),
        ("<rss><item>a</item></rss>\n<p>oops</p>", "a", "line 2: text behind the document"),
        (
            b"<rss>\n<item>" + "é".encode() * 40 + b"\xff</item></rss>",
            "é" * 40 + "\ufffd",
            "line 2: a byte that is no utf-8",
        ),
    ],
)
def test_what_xml_forbids_and_nothing_is_lost_by_is_mended_and_told(body, text, mended):
    assert read(body) == ([text], mended, "")


def test_the_same_fault_is_told_once_with_its_number():
    assert read("<rss><item>&&\n&</item><item>&eacute;</item></rss>")[1] == (
        "line 1: a bare & (and 2 more); line 2: an entity of HTML"
    )


@pytest.mark.parametrize(
    ("body", "texts", "broken"),
    [
        ("<rss><item>a</item><item>b", ["a"], "line 1"),
        ("<rss><item>a</item></wrong></rss>", ["a"], "line 1: its XML is broken there"),
        (
            "<rss><item>a</item></rss><rss><item>b</item></rss>",
            ["a"],
            "more stands behind the end of its <rss>",
        ),
        ('<!DOCTYPE r [<!ENTITY x "y">]><rss><item>&x;</item></rss>', [], "declares entities"),
        (
            '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item>&x;</item></rss>',
            [],
            "entities",
        ),
        ("no XML", [], "line 1: its XML is broken there"),
        ("", [], "it is no XML"),
        ("<a>" * (MAX_DEPTH + 1), [], "nested more than"),
        ("<rss><item>" + "<b/>" * (MAX_PARTS + 1), [], "parts"),
    ],
)
def test_broken_xml_is_read_as_far_as_it_goes_and_then_told(body, texts, broken):
    found, _, told = read(body)
    assert found == texts
    assert broken in told


def test_an_item_that_is_not_closed_ends_where_the_next_begins():
    texts, _, _ = read("<rss><item>a<item>b</item></rss>")
    assert len(texts) == 2


def test_a_prefix_that_nobody_declares_breaks_nothing():
    assert items("<rss><item><g:id>7</g:id><x:y>8</x:y></item></rss>") == ["78"]
    (element,) = Document(b"<rss><item><g:id>7</g:id></item></rss>").elements(["id"])
    assert (local_name(element), element.tag) == ("id", "{http://base.google.com/ns/1.0}id")


def test_what_was_given_is_forgotten_so_that_memory_stays_flat():
    elements = Document(b"<rss>" + b"<item><t>x</t></item><b/>" * 9000 + b"</rss>").elements(
        ["item"]
    )
    before = [element.getprevious() is not None for element in elements]
    assert len(before) == 9000
    assert not any(before[1:])


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"<rss/>", "rss"), (b"\xef\xbb\xbf\n<RDF:rdf>", "rdf"), (b'<?xml version="1.0"?><urlset>', "urlset"),
        ("<feed>".encode("utf-16"), "feed"), (b"<!-- x --><html>", "html"), (b"id,name", ""), (b"", ""),
        (b"\xff\xd8\xff", ""),
    ],
)  # fmt: skip
def test_the_root_tells_what_a_document_is(body, name):
    assert root_name(body) == name


PARTS = ["<rss>", "</rss>", "<item>", "</item>", "<item/>", "text", "&", "<", ">", "&amp;", "&eacute;", "]]>",
         "<![CDATA[", "<!--", "-->", "\n", "<g:id>", "</g:id>", "\x00", "é", "<?xml version='1.0'?>"]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=25))
def test_any_parts_in_any_order_are_items_or_our_error(parts):
    read("".join(parts))


@given(st.binary(max_size=80))
def test_any_bytes_are_items_or_our_error(body):
    read(body)
    root_name(body)

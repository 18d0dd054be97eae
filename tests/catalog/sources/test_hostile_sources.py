"""Whatever a shop answers, a source yields records or raises SourceError; nothing else, and soon."""

import gzip
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.records import ProductRecord, SourceError, Unreadable
from catalog.sources.archive import walk_archive
from catalog.sources.feed import walk_feed
from catalog.sources.shopify import walk_shopify
from catalog.sources.sitemap import walk_sitemap
from catalog.sources.table import walk_table
from catalog.sources.woocommerce import walk_api
from catalog.visiting.fetching import Fetcher, Response
from catalog.visiting.pages import CountedPages
from tests.catalog.sources.test_archive import RED, zip_of
from tests.catalog.sources.test_feed import ITEM, RSS
from tests.catalog.sources.test_sitemap import urlset
from tests.catalog.sources.test_table import TSV

ROOT = Path(__file__).resolve().parents[3]
WALKS = [walk_shopify, walk_api, walk_sitemap, walk_feed, walk_table, walk_archive]
URL = "https://shop.example/all.xml"


class Canned(CountedPages):
    """Answers the same to everything, and counts."""

    def __init__(self, body):
        super().__init__(Fetcher("Test/1.0", pause=0), most=50)
        self.body = body

    def get(self, url, **_more):
        self.fetched += 1
        if self.fetched > self.most:
            raise SourceError("enough")
        return Response(url, 200, self.body, {})

    def sitemaps(self, url):
        return []


def records(walk, body):
    with suppress(SourceError):
        for record in walk(URL, Canned(body)):
            assert isinstance(record, ProductRecord | Unreadable)
            yield record


@pytest.mark.parametrize("walk", WALKS)
@given(body=st.binary(max_size=300))
def test_bytes_are_no_trouble(walk, body):
    list(records(walk, body))
    list(records(walk, gzip.compress(body)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    | st.sampled_from(["http://[", "file:///etc/passwd", "//x", "1e999999", "9" * 5000, "\ud800\0"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["products", "id", "sku", "title", "variants", "images", "src", "price", "prices",
                         "currency_minor_unit", "categories", "name", "permalink", "handle", "available",
                         "featured_image", "parent", "is_in_stock", "image_link", "link"]),
        inner, max_size=8),
    max_leaves=25,
)  # fmt: skip


@pytest.mark.parametrize("walk", [walk_shopify, walk_api, walk_table])
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(value=JSON, several=st.booleans())
def test_json_of_any_shape_is_no_trouble(walk, value, several):
    listed = {"products": [value]} if walk is walk_shopify else [value] if several else value
    list(records(walk, json.dumps(listed).encode("utf-8", "surrogatepass")))


@pytest.mark.parametrize(
    ("walk", "sound"),
    [(walk_feed, RSS.format(ITEM).encode()), (walk_sitemap, urlset("https://shop.example/p/1").encode()),
     (walk_table, TSV.encode()), (walk_archive, zip_of([("1.jpg", RED), ("2.jpg", RED)]))],
)  # fmt: skip
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_sound_answer_with_damage_is_no_trouble(walk, sound, data):
    body = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=5))
    list(records(walk, bytes(body)))


def test_a_shop_of_endless_pages_ends_at_the_cap():
    class Endless(Canned):
        def get(self, url, **more):
            number = super().get(url, **more) and self.fetched
            return Response(url, 200, json.dumps({"products": [{"id": number}]}).encode(), {})

    pages = Endless(b"")
    with pytest.raises(SourceError, match="enough"):
        list(walk_shopify(URL, pages))
    assert pages.fetched == 53  # and no more than three are asked for in vain


BOMBS = """
import os, resource, zlib
import django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
from tests.catalog.sources.test_hostile_sources import WALKS, records
def packed(part, times, end=b""):
    pack = zlib.compressobj(1, wbits=31)
    return b"".join([pack.compress(part * 1000) for _ in range(times // 1000)] + [pack.compress(end), pack.flush()])
bodies = [
    packed(b"\\0", 2_000_000_000), packed(b"<a/>", 24_000_000), b"<rss>" + b"<a/>" * 4_000_000,
    b"<rss><item>" + b"<a/>" * 4_000_000, b"<urlset>" + b"<url>" * 4_000_000, b"<a>" * 5_000_000,
    b"<a " + b" ".join(b"a%d='1'" % n for n in range(500_000)) + b"/>",
    b"[" + b"[]," * 1_000_000 + b"[]]", b'{"products":[' + b"{}," * 1_000_000 + b"{}]}",
    b"id,title\\n" + b",\\n" * 4_000_000, b"id," * 5_000_000, b'id,title\\n1,"' + b"x" * 20_000_000,
    b"{" * 20_000_000, b'{"id":' * 3_000_000,
]
with open("/proc/self/status") as status:
    taken = next(int(line.split()[1]) << 10 for line in status if line.startswith("VmData"))
resource.setrlimit(resource.RLIMIT_DATA, (taken + (600 << 20),) * 2)
for body in bodies:
    for walk in WALKS:
        for number, _ in enumerate(records(walk, body)):
            if number > 1000: break
print("bearable")
"""


@pytest.mark.slow
def test_bombs_take_neither_memory_nor_long():
    """Each in every source, in a process that may take 600 MB more than it starts with."""
    done = subprocess.run(
        [sys.executable, "-c", BOMBS], cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert done.stdout == "bearable\n", done.stderr[-2000:]

"""The sitemap: every product that is shown, in whole addresses."""

import pytest
from django.utils import timezone
from lxml import etree
from protego import Protego

from catalog.models import Product

pytestmark = pytest.mark.django_db


def addresses(client, path="/sitemap.xml", **options) -> tuple[str, list[str]]:
    response = client.get(path, **options)
    assert (response.status_code, response["Content-Type"]) == (200, "application/xml")
    root = etree.fromstring(response.content)
    return etree.QName(root).localname, [loc.text for loc in root.iter("{*}loc")]


def test_it_names_each_product_in_whole(client, live):
    kind, found = addresses(client)
    assert kind == "urlset"
    assert found == [
        "http://testserver/",
        "http://testserver/browse/",
        *(f"http://testserver/products/{number}/" for number in range(6)),
    ]
    assert addresses(client, secure=True)[1][0] == "https://testserver/"


def test_what_is_hidden_or_has_left_is_not_in_it(client, live):
    Product.objects.filter(item_id="2").update(hidden=True)
    Product.objects.filter(item_id="3").update(gone_since=timezone.now())
    found = " ".join(addresses(client)[1])
    assert "/products/2/" not in found
    assert "/products/3/" not in found
    assert "/products/4/" in found


def test_any_id_is_written_so_that_it_can_be_read(client, live):
    Product.objects.filter(item_id="2").update(item_id="a&b <é>/c")
    wanted = Product.objects.get(item_id="a&b <é>/c").get_absolute_url()
    found = addresses(client)[1]
    assert f"http://testserver{wanted}" in found
    assert client.get(wanted).status_code == 200


def test_a_large_catalogue_has_several_files(client, live, monkeypatch):
    monkeypatch.setattr("web.pages.sitemap.PER_FILE", 4)
    kind, files = addresses(client)
    assert kind == "sitemapindex"
    assert files == [f"http://testserver/sitemap.xml?page={number}" for number in (1, 2)]
    found = [address for file in files for address in addresses(client, file)[1]]
    assert len(found) == len(set(found)) == 8
    for page in ("3", "0", "x", "-1"):
        assert client.get(f"/sitemap.xml?page={page}").status_code == 404


def test_an_empty_catalogue_has_one_too(client, db):
    assert addresses(client) == ("urlset", ["http://testserver/", "http://testserver/browse/"])


def test_robots_are_led_to_it(client, live):
    rules = Protego.parse(client.get("/robots.txt").content.decode())
    assert list(rules.sitemaps) == ["http://testserver/sitemap.xml"]

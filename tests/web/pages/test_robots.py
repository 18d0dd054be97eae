import pytest
from protego import Protego

pytestmark = pytest.mark.django_db


def test_crawlers_read_each_product_once(client):
    rules = Protego.parse(client.get("/robots.txt").content.decode())
    site = "https://looks.example"
    assert rules.can_fetch(f"{site}/products/104233/", "any")
    assert rules.can_fetch(f"{site}/browse/?page=2", "any")
    assert not rules.can_fetch(f"{site}/products/104233/?trail=1&trail=2", "any")
    assert not rules.can_fetch(f"{site}/picture/?url=x", "any")

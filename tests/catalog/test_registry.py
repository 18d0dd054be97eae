import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from catalog.batches import MOST
from catalog.models import Product
from catalog.records import SourceError
from catalog.registry import NAMES, find, scrape
from catalog.visiting.fetching import Fetcher
from catalog.visiting.pages import CountedPages
from runs.models import Run
from runs.outcomes import Status
from tests.catalog.sources import (
    test_archive,
    test_feed,
    test_shopify,
    test_sitemap,
    test_woocommerce,
)
from tests.catalog.sources.test_category import json_ld, product
from tests.conftest import picture_bytes
from tests.shops import Shop

ROOT = Path(__file__).resolve().parents[2]
RED = picture_bytes("red")
SHOPIFY = '<script src="//cdn.shopify.com/s/x.js"></script>' + json_ld(product("1"))
WOOCOMMERCE = (
    '<link rel="https://api.w.org/" href="{url}/blog/wp-json/"><body class="woocommerce">'
    + json_ld(product("1"))
)
PLAIN = json_ld(product("1"))


@pytest.fixture
def fetcher():
    return Fetcher("Test/1.0", pause=0, allow_loopback=True)


@pytest.fixture
def pages(fetcher):
    return CountedPages(fetcher, most=100)


@pytest.fixture
def shop(settings):
    settings.SCRAPE_PAUSE_SECONDS, settings.SCRAPE_ALLOW_LOOPBACK = 0, True
    with Shop() as shop:
        yield shop


def found(pages, shop, path="/"):
    way = find(f"{shop.url}{path}", pages)
    return way.way.name, way.at.removeprefix(shop.url)


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("/tees", PLAIN, "category"),
        ("/", PLAIN, "category"),
        ("/sitemap.xml", test_sitemap.urlset("/p/1"), "sitemap"),
        ("/map", test_sitemap.index("/a.xml"), "sitemap"),
        ("/map.gz", gzip.compress(test_sitemap.urlset("/p/1").encode()), "sitemap"),
        ("/feed.xml", test_feed.RSS.format(test_feed.ITEM), "feed"),
        ("/export", test_feed.ATOM, "feed"),
        ("/export", test_feed.RSS.format(test_feed.ITEM).encode("utf-16"), "feed"),
        ("/export", test_feed.RSS.format(test_feed.ITEM).encode("utf-16-le"), "feed"),
        ("/products.json", "{}", "shopify"),
        ("/wp-json/wc/store/v1/products", "[]", "woocommerce"),
        ("/?rest_route=/wc/store/v1/products", "[]", "woocommerce"),
        ("/list.csv", "a,b", "table"),
        ("/list.jsonl.gz", b"", "table"),
        ("/export", "id\ttitle\tlink\n1\tTee\t/p/1\n", "table"),
        ("/tees", "<html><script>f(a,id,title,b)</script></html>", "category"),
        ("/export", (200, {"Content-Type": "text/csv; charset=utf-8"}, b"x;y\n"), "table"),
        ("/pictures.zip", b"", "archive"),
        ("/export", test_archive.zip_of([("1.jpg", RED)]), "archive"),
    ],
)  # fmt: skip
def test_an_address_is_read_by_what_it_is_called_or_what_is_there(pages, shop, path, body, name):
    shop.answers = {path: body}
    assert found(pages, shop, path) == (name, path)


@pytest.mark.parametrize(
    ("name", "kind"), [("a.zip", "archive"), ("a.csv", "table"), ("a.xml", "feed"), (".", "folder")]
)
def test_a_path_is_read_by_what_it_is_called_or_what_is_there(pages, tmp_path, name, kind):
    if name != ".":
        (tmp_path / name).write_text(test_feed.ATOM if kind == "feed" else "x")
    way = find(str(tmp_path / name), pages)
    assert (way.way.name, way.at) == (kind, str(tmp_path / name))


def test_what_is_neither_an_address_nor_there_is_named(pages, tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    for asked, reason in (
        (str(tmp_path / "none"), "is neither an address"),
        (str(tmp_path / "notes.txt"), "notes.txt is no folder or zip of pictures"),
        ("ftp://shop.example/", "is neither an address"),
        ("http://[", "is no address"),
    ):
        with pytest.raises(SourceError, match=reason):
            find(asked, pages)


def test_a_shopify_shop_is_read_by_its_list(pages, shop):
    listed = json.dumps({"products": [test_shopify.product(1)]})
    shop.answers = {"/": SHOPIFY, "/products.json?limit=250&page=1": listed}
    assert found(pages, shop) == ("shopify", "/products.json")
    shop.answers |= {
        "/collections/tees": SHOPIFY,
        "/collections/tees/products.json?limit=250&page=1": listed,
    }
    assert found(pages, shop, "/collections/tees") == ("shopify", "/collections/tees/products.json")


@pytest.mark.parametrize("answer", [(404, {}, b""), "<html>", '{"products": []}'])
def test_a_shopify_shop_that_hides_its_list_is_read_by_its_pages(pages, shop, answer):
    shop.answers = {"/": SHOPIFY, "/products.json?limit=250&page=1": answer}
    assert found(pages, shop) == ("category", "/")


def test_a_woocommerce_shop_is_read_where_its_page_says_the_api_is(pages, shop):
    page = WOOCOMMERCE.replace("{url}", shop.url)
    api = "/blog/wp-json/wc/store/v1/products"
    listed = json.dumps([test_woocommerce.product(1)])
    shop.answers = {"/shop/": page, f"{api}?per_page=100&page=1": listed}
    assert found(pages, shop, "/shop/") == ("woocommerce", api)
    shop.answers = {
        "/product-category/men/": page,
        f"{api}?category=men&per_page=100&page=1": listed,
    }
    assert found(pages, shop, "/product-category/men/") == ("woocommerce", f"{api}?category=men")


def test_a_shops_first_page_leads_to_its_sitemap_if_that_names_products(pages, shop):
    shop.answers = {
        "/": PLAIN,
        "/robots.txt": f"Sitemap: {shop.url}/maps/all.xml",
        "/maps/all.xml": test_sitemap.urlset(f"{shop.url}/products/red-tee"),
    }
    assert found(pages, shop) == ("sitemap", "/")
    shop.answers["/maps/all.xml"] = test_sitemap.urlset(f"{shop.url}/about")
    assert found(CountedPages(pages.fetcher, 9), shop) == ("category", "/")


@pytest.mark.django_db
def test_what_was_fetched_to_find_out_is_not_fetched_again(fetcher, shop):
    listed = json.dumps([])
    shop.answers = {"/tees": PLAIN, "/i/1.jpg": RED}
    assert [o.status for o in scrape(f"{shop.url}/tees", fetcher)] == [Status.NEW]
    assert shop.requests == ["/robots.txt", "/tees", "/i/1.jpg"]
    assert listed == "[]"


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_every_source_is_a_sentence_where_nothing_is_there(shop, name):
    with pytest.raises(CommandError):
        call_command("scrape", f"{shop.url}/none", source=name)
    assert not Product.objects.exists()


@pytest.mark.django_db
def test_the_command_says_which_source_reads_and_source_forces_another(shop, capsys):
    shop.answers = {"/tees": PLAIN, "/i/1.jpg": RED}
    call_command("scrape", f"{shop.url}/tees")
    said = f"Reading category: a category page and those after it, {shop.url}/tees\n"
    assert said in capsys.readouterr().out
    with pytest.raises(CommandError, match="this feed has no items"):
        call_command("scrape", f"{shop.url}/tees", source="feed")
    told = capsys.readouterr()
    assert "Reading feed" in told.out
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("scrape", "--source", "magic", shop.url)


@pytest.mark.django_db
def test_a_dry_run_fetches_no_picture_and_stores_nothing(shop, capsys):
    shop.answers = {"/tees": json_ld([product("1"), product("2", image="")]), "/i/1.jpg": RED}
    with pytest.raises(CommandError, match="1 failed"):
        call_command("scrape", f"{shop.url}/tees", dry_run=True, verbosity=2)
    told = capsys.readouterr().out
    assert f"new      1  Shirt 1, 19.90 EUR, would fetch {shop.url}/i/1.jpg" in told
    assert "failed   2  " in told
    assert "/i/1.jpg" not in shop.requests
    assert not Product.objects.exists()


@pytest.mark.django_db
def test_columns_shop_and_category_are_the_users_word(shop):
    shop.answers = {"/list.csv": f"Nr;Bild\nA;{shop.url}/i/1.jpg\n", "/i/1.jpg": RED}
    call_command(
        "scrape", f"{shop.url}/list.csv", "--column", "item_id=Nr", "--column", "image_urls=bild",
        "--shop", "Hats", "--category", "Winter",
    )  # fmt: skip
    row = Product.objects.get()
    assert (row.item_id, row.shop, row.category) == ("A", "Hats", "Winter")
    for wrong in ("item_id", "colour=x", "item_id="):
        with pytest.raises(CommandError, match="expected FIELD=NAME"):
            call_command("scrape", shop.url, "--column", wrong)


@pytest.mark.django_db
def test_too_many_pages_end_the_run_keep_what_came_and_none_is_gone(shop, settings, capsys):
    settings.SCRAPE_MAX_PAGES = 2
    shop.answers = {"/i.jpg": RED} | {
        f"/{n}": json_ld(product(str(n), image="/i.jpg")) + f'<link rel="next" href="/{n + 1}">'
        for n in range(1, 9)
    }
    with pytest.raises(
        CommandError, match=r"/1: stopped after 2 pages.* What was read before is kept"
    ):
        call_command("scrape", f"{shop.url}/1")
    assert Product.objects.count() == 2


@pytest.mark.django_db
def test_a_limited_forced_or_small_run_is_careful_with_what_is_gone(shop, capsys):
    def show(*numbers):
        shop.answers["/tees"] = json_ld([product(n, image="/i.jpg") for n in numbers])
        return f"{shop.url}/tees"

    shop.answers["/i.jpg"] = RED
    call_command("scrape", show(*"12345678"))
    call_command("scrape", show("1"))
    assert "only 1 of 8 known products seen: none marked as gone" in capsys.readouterr().err
    assert not Product.objects.exclude(gone_since=None).exists()
    call_command("scrape", show("1"), mark_gone=True)
    assert Product.objects.exclude(gone_since=None).count() == 7


@pytest.mark.django_db
def test_what_a_shop_says_reaches_the_terminal_without_control_characters(shop, capsys):
    bad = product("x\x1b[2Jy", name="\x9b31m", image="/\x1b]0;gone\x07.jpg")
    shop.answers = {"/tees": json_ld([bad, product("2", image="")])}
    with pytest.raises(CommandError):
        call_command("scrape", f"{shop.url}/tees", verbosity=2)
    told = capsys.readouterr()
    assert not set("\x1b\x9b\x07\r") & set(told.out + told.err + Run.objects.get().log)


@pytest.mark.django_db
def test_failures_are_told_by_their_reason(shop, capsys):
    shop.answers = {"/tees": json_ld([product(str(n)) for n in range(30)]), "/i/29.jpg": b"x"}
    with pytest.raises(CommandError, match="30 failed"):
        call_command("scrape", f"{shop.url}/tees")
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert told[0].endswith("/i/0.jpg: HTTP status 404 (and 28 more like this)")
    run = Run.objects.get()
    assert (run.state, run.counts, len(run.log.splitlines())) == ("failed", {"failed": 30}, 31)


def slow_tees(shop, count):
    """A shop whose pictures have no ETag and take a while."""
    shop.answers["/tees"] = json_ld([product(str(n)) for n in range(count)])

    def slowly(_headers):
        time.sleep(0.03)
        return RED

    for n in range(count):
        shop.answers[f"/i/{n}.jpg"] = slowly


@pytest.mark.slow
def test_a_killed_scrape_goes_on_where_it_was(shop, tmp_path):
    """Real processes and a real kill -9: what was kept is not fetched again, though it has no ETag."""
    slow_tees(shop, 90)
    environment = os.environ | {
        "VAR_DIR": str(tmp_path), "MEDIA_ROOT": str(tmp_path / "media"), "SCRAPE_PAUSE_SECONDS": "0",
        "DATABASE_URL": f"sqlite:///{tmp_path}/db", "SCRAPE_ALLOW_LOOPBACK": "True",
    }  # fmt: skip

    def manage(*arguments):
        return subprocess.Popen([sys.executable, "manage.py", *arguments], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # fmt: skip

    with manage("migrate", "--verbosity", "0") as made:
        made.wait()
    with manage("scrape", f"{shop.url}/tees") as killed:
        deadline = time.monotonic() + 30
        while len(shop.requests) < 60 and time.monotonic() < deadline:
            time.sleep(0.01)
        killed.send_signal(signal.SIGKILL)
    before = list(shop.requests)
    with manage("scrape", f"{shop.url}/tees") as again:
        told = again.communicate(timeout=60)[0]
    pictures = [path for path in shop.requests if path.startswith("/i/")]
    assert again.returncode == 0
    assert 50 < len(before) < 90
    assert len(set(pictures)) == 90
    assert len(pictures) <= 90 + MOST  # those at work when it was killed
    assert "90 products:" in told
    assert not list((tmp_path / "media").rglob("*.part"))


@pytest.mark.django_db
def test_a_selector_file_leads_to_products_that_nothing_else_finds(shop, tmp_path):
    selectors = tmp_path / "shop.yaml"
    selectors.write_text("card: article\nlink: b@data-to\ntitle: b\nimage: i@data-pic\nprice: u\n")
    shop.answers = {"/x.jpg": RED, "/tees": '<article><b data-to="/p/7">Tee</b><i data-pic="/x.jpg">'
                    "</i><u>5,00 €</u></article>"}  # fmt: skip
    call_command("scrape", f"{shop.url}/tees", selectors=selectors)
    row = Product.objects.get()
    assert (row.title, str(row.price), row.product_url) == ("Tee", "5.00", f"{shop.url}/p/7")
    selectors.write_text("link: a")
    with pytest.raises(CommandError, match="write at least `card: SELECTOR`"):
        call_command("scrape", f"{shop.url}/tees", selectors=selectors)


EVERY: dict[str, tuple[str, dict[str, Any]]] = {
    "category": ("/tees", {"/tees": json_ld([product("1"), product("2")])}),
    "sitemap": ("/sitemap.xml", {
        "/sitemap.xml": test_sitemap.urlset("{url}/p/1", "{url}/p/2"),
        "/p/1": json_ld(product("1")), "/p/2": json_ld(product("2")),
    }),
    "shopify": ("/", {
        "/": SHOPIFY,
        "/products.json?limit=250&page=1": json.dumps({"products": [
            test_shopify.product(n, images=[{"src": f"/i/{n}.jpg"}]) for n in (1, 2)
        ]}),
        "/products.json?limit=250&page=2": json.dumps({"products": []}),
    }),
    "woocommerce": ("/wp-json/wc/store/v1/products", {
        "/wp-json/wc/store/v1/products?per_page=100&page=1": json.dumps([
            test_woocommerce.product(n, images=[{"src": f"/i/{n}.jpg"}]) for n in (1, 2)
        ]),
    }),
    "feed": ("/feed.xml", {"/feed.xml": test_feed.RSS.format("".join(
        f"<item><g:id>{n}</g:id><g:image_link>/i/{n}.jpg</g:image_link></item>" for n in (1, 2)
    ))}),
    "table": ("/list.csv", {"/list.csv": "id,image\n1,/i/1.jpg\n2,/i/2.jpg\n"}),
    "archive": ("/all.zip", {"/all.zip": test_archive.zip_of([("1.jpg", RED), ("2.jpg", RED)])}),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", EVERY)
def test_every_source_brings_products_and_a_second_run_no_picture_again(shop, name, capsys):
    def picture(headers):
        return (304, {}, b"") if headers["If-None-Match"] == '"r"' else (200, {"ETag": '"r"'}, RED)

    path, answers = EVERY[name]
    shop.answers = {
        at: body.replace("{url}", shop.url) if isinstance(body, str) else body
        for at, body in answers.items()
    } | {"/i/1.jpg": picture, "/i/2.jpg": picture}
    for told in ("2 products: 2 new.", "2 products: 2 same."):
        call_command("scrape", f"{shop.url}{path}")
        said = capsys.readouterr().out
        assert f"Reading {name}: " in said
        assert told in said
    assert Product.objects.exclude(content_hash="").count() == 2
    sent = [at for at, status in shop.answered if at.startswith("/i/") and status == 200]
    assert sorted(sent) == ([] if name == "archive" else ["/i/1.jpg", "/i/2.jpg"])

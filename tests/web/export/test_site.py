"""`manage.py export_site`: the site as plain files."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Product
from catalog.registry import import_folder
from recommender.building import build as building
from tests.recommender.building.test_further import give
from web.export import asking, site
from web.export.folder import RECORD
from web.export.whereabouts import web_address

pytestmark = pytest.mark.django_db


def export(folder, capsys) -> str:
    call_command("export_site", str(folder))
    return capsys.readouterr().out


def files(folder) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and path.name != RECORD
    }


@pytest.mark.parametrize(
    ("given", "taken"),
    [("https://shop.example/look", "https://shop.example/look"),
     ("http://Bücher.example:8443/é/", "http://xn--bcher-kva.example:8443/%C3%A9/"),
     ("https://[::1]/x/", "https://[::1]/x/")],
)  # fmt: skip
def test_the_address_of_an_export_is_written_as_it_is_asked_for(given, taken):
    assert web_address(given) == taken


@pytest.mark.parametrize(
    "given",
    ["https://shop.example/?a=1", "https://shop.example/#top", "https://me:pw@shop.example/",
     "https://shop.example:port/", "shop.example", "https://:80/"],
)  # fmt: skip
def test_an_address_that_no_page_can_be_put_behind_is_refused(given, tmp_path):
    with pytest.raises(CommandError, match=r"shop\.example/look/") as refused:
        call_command("export_site", str(tmp_path / "new"), "--url", given)
    assert "pw" not in str(refused.value)


def dead_links(folder) -> list[str]:
    """What the pages name that is not there, or does not open from a disk."""
    dead = []
    for page in folder.rglob("*.html"):
        for address in re.findall(r'(?:href|src)="([^"]*)"', page.read_text()):
            if not address.startswith(("#", "http")):
                target = page.parent / unquote(address)
                if not address or address.startswith("/") or not target.is_file():
                    dead.append(f"{page.name}: {address}")
    return dead


def test_every_page_picture_and_neighbour_is_there_and_opens_from_a_disk(
    client, live, tmp_path, capsys
):
    folder = tmp_path / "site"
    assert "7 pages: 7 new." in export(folder, capsys)
    assert dead_links(folder) == []
    assert {path.name for path in (folder / "products").glob("*.html")} == {
        f"{number}.html" for number in range(6)
    }
    told = json.loads((folder / "products" / "0.json").read_text())["neighbours"]
    for metric in ("cosine", "euclidean", "manhattan"):
        api = client.get(f"/api/v1/products/0/similar/?metric={metric}").json()["neighbours"]
        for ours, theirs in zip(told[metric], api, strict=True):
            for name in ("thumbnail_url", "picture_url", "tile_url"):
                assert (folder / "products" / ours.pop(name)).is_file()
                assert theirs.pop(name).startswith("/media/")
            for tile in ours.pop("tiles"):
                assert (folder / "products" / tile["url"]).is_file()
            assert theirs.pop("tiles")[0]["url"].startswith("/media/")
            assert ours == theirs
    page = (folder / "products" / "0.html").read_text()
    assert "<form" not in page
    assert "<script" not in page
    assert "hx-" not in page


def test_a_second_export_writes_nothing(live, tmp_path, capsys):
    export(tmp_path / "site", capsys)
    before = files(tmp_path / "site")
    assert "7 pages: 7 same." in export(tmp_path / "site", capsys)
    assert files(tmp_path / "site") == before


def test_only_what_shows_a_changed_product_is_written_again(live, tmp_path, capsys):
    folder = tmp_path / "site"
    export(folder, capsys)
    before = files(folder)
    Product.objects.filter(item_id="0").update(in_stock=False)
    export(folder, capsys)
    changed = {name for name, content in files(folder).items() if content != before.get(name)}
    assert "products/0.html" in changed
    assert not any(name.startswith(("media", "static")) for name in changed)


def test_what_left_the_shop_goes_and_what_is_not_ours_stays(live, tmp_path, capsys):
    folder = tmp_path / "site"
    export(folder, capsys)
    (folder / "robots.txt").write_text("mine")
    Product.objects.filter(item_id="3").update(hidden=True)
    assert re.search(r"[67] files removed", export(folder, capsys))
    assert not (folder / "products" / "3.html").exists()
    assert (folder / "robots.txt").read_text() == "mine"
    assert dead_links(folder) == []


def test_a_folder_with_other_things_is_refused(live, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(CommandError, match="holds other things"):
        call_command("export_site", str(tmp_path))
    with pytest.raises(CommandError, match="not a folder"):
        call_command("export_site", str(tmp_path / "thesis.txt"))
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_one_that_was_killed_goes_on_and_forgets_nothing(live, tmp_path, capsys):
    folder = tmp_path / "site"
    outcomes = site.Export(folder).run()
    for _ in range(4):
        next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]  # a generator
    Product.objects.filter(item_id="0").update(hidden=True)
    export(folder, capsys)
    assert not (folder / "products" / "0.html").exists()
    assert dead_links(folder) == []


def test_ids_that_are_no_file_names_are_pages_too(folder, live, fake_source, tmp_path, capsys):
    odd = 'a/b ?#"%ü'
    Product.objects.filter(item_id="5").update(item_id=odd)
    from catalog.pictures import WRITTEN, write

    for kind in WRITTEN:
        write(kind, odd, (folder / "hats" / "5.jpg").read_bytes())
    plan = building.plan(fake_source)
    list(building.embed(plan))
    building.finish(plan)
    export(tmp_path / "site", capsys)
    assert dead_links(tmp_path / "site") == []
    assert len(list((tmp_path / "site" / "products").glob("*.html"))) == 6


def test_one_bad_page_never_stops_the_run_nor_takes_its_old_page(
    live, tmp_path, monkeypatch, capsys
):
    folder = tmp_path / "site"
    export(folder, capsys)
    before = files(folder)
    real = asking.answer_to

    def answer_to(address):
        if address == "/products/2/":
            raise RuntimeError("the template coughs")
        return real(address)

    monkeypatch.setattr(site, "answer_to", answer_to)
    Product.objects.filter(item_id="3").update(hidden=True)
    with pytest.raises(CommandError, match="1 page could not be written"):
        call_command("export_site", str(folder))
    assert "RuntimeError: the template coughs" in capsys.readouterr().err
    after = files(folder)
    assert after["products/5.html"] != before["products/5.html"]
    assert after["products/2.html"] == before["products/2.html"]
    assert "products/3.html" in after, "what a page that failed may still show stays"
    monkeypatch.setattr(site, "answer_to", real)
    Product.objects.filter(item_id="3").update(hidden=True)
    export(folder, capsys)
    assert not (folder / "products" / "3.html").exists()


def test_without_an_index_it_says_what_to_run(catalogue, tmp_path):
    with pytest.raises(CommandError, match="build_index"):
        call_command("export_site", str(tmp_path / "site"))
    assert not Path(tmp_path / "site").exists()


def test_many_products_have_several_pages(
    folder, catalogue, fake_source, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(site, "PER_PAGE", 4)
    monkeypatch.setattr("web.pages.browse.PER_PAGE", 4)
    list(import_folder(folder))
    plan = building.plan(fake_source)
    list(building.embed(plan))
    building.finish(plan)
    export(tmp_path / "site", capsys)
    assert 'href="browse/2.html"' in (tmp_path / "site" / "index.html").read_text()
    assert 'href="../index.html"' in (tmp_path / "site" / "browse" / "2.html").read_text()
    assert dead_links(tmp_path / "site") == []


def test_what_asks_a_server_is_not_there(client, live, tmp_path, capsys):
    export(tmp_path / "site", capsys)
    page = (tmp_path / "site" / "products" / "0.html").read_text()
    for word in ("Why?", "More like this", "With distances", "Narrow down", "languages"):
        assert word not in page
    links = re.findall(r'<a [^>]*href="([^"]*)"', page)
    assert not [link for link in links if link.endswith("0.html")], "a switch that switches nothing"


def test_further_pictures_which_have_no_page_leave_no_list_behind(live, tmp_path, capsys, client):
    give("0", "red")
    assert 'class="further"' in client.get("/products/0/").content.decode()
    export(tmp_path / "out", capsys)
    assert "More pictures" not in (tmp_path / "out" / "products" / "0.html").read_text()

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Product
from recommender.live import current
from recommender.live.paths import index_path, refresh_lock
from runs.files import locked
from runs.models import Run
from tests.catalog.reading.pages import json_ld, product
from tests.conftest import picture_bytes
from tests.shops import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings, fake_source):
    settings.SCRAPE_PAUSE_SECONDS, settings.SCRAPE_ALLOW_LOOPBACK = 0, True
    with Shop() as shop:
        shop.answers = {f"/i/{n}.jpg": picture_bytes(n) for n in ("red", "blue", "green")}
        shop.answers["/tees"] = json_ld([product("red"), product("blue")])
        shop.answers["/caps"] = json_ld([product("green")])
        yield shop


def test_shops_are_scraped_and_the_index_is_live_in_one_go(shop, capsys):
    call_command("refresh", f"{shop.url}/tees", f"{shop.url}/caps")
    assert set(current.live_index().item_ids) == {"red", "blue", "green"}
    told = capsys.readouterr().out
    assert "2 products: 2 new." in told
    assert "Live: 3 products." in told
    run = Run.objects.get()
    assert (run.command, run.state) == ("refresh", "done")
    assert run.counts == {"new": 3, "new pictures": 3}


def test_a_second_refresh_finds_nothing_to_do(shop, capsys, fake_source):
    for _ in range(2):
        call_command("refresh", f"{shop.url}/tees")
    assert "Nothing has changed." in capsys.readouterr().out
    assert fake_source.embedded == 2


def test_a_shop_that_fails_does_not_keep_the_others_from_the_index(shop):
    with pytest.raises(CommandError, match=r"/none.*404") as failed:
        call_command("refresh", f"{shop.url}/none", f"{shop.url}/tees", "/no/such/path")
    assert failed.value.returncode == 1
    assert "/no/such/path is neither an address" in str(failed.value)
    assert set(current.live_index().item_ids) == {"red", "blue"}


def test_a_product_that_fails_is_told_by_the_exit_code(shop):
    shop.answers["/i/blue.jpg"] = b"no picture"
    with pytest.raises(CommandError, match="1 failed; the others are kept") as failed:
        call_command("refresh", f"{shop.url}/tees")
    assert failed.value.returncode == 1
    assert set(current.live_index().item_ids) == {"red"}


def test_two_never_run_at_once(shop):
    with locked(refresh_lock()), pytest.raises(CommandError, match="Another refresh") as refused:
        call_command("refresh", f"{shop.url}/tees")
    assert refused.value.returncode == 3
    assert not Product.objects.exists()
    assert shop.requests == []
    call_command("refresh", f"{shop.url}/tees")
    assert index_path("fake").exists()


def test_nothing_to_build_from_is_said(shop):
    with pytest.raises(
        CommandError, match=r"404.*\nThe catalogue is empty\. Run: manage\.py scrape"
    ):
        call_command("refresh", f"{shop.url}/none")

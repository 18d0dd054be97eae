"""The worker takes in what the shop says, and its looks are found at once."""

import logging
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from catalog import changes
from catalog.changes import Said
from catalog.models import Change, Product
from recommender.building import arriving
from recommender.building import build as building
from recommender.building.arriving import ArrivingProducts, work
from recommender.live.engine import engine
from recommender.live.paths import newcomers_path, worker_lock
from recommender.search.answering import answer
from recommender.search.query import Query
from runs.files import locked
from tests.arriving import fetcher
from tests.conftest import picture_bytes
from tests.shops import Shop

pytestmark = pytest.mark.django_db
RED = picture_bytes((250, 10, 10), (300, 300))
BLUE = picture_bytes((10, 10, 250), (300, 300))


@pytest.fixture
def shop():
    with Shop({"/red.jpg": RED, "/blue.jpg": BLUE}) as served:
        yield served


def take(shop, item_id, picture="/red.jpg", **more):
    record = {"title": item_id, "image_urls": [f"{shop.url}{picture}"]} | more
    return changes.take([Said("shop.example", item_id, record)])


def nearest(item_id):
    found = answer(Query(liked=(item_id,)))
    return [match.product.item_id for match in found.rankings[0].matches]


def test_a_product_is_found_as_soon_as_it_is_taken_in(live, shop, fake_source):
    take(shop, "red", price="19.90")
    assert ArrivingProducts(fetcher).one_round() == 1
    product = Product.shown.get(item_id="red")
    assert (product.shop, product.source, str(product.price)) == ("shop.example", "api", "19.90")
    assert len(nearest("red")) == 5
    assert any("red" in nearest(str(number)) for number in range(6))
    assert Change.objects.get().state == "done"


def test_what_was_done_is_not_done_again(live, shop, fake_source):
    worker = ArrivingProducts(fetcher)
    take(shop, "red")
    worker.one_round()
    before, state = fake_source.embedded, engine().signature("fake")
    take(shop, "red")
    assert worker.one_round() == 1
    assert fake_source.embedded == before
    assert engine().signature("fake") == state
    assert Product.objects.filter(item_id__startswith="red").count() == 1


def test_a_kill_between_any_two_steps_loses_nothing(live, shop, fake_source, monkeypatch):
    """The worker dies after the product was saved, and after its vector was put in."""
    for step in ("put_in", "end"):
        take(shop, step)
        with monkeypatch.context() as patch:
            place = arriving if step == "put_in" else changes
            patch.setattr(place, step, lambda *_given, **_named: (_ for _ in ()).throw(SystemExit))
            with pytest.raises(SystemExit):
                ArrivingProducts(fetcher).one_round()
        assert Change.objects.get(shop_item_id=step).state == "waiting"
        assert ArrivingProducts(fetcher).one_round() == 1
        assert Change.objects.get(shop_item_id=step).state == "done"
        assert Product.shown.filter(item_id=step).count() == 1
        assert engine().live().known_among([step]) == {step}


def test_another_picture_counts_and_the_old_one_does_not(live, shop, fake_source):
    worker = ArrivingProducts(fetcher)
    take(shop, "tee", "/red.jpg")
    worker.one_round()
    before = engine().live().vectors(["tee"])
    take(shop, "tee", "/blue.jpg")
    worker.one_round()
    after = engine().live().vectors(["tee"])
    assert (before != after).any()
    assert len(engine().live()) == 7


def test_a_further_picture_that_was_refused_is_asked_for_again_when_the_shop_says_so(
    live, shop, fake_source, settings
):
    settings.PICTURES_PER_PRODUCT = 4
    addresses, worker = [f"{shop.url}/red.jpg", f"{shop.url}/green.jpg"], ArrivingProducts(fetcher)
    take(shop, "tee", image_urls=addresses)
    worker.one_round()
    assert list(Product.objects.get(item_id="tee").refused_pictures) == addresses[1:]
    shop.answers["/green.jpg"] = picture_bytes("green")
    take(shop, "tee", image_urls=addresses)
    worker.one_round()
    tee = Product.objects.get(item_id="tee")
    assert (len(tee.more_pictures), tee.refused_pictures) == (1, {})


def test_a_picture_of_a_built_product_that_changes_is_compared_anew(live, shop, fake_source):
    product = Product.objects.get(item_id="0")
    record = {"title": "0", "image_urls": [f"{shop.url}/blue.jpg"]}
    changes.take([Said(product.shop, "0", record)])
    ArrivingProducts(fetcher).one_round()
    assert len(engine().live()) == 6
    assert product.source == Product.objects.get(item_id="0").source  # it is still the folder's
    assert len(nearest("0")) == 5


def test_what_cannot_be_fetched_fails_with_a_reason_and_leaves_nothing(live, shop, fake_source):
    take(shop, "gone", "/nothing.jpg")
    worker = ArrivingProducts(fetcher)
    worker.one_round()
    change = Change.objects.get()
    assert change.state == "failed"
    assert "HTTP status 404" in change.reason
    assert not Product.objects.filter(item_id="gone").exists()
    shop.answers["/nothing.jpg"] = RED
    Change.objects.update(due_at=timezone.now())
    worker.one_round()
    assert Change.objects.get().state == "done"


def test_a_redirect_to_a_private_address_is_refused(live, shop, fake_source):
    shop.answers["/away.jpg"] = (302, {"Location": "http://10.0.0.1/a.jpg"}, b"")
    take(shop, "a", "/away.jpg")
    ArrivingProducts(fetcher).one_round()
    assert "10.0.0.1 is a private address" in Change.objects.get().reason
    assert not Product.objects.filter(item_id="a").exists()


def test_a_picture_that_came_along_is_taken(live, fake_source):
    changes.take([Said("shop.example", "own", {"title": "Own"}, RED)])
    ArrivingProducts(fetcher).one_round()
    assert Product.shown.filter(item_id="own").exists()
    assert engine().live().known_among(["own"])
    assert Change.objects.get().picture is None


def test_a_slow_shop_does_not_keep_what_was_fetched_from_being_found(
    live, shop, fake_source, monkeypatch
):
    monkeypatch.setattr(arriving, "PATIENCE", 0.0)
    take(shop, "red")
    take(shop, "blue", "/blue.jpg")
    worker = ArrivingProducts(fetcher)
    worker.one_round()
    assert engine().live().known_among(["red", "blue"]) == {"red"}
    assert list(Change.objects.values_list("state", flat=True)) == ["done", "waiting"]
    worker.one_round()
    assert engine().live().known_among(["red", "blue"]) == {"red", "blue"}


def test_what_a_product_is_hidden_by_meanwhile_holds(live, shop, fake_source):
    take(shop, "tee", hidden=True)
    ArrivingProducts(fetcher).one_round()
    assert Product.objects.get(item_id="tee").hidden


def test_without_an_index_products_are_kept_for_the_build(shop, fake_source):
    take(shop, "red")
    ArrivingProducts(fetcher).one_round()
    change = Change.objects.get()
    assert change.state == "done"
    assert "build_index" in change.reason
    plan = building.plan(fake_source)
    list(building.embed(plan))
    building.finish(plan)
    assert engine().live().known_among(["red"])


def test_a_build_takes_the_newcomers_in(live, shop, fake_source):
    take(shop, "red")
    ArrivingProducts(fetcher).one_round()
    before = nearest("red")
    plan = building.plan(fake_source)
    list(building.embed(plan))
    building.finish(plan)
    assert "red" in engine().whole("fake")
    assert nearest("red") == before


def test_what_an_index_has_lost_is_put_in_again(live, shop, fake_source, settings):
    """As after a build that was planned before, on PostgreSQL."""
    if settings.INDEX_ENGINE != "file":
        pytest.skip("loses the file")
    take(shop, "red")
    worker = ArrivingProducts(fetcher)
    worker.one_round()
    newcomers_path("fake").unlink()
    assert not engine().live().known_among(["red"])
    worker._looked = -1e9
    worker.one_round()
    assert engine().live().known_among(["red"])


def test_a_busy_database_is_asked_again(live, shop, fake_source, monkeypatch, caplog):
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(arriving, "POLL", 0.0)
    worker, tries = ArrivingProducts(fetcher), iter([DatabaseError("database is locked")])
    sound = worker.one_round

    def at_first_locked():
        for error in tries:
            raise error
        return sound()

    monkeypatch.setattr(worker, "one_round", at_first_locked)
    take(shop, "red")
    with caplog.at_level(logging.WARNING):
        assert work(worker, rounds=2) == 1
    assert "database is locked" in caplog.text


def test_the_worker_warms_up_and_says_what_it_lacks(live, fake_source, monkeypatch):
    assert ArrivingProducts(fetcher).warm_up() == ""
    assert fake_source.embedded == 7
    monkeypatch.setattr(fake_source, "weights_sha256", "1" * 64)
    assert "other weights" in ArrivingProducts(fetcher).warm_up()


def test_the_command_takes_in_what_waits(live, shop, fake_source, settings):
    settings.SCRAPE_ALLOW_LOOPBACK = True
    take(shop, "red")
    call_command("work", "--until-empty")
    assert Product.shown.filter(item_id="red").exists()


def test_one_worker_is_enough(live):
    with (
        locked(worker_lock()),
        pytest.raises(CommandError, match="Another worker is running"),
    ):
        call_command("work", "--until-empty")


def test_a_worker_tells_that_it_is_there(live, fake_source):
    assert not changes.has_worker()
    ArrivingProducts(fetcher).one_round()
    assert changes.has_worker()
    from catalog.models import Worker

    Worker.objects.update(seen_at=timezone.now() - timedelta(minutes=1))
    assert not changes.has_worker()

"""How the site stands."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from catalog.models import Product
from recommender.live import report
from recommender.live.engine import engine
from tests.indexes import index_of
from tests.products import keep, leave

pytestmark = pytest.mark.django_db


def test_without_an_index_every_product_is_missing_and_it_says_why():
    keep(["b", "a"])
    state = report.index_state()
    assert (state.manifest, state.built, state.missing, state.leftover) == (
        None,
        None,
        ["a", "b"],
        0,
    )
    assert state.complaint


def test_what_the_index_lacks_and_what_it_has_too_much():
    keep(["a", "b", "new"])
    engine().publish(index_of({name: [1.0] * 48 for name in ("a", "b", "gone")}))
    leave("b")
    state = report.index_state()
    assert (state.missing, state.leftover, state.complaint) == (["new"], 2, "")
    assert state.built is not None
    assert state.built > timezone.now() - timedelta(minutes=1)


def test_files_are_told_with_their_size_and_what_lies_beside_them():
    assert report.index_files() == []
    keep(["a"])
    engine().publish(index_of({"a": [1.0] * 48}))
    engine().publish(index_of({"a": [2.0] * 48}))
    (only,) = report.index_files()
    assert (only.manifest.embedder, only.is_served, only.has_previous, only.has_map) == (
        "fake",
        True,
        True,
        False,
    )
    assert 0 < only.megabytes < 1
    assert only.since <= timezone.now()


def test_products_are_counted_by_kind_in_one_query(django_assert_num_queries):
    keep(["a", "b"])
    keep(["bare"], content_hash="")
    keep(["hidden"], hidden=True)
    keep(["sold"], in_stock=False)
    keep(["gone"], hidden=True, in_stock=False, content_hash="", gone_since=timezone.now())
    with django_assert_num_queries(1):
        counts = report.catalogue_counts()
    assert counts == {"all": 6, "gone": 1, "hidden": 1, "without_picture": 1, "sold_out": 1}


def test_each_shop_is_told_with_what_it_shows_and_when_it_was_seen():
    now = timezone.now()
    keep(["b1", "b2"], shop="b", last_seen=now)
    keep(["b3"], shop="b", last_seen=now - timedelta(days=3))
    keep(["a1"], shop="a", last_seen=now - timedelta(days=1))
    keep(["c1"], shop="c", hidden=True)
    assert report.shops() == [("a", 1, now - timedelta(days=1)), ("b", 3, now)]
    assert Product.objects.count() == 5


def test_a_folder_that_is_not_there_yet_has_the_room_of_that_above_it(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "not" / "yet" / "there"
    var, media = report.disks()
    assert (var.folder, media.folder) == (Path(settings.VAR_DIR), Path(settings.MEDIA_ROOT))
    assert var.free_gigabytes > 0

"""The beacon: what is counted, what is refused, and what becomes of one that cannot be written."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from catalog.models import Product
from recommender.models import ClickCount, Trial
from recommender.search import clicks
from web.api.models import ApiKey

pytestmark = pytest.mark.django_db
ADDRESS, SHOP = "/api/v1/clicks/", "https://shop.example"
OWN = {"Origin": "http://testserver"}


@pytest.fixture(autouse=True)
def counting(settings, monkeypatch):
    settings.COUNT_CLICKS = True
    settings.CORS_ALLOWED_ORIGINS = [SHOP]
    monkeypatch.setattr(clicks, "_here", clicks._Process())


def card(position, item_id="1", way=""):
    return {"position": position, "item_id": item_id, "way": way}


def beacon(**more):
    cards = [card(1, "1"), card(2, "2")]
    told = {"place": "page", "metric": "cosine", "embedder": "fake", "shown": cards}
    return told | more


def tell(client, told, headers=OWN, **more):
    body = told if isinstance(told, bytes) else json.dumps(told)
    return client.post(ADDRESS, body, content_type="text/plain", headers=headers, **more)


def sums(*names):
    return sorted(ClickCount.objects.values_list(*names))


def test_what_is_seen_and_clicked_is_added_up_by_position(client, live):
    assert tell(client, beacon()).status_code == 204
    assert tell(client, beacon(clicked=card(2, "2"))).status_code == 204
    assert tell(client, beacon(shown=[], clicked=card(7, "3"))).status_code == 204
    assert sums("position", "shown", "clicked") == [(1, 2, 0), (2, 2, 1), (7, 0, 1)]
    assert set(sums("place", "metric", "embedder", "trial", "way")) == {
        ("page", "cosine", "fake", 0, "")
    }


def test_a_beacon_is_one_statement(client, live, django_assert_num_queries):
    tell(client, beacon())
    with django_assert_num_queries(1):
        clicks.count(clicks.Seen(clicks.Place.PAGE, {"": ("cosine", "fake")}, {1: "", 2: ""}))


def test_nothing_of_who_tells_is_kept(client, live):
    tell(client, beacon(), REMOTE_ADDR="203.0.113.77")
    row = ClickCount.objects.values().first()
    assert row.keys() == {"id", *clicks.COLUMNS}
    assert "203.0.113" not in repr(row)
    response = tell(client, beacon())
    assert not response.cookies


@pytest.mark.parametrize(
    ("told", "status", "sentence"),
    [
        (beacon(shown=[card(1, "nobody")]), 404, "There is no product “nobody”."),
        (beacon(clicked=card(1, "nobody")), 404, "There is no product “nobody”."),
        (beacon(shown=[card(0)]), 400, "shown.0.position"),
        (beacon(shown=[card(51)]), 400, "shown.0.position"),
        (beacon(shown=[card(1), card(1, "2")]), 400, "A position stands there twice."),
        (beacon(metric="angle"), 400, "metric"),
        (beacon(place="attic"), 400, "place"),
        (beacon(embedder="eyes"), 400, "There is no index of 'eyes'."),
        (beacon(trial=3), 400, "The comparison 3 is not running."),
        (beacon(shown=[card(1, way="one")]), 400, "A way is of a comparison"),
        (beacon(shown=[card(1, way="third")]), 400, "shown.0.way"),
        (beacon(shown=[]), 400, "Say what was shown, or clicked."),
        (beacon(visitor="me"), 400, "visitor"),
        (beacon(shown=[card(1) for _ in range(51)]), 400, "shown"),
        (b"no json", 400, "The JSON cannot be read"),
        (b"[" * 20_000, 400, "The JSON cannot be read"),
        (b"", 400, "The JSON cannot be read"),
        (b" " * 33_000, 413, "A beacon has at most 32000 bytes."),
    ],
)
def test_what_no_answer_can_have_shown_is_refused_in_one_sentence(
    client, live, told, status, sentence
):
    response = tell(client, told)
    assert response.status_code == status, response.content
    assert sentence in response.json()["error"]
    assert not ClickCount.objects.exists()


def test_a_product_that_is_hidden_is_not_counted(client, live):
    Product.objects.filter(item_id="2").update(hidden=True)
    assert tell(client, beacon()).status_code == 404
    assert not ClickCount.objects.exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (OWN, 204),
        ({"Origin": "http://other.example", "Sec-Fetch-Site": "same-origin"}, 204),
        ({"Origin": SHOP}, 204),
        ({"Origin": "https://stranger.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_only_pages_that_may_ask_tell(client, live, headers, status):
    assert tell(client, beacon(), headers).status_code == status
    assert ClickCount.objects.exists() is (status == 204)


def test_a_page_with_a_key_tells_with_it_and_the_site_s_own_without(client, live, settings):
    settings.API_KEYS_REQUIRED = True
    key = ApiKey.make("shop", origins=["https://keyed.example"])
    headers = {"Origin": "https://keyed.example", "X-API-Key": key}
    assert tell(client, beacon(), headers).status_code == 204
    assert tell(client, beacon(), headers | {"Origin": "https://else.example"}).status_code == 403
    assert tell(client, beacon(), {"Origin": SHOP}).status_code == 401
    assert tell(client, beacon()).status_code == 204


def test_it_is_limited_as_the_api_is(client, live, settings):
    settings.API_RATE = 2
    told = [tell(client, beacon()).status_code for _ in range(3)]
    assert told == [204, 204, 429]
    assert sums("position", "shown") == [(1, 2), (2, 2)]


def test_where_nothing_is_counted_there_is_no_beacon_and_no_script(client, live, settings):
    assert client.get("/clicks.js").status_code == 200
    settings.COUNT_CLICKS = False
    response = tell(client, beacon())
    assert response.status_code == 404
    assert "COUNT_CLICKS is not set" in response.json()["error"]
    assert client.get("/clicks.js").status_code == 404
    assert not ClickCount.objects.exists()


def test_a_database_that_can_only_be_read_drops_a_beacon_and_counts_it(
    client, live, monkeypatch, caplog
):
    add = clicks._add

    def refuse(rows):
        raise OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(clicks, "_add", refuse)
    assert [tell(client, beacon()).status_code for _ in range(2)] == [204, 204]
    assert client.get("/products/0/").status_code == 200
    assert caplog.text.count("Clicks are not counted for now") == 1
    monkeypatch.setattr(clicks, "_add", add)
    tell(client, beacon())
    assert sums("place", "position", "shown") == [
        ("dropped", 0, 2), ("page", 1, 1), ("page", 2, 1),
    ]  # fmt: skip


def test_days_that_are_older_than_is_asked_for_go(client, live, settings):
    settings.CLICKS_DAYS = 2
    for days in (0, 1, 2, 30):
        tell(client, beacon(shown=[card(days + 1)]))
        ClickCount.objects.filter(position=days + 1).update(day=days_ago(days))
    clicks._here.tidied = None
    tell(client, beacon(shown=[card(50)]))
    assert sums("position") == [(1,), (2,), (50,)]
    settings.CLICKS_DAYS = 0
    ClickCount.objects.update(day=days_ago(4000))
    assert clicks.remove_old() == 0


def days_ago(days):
    return timezone.localdate() - timedelta(days=days)


def test_a_way_is_counted_by_what_it_measures_by(client, live):
    trial = Trial.objects.create(name="metrics", other="metric=manhattan")
    cards = [card(1, "1"), card(2, "2", "one"), card(3, "3", "other")]
    told = beacon(trial=trial.pk, shown=cards, clicked=cards[2])
    assert tell(client, told).status_code == 204
    assert sums("position", "way", "metric", "trial", "clicked") == [
        (1, "", "cosine", trial.pk, 0),
        (2, "one", "cosine", trial.pk, 0),
        (3, "other", "manhattan", trial.pk, 1),
    ]

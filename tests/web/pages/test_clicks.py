"""What pages say of answers that are counted, and that they say nothing where none are."""

import re

import pytest
from django.core.management import call_command
from django.utils import timezone

from recommender.models import ClickCount, Trial
from web.export.asking import answer_to

pytestmark = pytest.mark.django_db
PAGE = "/products/0/"


@pytest.fixture
def counting(settings):
    settings.COUNT_CLICKS = True


def html(client, address=PAGE):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def positions(page):
    return [int(found) for found in re.findall(r'data-position="(\d+)"', page)]


@pytest.mark.parametrize("address", [PAGE, "/browse/", "/picture/"])
def test_without_the_setting_a_page_has_no_script_and_tells_nothing(client, live, address):
    page = html(client, address)
    assert "clicks.js" not in page
    assert "data-counted" not in page
    assert "data-position" not in page


def test_a_page_says_where_each_card_stands(client, live, counting):
    page = html(client)
    assert 'src="/static/js/clicks.js"' in page
    lists = re.findall(
        r'data-counted="/api/v1/clicks/" data-place="(\w+)" data-metric="(\w+)" '
        r'data-embedder="fake" data-trial="0"',
        page,
    )
    assert sorted(lists) == [
        ("measured", "cosine"), ("measured", "euclidean"), ("measured", "manhattan"),
        ("page", "cosine"),
    ]  # fmt: skip
    assert positions(page) == [1, 2, 3, 4, 5] * 4


def test_a_second_page_goes_on_counting(client, live, counting, monkeypatch):
    monkeypatch.setattr("web.pages.rows.PER_PAGE", 3)
    assert positions(html(client, PAGE + "?page=2"))[-2:] == [4, 5]


def test_staff_are_not_counted(admin_client, live, counting):
    page = html(admin_client)
    assert "clicks.js" not in page
    assert "data-counted" not in page


def test_an_exported_page_is_not_counted_nor_shared_by_two_ways(live, counting):
    Trial.objects.create(name="metrics", other="metric=manhattan")
    page = answer_to(PAGE).content.decode()
    assert "clicks.js" not in page
    assert "data-position" not in page


def test_pages_and_answers_of_the_api_are_as_ever_without_the_setting(client, live):
    plain = client.get("/api/v1/products/0/similar/").json()
    told = client.get("/api/v1/products/0/similar/?counted=on").json()
    assert told == plain
    assert "clicks" not in plain
    assert "way" not in plain["neighbours"][0]


def test_the_api_says_what_to_tell_to_those_who_will(client, live, counting):
    assert "clicks" not in client.get("/api/v1/products/0/similar/").json()
    told = client.get("/api/v1/products/0/similar/?counted=on").json()
    assert told["clicks"] == {"address": "/api/v1/clicks/", "trial": 0}
    assert {neighbour["way"] for neighbour in told["neighbours"]} == {""}


# The page for staff, and the admin --------------------------------------------------------------


def status(client):
    return " ".join(html(client, "/status/").split())


def test_status_says_nothing_of_clicks_where_none_are_counted(admin_client, live):
    assert "What people click" not in status(admin_client)


def test_status_tells_rates_intervals_and_how_to_compare(admin_client, live, counting):
    assert "Nothing has been seen or clicked yet." in status(admin_client)
    today = timezone.localdate()
    about = {"place": "widget", "metric": "cosine", "embedder": "fake", "day": today}
    ClickCount.objects.create(position=3, shown=400, clicked=20, **about)
    page = status(admin_client)
    assert "Pages of the shop (widget) <small>cosine, fake</small>" in page
    assert "<td>3</td><td>400</td><td>20</td><td>5.0 %</td><td>3.3 % – 7.6 %</td>" in page
    assert 'href="/admin/lookalike_recommender/trial/add/"' in page
    table = admin_client.get("/status/clicks.csv").content.decode()
    assert f"{today},widget,0,,cosine,fake,3,400,20" in table


def test_the_csv_is_for_staff(client, live, counting):
    assert client.get("/status/clicks.csv").status_code == 302


def make(client, **given):
    asked = {"name": "colour", "one": "", "other": "colour=0.4", "running": "on"} | given
    return client.post("/admin/lookalike_recommender/trial/add/", asked)


def test_staff_set_two_ways_against_each_other_in_the_admin(admin_client, live, counting):
    assert make(admin_client).status_code == 302
    assert Trial.objects.get().running
    page = status(admin_client)
    assert "colour <small>is being compared</small>" in page
    assert "Neither is preferred yet: about 783 more clicks will tell." in page
    response = make(admin_client, name="another")
    assert "Another one is running: end that one first." in response.content.decode()


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ("", "Both ways ask the same"),
        ("eyes=2", "A way has no eyes"),
        ("colour=7", "colour must be a number between 0 and 1."),
        ("embedder=eyes", "There is no index of eyes"),
    ],
)
def test_two_ways_that_cannot_be_compared_are_refused(
    admin_client, live, counting, other, sentence
):
    assert sentence in make(admin_client, other=other).content.decode()
    assert not Trial.objects.exists()


def test_nothing_is_compared_where_no_clicks_are_counted(admin_client, live):
    assert "set COUNT_CLICKS=True first" in make(admin_client).content.decode()


def test_the_ways_of_a_comparison_stay_as_they_were(admin_client, live):
    trial = Trial.objects.create(name="colour", other="colour=0.4")
    address = f"/admin/lookalike_recommender/trial/{trial.pk}/change/"
    assert 'name="other"' not in admin_client.get(address).content.decode()
    assert admin_client.post(address, {"name": "colour"}).status_code == 302
    trial.refresh_from_db()
    assert (trial.other, trial.running) == ("colour=0.4", False)


def test_the_command_tells_the_same_and_writes_a_table(live, settings, tmp_path, capsys):
    call_command("clicks")
    assert "COUNT_CLICKS=True" in capsys.readouterr().out
    today, old = timezone.localdate(), "2020-01-01"
    about = {"place": "page", "metric": "cosine", "embedder": "fake", "shown": 40}
    trial = Trial.objects.create(name="colour", other="colour=0.4")
    ClickCount.objects.create(day=today, position=1, clicked=4, **about)
    ClickCount.objects.create(
        day=today, position=1, trial=trial.pk, way="other", clicked=30, **about
    )
    ClickCount.objects.create(day=old, position=1, clicked=4, **about)
    call_command("clicks")
    told = capsys.readouterr().out
    assert "page  cosine  fake" in told
    assert "34 of       80" in told
    assert "colour: 0 clicks for one (as it is), 30 for the other (colour=0.4): 100%" in told
    assert not ClickCount.objects.filter(day=old).exists()
    call_command("clicks", csv=tmp_path / "clicks.csv")
    assert len((tmp_path / "clicks.csv").read_text().splitlines()) == 3

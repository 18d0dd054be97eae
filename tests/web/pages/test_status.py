"""The page of whoever runs the site."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import changes
from catalog.models import Change, Product
from recommender.live.paths import index_path
from runs.models import Run
from tests.indexes import take_away

pytestmark = pytest.mark.django_db


def page(client):
    response = client.get("/status/")
    assert response.status_code == 200
    return response.content.decode()


def test_visitors_are_asked_to_sign_in(client, live):
    response = client.get("/status/")
    assert response.status_code == 302
    assert "/admin/login/?next=/status/" in response["Location"]


def test_a_signed_in_customer_is_no_staff(client, live, django_user_model):
    client.force_login(django_user_model.objects.create_user("customer"))
    assert client.get("/status/").status_code == 302


def test_without_an_admin_there_is_no_such_page(admin_client, live, settings, monkeypatch):
    from django.urls import NoReverseMatch

    def none(name, *args, **kwargs):
        raise NoReverseMatch(name)

    monkeypatch.setattr("web.staff.reverse", none)
    assert admin_client.get("/status/").status_code == 404


def test_it_tells_what_is_live_and_what_is_there(admin_client, live):
    Product.objects.filter(item_id="5").update(gone_since=timezone.now())
    html = page(admin_client)
    assert "All is well" in html
    assert "fake – a fake for tests" in html
    assert "1 product in the index is hidden or gone" in html
    assert "<dt>Gone</dt><dd>1</dd>" in html


def test_it_tells_what_the_index_lacks_and_what_to_do(admin_client, live):
    Product.objects.filter(item_id="5").update(item_id="new")
    html = page(admin_client)
    assert "1 product is not in the index yet." in html
    assert "manage.py build_index" in html


def test_it_tells_what_ran_and_what_failed(admin_client, live):
    run = Run.begin("scrape", "https://shop.example/")
    run.add({"new": 5, "failed": 2}, [f"{number}: no picture" for number in range(40)])
    run.end(Run.State.FAILED)
    html = page(admin_client)
    assert "scrape https://shop.example/" in html
    assert "5 new, 2 failed" in html
    assert "11: no picture\n… 28 more lines" in html


def test_it_tells_a_run_with_exceptions_from_one_that_failed(admin_client, live):
    run = Run.begin("import_folder", "/pictures --shop corner")
    run.add({"new": 298, "failed": 3}, ["failed   7  no picture"])
    run.end(Run.State.EXCEPTIONS)
    Run.begin("scrape", "https://shop.example/").end(Run.State.FAILED, "The shop is away.")
    html = page(admin_client)
    assert "done with exceptions: 3 of 301 failed" in html
    assert ">failed</td>" in html
    listed = admin_client.get("/admin/lookalike_runs/run/").content.decode()
    assert "done with exceptions: 3 of 301 failed" in listed


@pytest.mark.parametrize(
    "state",
    ["no index", pytest.param("a broken index", marks=pytest.mark.of_files), "an empty catalogue"],
)
def test_it_is_there_when_something_is_wrong(admin_client, live, state):
    if state == "no index":
        take_away()
    elif state == "a broken index":
        take_away()
        index_path("fake").write_bytes(b"no index")
    else:
        Product.objects.all().delete()
        take_away()
    html = page(admin_client)
    assert "All is well" not in html
    assert "no index that can be served" in html


def test_the_admin_leads_there(admin_client, live):
    assert 'href="/status/"' in admin_client.get("/admin/").content.decode()


def test_it_costs_few_queries(admin_client, live, django_assert_max_num_queries):
    for number in range(30):
        Run.begin("scrape", str(number)).end(Run.State.DONE)
    with django_assert_max_num_queries(12):
        page(admin_client)


def test_it_tells_what_waits_for_the_worker(admin_client, live):
    changes.take([changes.Said("s", "a", {"title": "a"})])
    Change.objects.update(said_at=timezone.now() - timedelta(seconds=90))
    told = " ".join(page(admin_client).split())
    assert re.search(r"Waiting to be taken in</dt><dd>1, the oldest for 9[0-9] seconds; ", told)
    assert "no worker is running" in told
    assert "manage.py work" in told
    changes.beat()
    assert "no worker is running" not in page(admin_client)


def test_what_staff_see_first_stands_on_no_other_page(admin_client, client, live):
    """Parts of a page are drawn once for all: none may depend on what its page is told."""
    for address in ("/status/", "/duplicates/", "/categories/", "/judge/", "/"):
        assert admin_client.get(address).status_code == 200
    page = client.get("/").content.decode()
    assert re.search(r'<input type="search" name="q" value="" ', page)

"""The page of whoever runs the site."""

import pytest
from django.utils import timezone

from catalog.models import Product
from recommender.live.paths import index_path
from runs.models import Run

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

    monkeypatch.setattr("web.pages.staff.reverse", none)
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
    listed = admin_client.get("/admin/runs/run/").content.decode()
    assert "done with exceptions: 3 of 301 failed" in listed


@pytest.mark.parametrize("state", ["no index", "a broken index", "an empty catalogue"])
def test_it_is_there_when_something_is_wrong(admin_client, live, state, monkeypatch):
    from recommender.live import current

    monkeypatch.setattr(current, "_live", {})
    if state == "no index":
        index_path("fake").unlink()
    elif state == "a broken index":
        index_path("fake").write_bytes(b"no index")
    else:
        Product.objects.all().delete()
        index_path("fake").unlink()
    html = page(admin_client)
    assert "All is well" not in html
    assert "no index that can be served" in html


def test_the_admin_leads_there(admin_client, live):
    assert 'href="/status/"' in admin_client.get("/admin/").content.decode()


def test_it_costs_few_queries(admin_client, live, django_assert_max_num_queries):
    for number in range(30):
        Run.begin("scrape", str(number)).end(Run.State.DONE)
    with django_assert_max_num_queries(10):
        page(admin_client)

"""The page where staff look through what looks the same, and say what is not."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from lxml import html

from catalog.models import Product
from catalog.registry import import_folder
from recommender.building import build as building
from recommender.live import current
from recommender.live.paths import index_path
from recommender.models import NotTheSame
from recommender.search.not_the_same import say
from web.pages import duplicates as page_module

pytestmark = pytest.mark.django_db
PAGE = "/duplicates/"


@pytest.fixture
def doubled(folder, catalogue, fake_source):
    """The six products, of which 1 has two copies, and 0 has one."""
    for name, copies in (("hats/1", ("again", "once-more")), ("shirts/0", ("again",))):
        for copy in copies:
            (folder / f"{name}-{copy}.jpg").write_bytes((folder / f"{name}.jpg").read_bytes())
    list(import_folder(folder))
    plan = building.plan(fake_source)
    list(building.embed(plan))
    building.finish(plan)


def groups(client, address=PAGE):
    """The item_ids of each group that is shown."""
    page = html.fromstring(client.get(address).content)
    return [
        [link.rstrip("/").rsplit("/", 1)[-1] for link in group.xpath(".//a[@class='tile']/@href")]
        for group in page.xpath("//section[contains(@class, 'alike')]")
    ]


def buttons(client, address=PAGE):
    page = html.fromstring(client.get(address).content)
    return [(b.get("name"), b.get("value")) for b in page.xpath("//main//button")]


def test_visitors_are_asked_to_sign_in_and_cannot_say_anything(client, doubled):
    assert "/admin/login/" in client.get(PAGE)["Location"]
    assert client.post(PAGE, {"item_id": "0"}).status_code == 302
    assert not NotTheSame.objects.exists()


def test_groups_stand_with_their_pictures_the_largest_first(admin_client, doubled):
    assert groups(admin_client) == [["1", "1-again", "1-once-more"], ["0", "0-again"]]
    page = html.fromstring(admin_client.get(PAGE).content)
    assert len(page.xpath("//section//img")) == 5
    assert page.xpath("//nav[@class='tabs']/a[@aria-current]")[0].text == "The same picture"
    assert admin_client.get(f"{PAGE}?within=similar").status_code == 200


def test_what_is_not_the_same_is_said_with_one_button_and_kept(admin_client, admin_user, doubled):
    assert buttons(admin_client)[-1] == ("item_id", "0")
    response = admin_client.post(PAGE, {"item_id": "0"}, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    assert "“0” is marked as different from 1 other product." in response.content.decode()
    assert groups(admin_client) == [["1", "1-again", "1-once-more"]]
    word = NotTheSame.objects.get()
    assert (word.pair, word.said_by) == (("0", "0-again"), admin_user.username)


def test_of_a_larger_group_one_is_said_to_be_none_of_the_others(admin_client, doubled):
    assert buttons(admin_client)[:3] == [
        ("item_id", item_id) for item_id in ("1", "1-again", "1-once-more")
    ]
    admin_client.post(PAGE, {"item_id": "1"})
    assert groups(admin_client) == [["0", "0-again"], ["1-again", "1-once-more"]]


def test_what_was_said_is_listed_and_taken_back_as_it_was_said(admin_client, doubled):
    admin_client.post(PAGE, {"item_id": "1"})
    apart = f"{PAGE}?within=apart"
    assert groups(admin_client, apart) == [["1", "1-again", "1-once-more"]]
    assert "1 is different from 2 others" in admin_client.get(apart).content.decode()
    ((name, key),) = buttons(admin_client, apart)
    response = admin_client.post(apart, {name: key}, follow=True)
    assert "Undone." in response.content.decode()
    assert not NotTheSame.objects.exists()
    assert groups(admin_client)[0] == ["1", "1-again", "1-once-more"]
    admin_client.post(apart, {name: key})  # once more, from an old page: nothing is left to undo


def test_what_was_said_outlives_builds_and_products(admin_client, doubled, fake_source):
    say("0", ["0-again"])
    plan = building.plan(fake_source, full=True)
    list(building.embed(plan))
    building.finish(plan)
    assert groups(admin_client) == [["1", "1-again", "1-once-more"]]
    Product.objects.filter(item_id="0-again").delete()
    shown = admin_client.get(f"{PAGE}?within=apart").content.decode()
    assert "0-again" in shown
    assert "no longer in the catalogue" in shown


def test_an_old_page_is_told_to_be_looked_at_anew(admin_client, doubled):
    response = admin_client.post(PAGE, {"item_id": "5"})
    assert response.status_code == 400
    assert "no longer has duplicates" in response.content.decode()


def test_a_form_without_its_token_changes_nothing(admin_user, doubled):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    assert strict.post(PAGE, {"item_id": "0"}).status_code == 403
    assert not NotTheSame.objects.exists()


def test_staff_who_may_not_see_no_buttons_and_are_refused(client, doubled, django_user_model):
    clerk = django_user_model.objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    assert buttons(client) == []
    assert client.post(PAGE, {"item_id": "0"}).status_code == 403
    assert client.post(PAGE, {"undo": "1"}).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="add_notthesame"))
    assert client.post(PAGE, {"item_id": "0"}).status_code == 302


def test_groups_come_in_pages_and_the_last_one_told_apart_leads_back(
    admin_client, doubled, monkeypatch
):
    monkeypatch.setattr(page_module, "GROUPS", 1)
    assert groups(admin_client, f"{PAGE}?page=2") == [["0", "0-again"]]
    assert admin_client.get(f"{PAGE}?page=9").status_code == 404
    response = admin_client.post(f"{PAGE}?page=2", {"item_id": "0"}, follow=True)
    assert response.redirect_chain[-1] == (f"{PAGE}?page=1", 302)
    assert admin_client.get(f"{PAGE}?within=all").status_code == 400


def test_a_large_group_is_shown_in_part(admin_client, doubled, monkeypatch):
    monkeypatch.setattr(page_module, "MAX_SHOWN", 2)
    assert groups(admin_client)[0] == ["1", "1-again"]
    assert "The first 2 are shown" in admin_client.get(PAGE).content.decode()


def test_without_duplicates_and_without_an_index_it_says_so(admin_client, live, monkeypatch):
    assert "No two products look the same." in admin_client.get(PAGE).content.decode()
    assert (
        "No products have been marked as different."
        in admin_client.get(f"{PAGE}?within=apart").content.decode()
    )
    index_path("fake").unlink()
    monkeypatch.setattr(current, "_live", {})
    assert admin_client.get(PAGE).status_code == 503


def test_status_and_admin_lead_there(admin_client, live):
    assert f'href="{PAGE}"' in admin_client.get("/status/").content.decode()
    assert f'href="{PAGE}"' in admin_client.get("/admin/").content.decode()


def test_it_costs_few_queries(admin_client, doubled, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        admin_client.get(PAGE)
    for item_id in ("0", "1"):
        admin_client.post(PAGE, {"item_id": item_id})
    with django_assert_max_num_queries(8):
        admin_client.get(f"{PAGE}?within=apart")

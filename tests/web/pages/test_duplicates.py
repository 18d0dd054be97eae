"""The page where staff look through what looks the same, and say what is, and what is not."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from lxml import html

from catalog.models import Product
from catalog.pictures import read_further
from catalog.registry import import_folder
from recommender.building import build as building
from recommender.models import NotTheSame, TheSame
from recommender.search.not_the_same import say
from tests.indexes import take_away
from tests.products import show
from tests.recommender.building.test_further import give
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


def test_the_picture_that_is_shared_is_shown_and_named(admin_client, fake_source, catalogue):
    """3's second picture is 5's first."""
    (shared,) = give("3", "gold")
    show(read_further("3", shared), "5")
    Product.objects.filter(item_id="5").update(content_hash=shared)
    plan = building.plan(fake_source)
    list(building.embed(plan))
    building.finish(plan)
    page = html.fromstring(admin_client.get(PAGE).content)
    assert groups(admin_client) == [["3", "5"]]
    cards = page.xpath("//section//li")
    assert ["Picture 2" in card.text_content() for card in cards] == [True, False]
    assert shared[:12] in cards[0].xpath(".//img/@src")[0]


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


def test_what_is_not_looked_through_is_refused_in_the_readers_language(admin_client, live):
    refused = admin_client.get(f"{PAGE}?within=all", HTTP_ACCEPT_LANGUAGE="de")
    assert refused.status_code == 400
    told = "within muss eines davon sein: same, similar, apart, one."
    assert told in refused.content.decode()


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
    take_away()
    assert admin_client.get(PAGE).status_code == 503


def test_status_and_admin_lead_there(admin_client, live):
    assert f'href="{PAGE}"' in admin_client.get("/status/").content.decode()
    assert f'href="{PAGE}"' in admin_client.get("/admin/").content.decode()


@pytest.mark.of_files  # in a database, the index is asked by queries, too
def test_it_costs_few_queries(admin_client, doubled, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        admin_client.get(PAGE)
    for item_id in ("0", "1"):
        admin_client.post(PAGE, {"item_id": item_id})
    with django_assert_max_num_queries(8):
        admin_client.get(f"{PAGE}?within=apart")


ONE = f"{PAGE}?within=one"


def test_products_whose_pictures_differ_are_said_to_be_one_and_that_is_taken_back(
    admin_client, admin_user, doubled
):
    given = {"item_ids": " 2 \r\n4\r\n\r\n2\r\n"}
    response = admin_client.post(ONE, given, follow=True)
    assert "2 products are marked as the same." in response.content.decode()
    assert (TheSame.objects.get().pair, TheSame.objects.get().said_by) == (
        ("2", "4"),
        admin_user.username,
    )
    assert groups(admin_client, ONE) == [["2", "4"]]
    assert "2 is the same as 4" in admin_client.get(ONE).content.decode()
    assert ["2", "4"] in groups(admin_client)
    name, key = next(button for button in buttons(admin_client, ONE) if button[0] == "undo")
    admin_client.post(ONE, {name: key})
    assert not TheSame.objects.exists()
    assert ["2", "4"] not in groups(admin_client)


def test_a_group_of_what_is_nearly_the_same_is_one_by_a_button(admin_client, doubled):
    similar = f"{PAGE}?within=similar"
    assert ("one", "1") in buttons(admin_client, similar)
    assert "one" not in dict(buttons(admin_client))  # the same picture is one anyway
    admin_client.post(similar, {"one": "1"})
    assert TheSame.objects.count() == len(groups(admin_client, similar)[0]) - 1
    assert admin_client.post(similar, {"one": "nobody"}).status_code == 400


@pytest.mark.parametrize(
    ("given", "status", "sentence"),
    [
        ("2", 400, "Name 2 to 100 products, one item_id a line."),
        ("2\n2\n", 400, "Name 2 to 100 products, one item_id a line."),
        ("", 400, "Name 2 to 100 products, one item_id a line."),
        ("\n".join(map(str, range(101))), 400, "Name 2 to 100 products"),
        ("2\nnobody", 404, "nobody"),
    ],
)
def test_what_cannot_be_one_is_refused(admin_client, doubled, given, status, sentence):
    response = admin_client.post(ONE, {"item_ids": given})
    assert response.status_code == status
    assert sentence in response.content.decode()
    assert not TheSame.objects.exists()


def test_each_word_needs_its_own_permission(client, doubled, django_user_model):
    clerk = django_user_model.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="add_notthesame"))
    client.force_login(clerk)
    assert client.post(ONE, {"item_ids": "2\n4"}).status_code == 403
    assert buttons(client, ONE) == []
    clerk.user_permissions.add(Permission.objects.get(codename="add_thesame"))
    assert client.post(ONE, {"item_ids": "2\n4"}).status_code == 302
    assert client.post(ONE, {"undo": str(TheSame.objects.get().pk)}).status_code == 403

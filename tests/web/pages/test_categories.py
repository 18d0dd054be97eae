"""The page where staff decide what is filed wrongly."""

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client
from lxml import html

from catalog.models import Filing, Product
from recommender.live.engine import engine
from recommender.search.filing_doubts import look_through
from tests.indexes import grid_index
from tests.products import keep
from web.pages import categories as page_module

pytestmark = pytest.mark.django_db(databases="__all__")
PAGE = "/categories/"
HATS = {f"h{number}": 1 + number / 10 for number in range(8)}
SHOES = {f"s{number}": 40 + number / 10 for number in range(8)}


@pytest.fixture
def doubts():
    """h3 is filed under shoes, s1 nowhere."""
    keep(HATS, category="Hats")
    keep(SHOES, category="Shoes")
    Product.objects.filter(item_id="h3").update(category="Shoes")
    Product.objects.filter(item_id="s1").update(category="")
    engine().publish(grid_index(HATS | SHOES))
    look_through(engine().live("fake"))


def page(client, address=PAGE):
    return html.fromstring(client.get(address).content)


def headings(client, address=PAGE):
    return [" ".join(h.text_content().split()) for h in page(client, address).xpath("//h2")]


def buttons(client, address=PAGE):
    return [(b.get("name"), b.get("value")) for b in page(client, address).xpath("//main//button")]


def category(item_id="h3"):
    return Product.objects.get(item_id=item_id).category


def test_visitors_are_asked_to_sign_in_and_cannot_say_anything(client, doubts):
    assert "/admin/login/" in client.get(PAGE)["Location"]
    assert client.post(PAGE, {"item_id": "h3", "category": "Hats"}).status_code == 302
    assert not Filing.objects.exists()


def test_each_stands_with_its_picture_and_those_that_vote(admin_client, doubts):
    assert headings(admin_client) == ["Shoes → Hats"]
    links = page(admin_client).xpath("//section//a[@class='tile']/@href")
    assert links[0] == "/products/h3/"
    assert len(links) == 6
    assert all(link.startswith("/products/h") for link in links)
    assert headings(admin_client, f"{PAGE}?which=none") == ["Shoes"]


def test_one_button_files_it_and_the_undo_puts_it_back(admin_client, admin_user, doubts):
    assert buttons(admin_client) == [("category", "Hats"), ("category", "Shoes")]
    given = {"item_id": "h3", "category": "Hats"}
    response = admin_client.post(PAGE, given, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    assert "“h3” is filed under “Hats”, whatever the shop says." in response.content.decode()
    assert (category(), Filing.objects.get().filed_by) == ("Hats", admin_user.username)
    assert headings(admin_client) == []
    decided = f"{PAGE}?which=decided"
    assert headings(admin_client, decided) == ["h3: Hats"]
    assert "The shop says Shoes." in admin_client.get(decided).content.decode()
    ((name, key),) = buttons(admin_client, decided)
    admin_client.post(decided, {name: key})
    assert (category(), headings(admin_client)) == ("Shoes", ["Shoes → Hats"])
    admin_client.post(decided, {name: key})  # from an old page: nothing is left to undo


def test_that_it_is_right_takes_it_off_the_list(admin_client, doubts):
    admin_client.post(PAGE, {"item_id": "h3", "category": "Shoes"})
    assert (category(), headings(admin_client)) == ("Shoes", [])
    assert "The shop says the same." in admin_client.get(f"{PAGE}?which=decided").content.decode()


def test_what_is_filed_nowhere_gets_its_category(admin_client, doubts):
    none = f"{PAGE}?which=none"
    assert buttons(admin_client, none) == [("category", "Shoes")]
    admin_client.post(none, {"item_id": "s1", "category": "Shoes"})
    assert category("s1") == "Shoes"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"item_id": "h3", "category": "Nothing"}, "There is no category"),
        ({"item_id": "h3"}, "There is no category"),
        ({"item_id": "nobody", "category": "Hats"}, "no longer in the catalogue"),
    ],
)
def test_what_cannot_be_meant_is_refused(admin_client, doubts, given, sentence):
    response = admin_client.post(PAGE, given)
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert not Filing.objects.exists()


def test_a_form_without_its_token_changes_nothing(admin_user, doubts):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    assert strict.post(PAGE, {"item_id": "h3", "category": "Hats"}).status_code == 403
    assert not Filing.objects.exists()


def test_staff_who_may_not_see_no_buttons_and_are_refused(client, doubts, django_user_model):
    clerk = django_user_model.objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    assert buttons(client) == []
    assert client.post(PAGE, {"item_id": "h3", "category": "Hats"}).status_code == 403
    assert client.post(PAGE, {"undo": "h3"}).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="add_filing"))
    assert client.post(PAGE, {"item_id": "h3", "category": "Hats"}).status_code == 302


def test_they_come_in_pages_and_the_last_one_decided_leads_back(admin_client, doubts, monkeypatch):
    monkeypatch.setattr(page_module, "PRODUCTS", 1)
    Product.objects.filter(item_id="s5").update(category="Hats")
    look_through(engine().live("fake"))
    (second,) = page(admin_client, f"{PAGE}?page=2").xpath("//input[@name='item_id']/@value")
    assert admin_client.get(f"{PAGE}?page=9").status_code == 404
    given = {"item_id": second, "category": "Hats"}
    response = admin_client.post(f"{PAGE}?page=2", given, follow=True)
    assert response.redirect_chain[-1] == (f"{PAGE}?page=1", 302)


def test_what_is_not_looked_through_is_refused_in_the_readers_language(admin_client, live):
    refused = admin_client.get(f"{PAGE}?which=all", HTTP_ACCEPT_LANGUAGE="de")
    assert refused.status_code == 400
    assert "which muss eines davon sein: wrong, none, decided." in refused.content.decode()


def test_before_anything_was_looked_through_the_command_is_named(admin_client, live):
    for address in (PAGE, f"{PAGE}?which=none"):
        shown = admin_client.get(address).content.decode()
        assert "The products have not been looked through yet." in shown
        assert "No product" not in shown
        assert "python manage.py categories" in shown
    assert "Nothing has been decided." in admin_client.get(f"{PAGE}?which=decided").content.decode()


def test_afterwards_it_says_that_there_are_none(admin_client, live):
    Product.objects.all().update(category="Hats")
    call_command("categories")
    assert "No product seems to be filed wrongly." in admin_client.get(PAGE).content.decode()
    none = admin_client.get(f"{PAGE}?which=none").content.decode()
    assert "No product is without a category." in none


def test_status_and_admin_lead_there(admin_client, live):
    assert f'href="{PAGE}"' in admin_client.get("/status/").content.decode()
    assert f'href="{PAGE}"' in admin_client.get("/admin/").content.decode()


def test_it_costs_few_queries(admin_client, doubts, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        admin_client.get(PAGE)

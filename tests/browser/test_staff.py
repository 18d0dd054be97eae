"""What staff do in the browser: rules from a product's page; duplicates and categories without
JavaScript."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from catalog.filings import file_under
from catalog.models import Filing
from catalog.registry import import_folder
from recommender.building import build as building
from recommender.live.engine import engine
from recommender.models import NotTheSame, Rule, TheSame
from recommender.search.answering import answer
from recommender.search.filing_doubts import doubts, look_through
from recommender.search.query import Query

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sign_in(db):
    get_user_model().objects.create_superuser("owner", "", "a-long-password")

    def sign_in(page):
        page.fill("#id_username", "owner")
        page.fill("#id_password", "a-long-password")
        page.click("[type=submit]")

    return sign_in


@pytest.mark.parametrize("width", [1280, 390])
def test_a_product_is_pinned_from_the_page_of_another_by_its_picture(
    open_page, live, sign_in, live_server, width
):
    page = open_page("/admin/login/?next=/products/0/", width=width)
    sign_in(page)
    page.get_by_role("link", name="Pin a product here…").click()
    page.locator(".field-product .select2-selection").click()
    page.locator(".select2-search__field").fill("5")
    found = page.locator(".select2-results .picked")
    expect(found).to_have_text(["5"])
    assert found.locator("img").evaluate("img => img.decode().then(() => img.naturalWidth)") == 250
    found.click()
    expect(page.locator(".field-product .picked img")).to_be_visible()
    page.click("[name=_save]")
    page.wait_for_url(f"{live_server.url}/products/0/")
    expect(page.locator(".looks li").first).to_contain_text("Chosen by the shop")
    assert Rule.objects.get().product.item_id == "5"


@pytest.mark.parametrize("width", [1280, 390])
def test_duplicates_are_told_apart_by_keyboard_without_javascript(
    open_page, folder, catalogue, fake_source, sign_in, width
):
    (folder / "hats" / "1-again.jpg").write_bytes((folder / "hats" / "1.jpg").read_bytes())
    list(import_folder(folder))
    plan = building.plan(fake_source)
    list(building.embed(plan))
    building.finish(plan)
    page = open_page("/admin/login/?next=/duplicates/", width=width, javascript=False)
    sign_in(page)
    expect(page.locator(".alike img")).to_have_count(2)
    assert page.locator("html").bounding_box()["width"] <= width
    page.get_by_role("button", name="Not the same").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(
        "is marked as different from 1 other product"
    )
    assert NotTheSame.objects.get().said_by == "owner"
    found = answer(Query(liked=("0",), k=7)).looks.matches
    assert {"1", "1-again"} <= {match.product.item_id for match in found}
    page.get_by_role("navigation", name="Duplicates").get_by_role(
        "link", name="Marked as different"
    ).click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Undone.")
    assert not NotTheSame.objects.exists()


@pytest.mark.parametrize("width", [1280, 390])
def test_what_is_filed_wrongly_is_decided_by_keyboard_without_javascript(
    open_page, photos, sign_in, width
):
    look_through(engine().live("fake"))
    first, number = doubts()[0], doubts().count()
    page = open_page("/admin/login/?next=/categories/", width=width, javascript=False)
    sign_in(page)
    expect(page.locator(".alike")).to_have_count(min(number, 20))
    assert page.locator("html").bounding_box()["width"] <= width
    page.get_by_role("button", name=f"{first.category} is right").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(f"is filed under “{first.category}”")
    assert Filing.objects.get().item_id == first.item_id
    expect(page.locator(".alike")).to_have_count(min(number - 1, 20))
    page.get_by_role("navigation", name="Categories").get_by_role("link", name="Decided").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Undone.")
    assert not Filing.objects.exists()


@pytest.mark.parametrize("which", ["wrong", "decided"])
def test_nothing_on_the_page_of_categories_hinders_anyone(open_page, photos, sign_in, which):
    look_through(engine().live("fake"))
    file_under(doubts()[0].item_id, doubts()[0].suggested)
    page = open_page(f"/admin/login/?next=/categories/%3Fwhich%3D{which}")
    sign_in(page)
    expect(page.locator(".alike").first).to_be_visible()
    assert Axe().run(page).response["violations"] == []


@pytest.mark.parametrize("width", [1280, 390])
def test_products_are_named_to_be_one_without_javascript(open_page, live, sign_in, width):
    page = open_page(
        "/admin/login/?next=/duplicates/%3Fwithin%3Done", width=width, javascript=False
    )
    sign_in(page)
    page.get_by_label("Products that are the same").fill("2\n4")
    page.get_by_role("button", name="Mark as the same").click()
    expect(page.get_by_role("status")).to_contain_text("2 products are marked as the same.")
    expect(page.locator(".alike img")).to_have_count(2)
    expect(page.get_by_role("heading", name="2 is the same as 4")).to_be_visible()
    assert page.locator("html").bounding_box()["width"] <= width
    if width > 400:
        page.context.close()
        page = open_page("/admin/login/?next=/duplicates/%3Fwithin%3Done")
        sign_in(page)
        assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("No products have been marked as the same.")).to_be_visible()
    assert not TheSame.objects.exists()

"""Staff judge two answers: by keys, without JavaScript, on a phone."""

import pytest
from playwright.sync_api import expect

from recommender.models import Judgement
from tests.browser.accessibility import in_the_way
from tests.browser.test_staff import sign_in  # noqa: F401
from tests.recommender.search.test_contests import more  # noqa: F401
from tests.web.pages.test_judge import differing  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
JUDGED = "You have judged {} here."


@pytest.fixture
def judging(open_page, differing, sign_in):  # noqa: F811
    """Opens the page, signed in."""

    def judging(address="/judge/", **options):
        page = open_page(f"/admin/login/?next={address}", **options)
        sign_in(page)
        page.locator(".judge").wait_for()
        if options.get("javascript", True):
            expect(page.locator(".keys")).to_be_visible()  # from now on keys are heard
        return page

    return judging


@pytest.mark.parametrize(
    ("key", "choice"),
    [("ArrowLeft", "left"), ("ArrowRight", "right"), ("ArrowDown", "same"), ("s", "same")],
)
def test_a_key_says_which_is_better_and_the_next_query_comes(judging, key, choice):
    page = judging()
    before = page.locator("[name=page]").get_attribute("value")
    page.keyboard.press(key)
    expect(page.locator(".undo [role=status]")).to_have_text(JUDGED.format("1 product"))
    expect(page.locator("[name=page]")).not_to_have_value(before)
    assert Judgement.objects.get().choice == choice
    page.get_by_role("button", name="Undo the last click").click()
    expect(page.locator(".undo [role=status]")).to_have_text(JUDGED.format("0 products"))
    assert not Judgement.objects.exists()


def test_keys_are_left_alone_where_one_types_and_can_be_switched_off(judging):
    page = judging()
    page.get_by_label("Search products").focus()
    page.keyboard.press("s")
    expect(page.get_by_label("Search products")).to_have_value("s")
    page.keyboard.press("ArrowLeft")
    page.locator(".keys input").uncheck()
    page.keyboard.press("ArrowLeft")
    page.reload()
    expect(page.locator(".keys input")).not_to_be_checked()
    page.keyboard.press("ArrowLeft")
    assert not Judgement.objects.exists()
    page.locator(".keys input").check()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".undo [role=status]")).to_have_text(JUDGED.format("1 product"))


def test_with_javascript_what_is_compared_changes_at_once(judging):
    page = judging()
    page.get_by_label("Compare").select_option("cosine-manhattan")
    page.wait_for_url("**/judge/?against=cosine-manhattan")
    expect(page.get_by_label("Compare")).to_have_value("cosine-manhattan")


@pytest.mark.parametrize("width", [1280, 390])
def test_without_javascript_one_judges_looks_at_the_results_and_takes_the_csv(judging, width):
    page = judging(width=width, javascript=False)
    expect(page.locator(".keys")).to_be_hidden()
    page.get_by_role("button", name="Right").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".undo [role=status]")).to_have_text(JUDGED.format("1 product"))
    page.get_by_label("Compare").select_option("cosine-manhattan")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**against=cosine-manhattan")
    page.get_by_role("link", name="Results").click()
    expect(page.get_by_role("heading", name="No clear winner yet")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="All judgements as CSV").click()
    assert download.value.suggested_filename == "judgements.csv"


@pytest.mark.parametrize("width", [1280, 390])
def test_both_pages_fit_and_are_for_everybody(judging, live_server, width):
    page = judging(width=width)
    for address in ("/judge/", "/judge/results/"):
        page.goto(live_server.url + address)
        assert in_the_way(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        if address == "/judge/":
            tops = page.locator(".sides section").evaluate_all(
                "all => all.map(one => Math.round(one.getBoundingClientRect().top))"
            )
            assert tops[0] == tops[1], "side by side"
            expect(page.locator(".sides img").last).to_be_in_viewport(ratio=0.9)
            ends = page.locator(".sides").bounding_box(), page.locator(".choices").bounding_box()
            assert ends[0]["y"] + ends[0]["height"] <= ends[1]["y"], "no picture behind a button"
            page.keyboard.press("ArrowDown")
            expect(page.locator(".undo [role=status]")).to_have_text(JUDGED.format("1 product"))

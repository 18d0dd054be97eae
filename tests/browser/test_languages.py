"""Switching languages, and pages that hold the longer and the denser words."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_staff import sign_in  # noqa: F401
from tests.browser.waiting import until
from tests.recommender.search.test_contests import more  # noqa: F401
from tests.web.pages.test_judge import differing  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# The words of the page that a line's end cuts in two.
BROKEN_WORDS = r"""() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), broken = [];
  while (walker.nextNode()) {
    for (const word of walker.currentNode.data.matchAll(/[\p{Script=Latin}\p{Script=Cyrillic}]+/gu)) {
      const range = document.createRange();
      range.setStart(walker.currentNode, word.index);
      range.setEnd(walker.currentNode, word.index + word[0].length);
      const around = walker.currentNode.parentElement;
      const shown = around.checkVisibility() && !around.closest(".visually-hidden");
      if (shown && range.getClientRects().length > 1) broken.push(word[0]);
    }
  }
  return broken;
}"""


# What can be chosen in a list, and is longer than the list is wide, less 20 pixels for its arrow.
CUT_CHOICES = r"""() => [...document.querySelectorAll("main select")].flatMap((list) => {
  const style = getComputedStyle(list), brush = document.createElement("canvas").getContext("2d");
  brush.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const room = list.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 20;
  return [...list.options].map((option) => option.text)
    .filter((text) => brush.measureText(text).width > room);
})"""


@pytest.mark.parametrize("javascript", [True, False])
def test_one_switches_the_language_and_stays_where_one_is(live, open_page, javascript):
    page = open_page("/browse/?category=hats", javascript=javascript)
    page.get_by_role("button", name="日本語").click()
    page.locator("html[lang=ja]").wait_for(state="attached")
    expect(page).to_have_url(re.compile(r"/browse/\?category=hats$"))
    page.locator("#grid a.tile").first.click()
    page.get_by_role("heading", name="似ている商品").wait_for()
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Looks similar").wait_for()


def test_back_speaks_the_language_that_was_chosen(live, open_page):
    page = open_page("/")
    page.get_by_role("link", name="See all products").first.click()
    expect(page).to_have_url(re.compile("/browse/$"))
    page.locator("#grid a.tile").first.click()
    page.locator("ol.looks").wait_for()
    page.get_by_role("button", name="日本語").click()
    page.locator("html[lang=ja]").wait_for(state="attached")
    page.go_back()
    page.get_by_role("heading", name="似ている商品").wait_for()
    page.go_back()
    expect(page).to_have_url(re.compile("/browse/$"))
    expect(page.locator("#menu a").first).to_have_text("一覧")


@pytest.mark.parametrize("language", ["de", "es", "ja", "ru"])
@pytest.mark.parametrize("width", [390, 820])
def test_no_page_scrolls_sideways_in_any_language(live, open_page, width, language):
    page = open_page("/products/0/?measured=on&trail=1", width=width)
    site = page.url.split("/products/")[0]
    page.context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    for path in (
        "/products/0/?measured=on&trail=1",
        "/browse/",
        "/picture/",
        "/why/0/?like=1",
        "/",
        "/shelf/?liked=1&disliked=2",
    ):
        page.goto(site + path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        for open_all in (
            "",
            "for (const it of document.querySelectorAll('details')) it.open = true",
        ):
            page.evaluate(open_all)
            assert page.evaluate("document.documentElement.scrollWidth") == width, path
            assert page.evaluate(BROKEN_WORDS) == [], path


@pytest.mark.parametrize("language", ["de", "es", "ja", "ru"])
def test_what_staff_judge_fits_a_phone_in_any_language(open_page, differing, sign_in, language):  # noqa: F811
    page = open_page("/admin/login/?next=/judge/", width=390)
    sign_in(page)
    page.locator(f"[name=language][value={language}]").click()
    page.locator(f"html[lang={language}]").wait_for(state="attached")
    assert page.evaluate(CUT_CHOICES) == []
    page.locator("[name=choice][value=left]").click()
    page.locator("[name=undo]").wait_for()
    expect(page.locator(".keys")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate(BROKEN_WORDS) == []
    tops = page.locator("[name=choice]").evaluate_all("all => all.map(one => one.offsetTop)")
    assert len(set(tops)) == 1, "the three buttons stand in a row"
    page.locator(".tabs a").last.click()
    page.locator(".judge table").wait_for()
    assert until(page, "document.documentElement.scrollWidth === 390")
    assert page.evaluate(BROKEN_WORDS) == []

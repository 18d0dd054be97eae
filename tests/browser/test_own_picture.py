"""A picture of one's own: chosen, dropped, pasted, framed; refused."""

import base64
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.accessibility import in_the_way
from tests.browser.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
FIRST = "ol.looks a.tile >> nth=0"
# Hands a file to the page as a drop or a paste does.
HANDED = """([event, data, type]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], "a.jpg", {type}));
  const given = event === "paste"
    ? new ClipboardEvent("paste", {clipboardData: files, bubbles: true})
    : new DragEvent(event, {dataTransfer: files, bubbles: true, cancelable: true});
  document.body.dispatchEvent(given);
}"""


def hand(page, event, path, kind="image/jpeg"):
    page.evaluate(HANDED, [event, base64.b64encode(path.read_bytes()).decode(), kind])


def test_without_javascript_the_form_is_sent_and_the_rows_come(live, folder, open_page):
    page = open_page("/picture/", javascript=False)
    page.get_by_label("Choose a picture").set_input_files(folder / "hats" / "3.jpg")
    page.get_by_role("button", name="Find what looks like it").click()
    page.get_by_text("How it was measured").click()
    expect(page.locator("ol.row").filter(visible=True)).to_have_count(3)
    expect(page.locator(FIRST)).to_have_attribute("href", "/products/3/")
    expect(page.get_by_text("Another picture"), "from the same page").to_be_visible()
    expect(page.get_by_text("Or the address of a picture")).to_be_hidden()


@pytest.mark.parametrize("way", ["choose", "drop", "paste"])
def test_a_picture_is_shown_at_once_and_its_likes_beside_it(live, folder, open_page, way):
    page = open_page("/picture/")
    expect(page.locator(".stage")).to_be_hidden()
    if way == "choose":
        page.get_by_label("Choose a picture").set_input_files(folder / "hats" / "3.jpg")
    else:
        hand(page, way, folder / "hats" / "3.jpg")
    page.locator(FIRST).wait_for()
    expect(page.locator(FIRST)).to_have_attribute("data-item", "3")
    expect(page.locator(".stage canvas")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/picture/$"))


def test_the_frame_says_which_part_counts_by_mouse_and_keyboard(live, tmp_path, open_page, folder):
    both = Image.new("RGB", (400, 200))
    for number, left in ((0, 0), (5, 200)):
        name = "hats" if number % 2 else "shirts"
        both.paste(Image.open(folder / name / f"{number}.jpg").resize((200, 200)), (left, 0))
    both.save(tmp_path / "both.png")
    page = open_page("/picture/")
    page.get_by_label("Choose a picture").set_input_files(tmp_path / "both.png")
    page.locator(FIRST).wait_for()
    box = page.locator(".stage canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + box["height"] - 8)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 12, box["y"] + box["height"] - 8, steps=4)
    page.mouse.up()
    page.locator("ol.looks li:first-child a[data-item='0']").wait_for()
    crop = [float(part) for part in page.locator("[name=crop]").input_value().split(",")]
    assert crop[:2] == [0, 0]
    assert 0.4 < crop[2] < 0.55
    page.locator(".frame").focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    page.locator("ol.looks li:first-child a[data-item='5']").wait_for()
    page.get_by_role("button", name="The whole picture").click()
    expect(page.locator("[name=crop]")).to_have_value("")


def test_what_is_no_picture_is_refused_where_the_answer_would_stand(live, tmp_path, open_page):
    (tmp_path / "a.jpg").write_text("no picture at all")
    page = open_page("/picture/", expect_errors=True)
    page.get_by_label("Choose a picture").set_input_files(tmp_path / "a.jpg")
    page.locator("#found .refused:has-text('cannot be read')").wait_for()
    expect(page.locator(".stage")).to_be_hidden()
    hand(page, "drop", tmp_path / "a.jpg", "text/plain")
    page.locator("#found .refused").wait_for()


def test_a_large_photo_is_made_smaller_before_it_is_sent(live, tmp_path, open_page):
    Image.effect_noise((2400, 2400), 90).convert("RGB").save(tmp_path / "l.png")
    assert (tmp_path / "l.png").stat().st_size > 10 * 2**20, "more than may be sent"
    page = open_page("/picture/")
    page.get_by_label("Choose a picture").set_input_files(tmp_path / "l.png")
    page.locator(FIRST).wait_for()
    sent = page.locator("[type=file] >> nth=0").evaluate("input => input.files[0].size")
    assert sent < 4_000_000


def test_filters_hold_for_a_picture_too_and_more_goes_on(live, folder, open_page, monkeypatch):
    monkeypatch.setattr("web.pages.own_picture.PER_PAGE", 5)
    page = open_page("/picture/")
    page.get_by_label("Choose a picture").set_input_files(folder / "hats" / "3.jpg")
    page.locator(FIRST).wait_for()
    page.get_by_role("button", name="More").click()
    page.locator("ol.looks li").nth(5).wait_for()
    page.get_by_text("Narrow down").click()
    page.get_by_label("Words").fill("5")
    page.get_by_label("Words").blur()
    page.locator("ol.looks li").nth(1).wait_for(state="detached")
    expect(page.locator(FIRST)).to_have_attribute("data-item", "5")
    expect(page.locator(FIRST)).to_have_attribute("href", "/products/5/?q=5")


@pytest.mark.parametrize("width", [390, 820, 1440, 1920])
def test_the_page_of_a_picture_is_for_everybody_and_fits(live, folder, open_page, width):
    page = open_page("/picture/", width=width)
    page.get_by_label("Choose a picture").set_input_files(folder / "hats" / "3.jpg")
    page.locator(FIRST).wait_for()
    assert in_the_way(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("shape", [(300, 300), (300, 900), (900, 300)])
def test_on_a_phone_the_answer_comes_right_after_the_picture(live, tmp_path, open_page, shape):
    Image.new("RGB", shape, (120, 110, 90)).save(tmp_path / "a.png")
    page = open_page("/picture/", width=390)
    page.get_by_label("Choose a picture").set_input_files(tmp_path / "a.png")
    page.locator(FIRST).wait_for()
    top = "document.querySelector('ol.looks .tile').getBoundingClientRect().top"
    assert until(page, f"{top} < 700")
    page.wait_for_timeout(200)
    assert page.locator(".stage canvas").bounding_box()["y"] > 0, "nothing has scrolled away"


@pytest.mark.parametrize("width", [390, 1280])
def test_after_an_answer_the_form_is_the_picture_and_the_way_to_another(
    live, folder, open_page, width
):
    page = open_page("/picture/", width=width)
    hints = [page.get_by_text("Or the address of a picture"), page.get_by_text("Drop a picture")]
    empty = page.locator("#own").bounding_box()["height"]
    page.get_by_label("Choose a picture").set_input_files(folder / "hats" / "3.jpg")
    page.locator(FIRST).wait_for()
    assert page.locator(".drop").bounding_box()["height"] < empty / 2
    for hint in hints:
        expect(hint).to_be_hidden()
    page.locator("[type=file]").first.set_input_files(folder / "shirts" / "0.jpg")
    page.locator("ol.looks li:first-child a[data-item='0']").wait_for()
    expect(page.get_by_text("Another picture")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_an_example_is_one_click_away_by_mouse_and_keyboard(photos, open_page, width):
    page = open_page("/picture/", width=width)
    example = page.locator("[data-example]").first
    item = example.get_attribute("href").split("/")[2]
    example.focus()
    page.keyboard.press("Enter")
    page.locator(FIRST).wait_for()
    expect(page.locator(FIRST)).to_have_attribute("data-item", item)
    expect(page.locator(".stage canvas")).to_be_visible()
    expect(page.locator(".unasked")).to_have_count(0)


def test_without_javascript_an_example_leads_to_the_product(photos, open_page):
    page = open_page("/picture/", javascript=False)
    page.locator("[data-example]").first.click()
    page.wait_for_url("**/products/**")
    expect(page.locator("ol.looks a.tile")).to_have_count(24)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_empty_page_is_for_everybody_in_both_schemes(photos, open_page, scheme, width):
    page = open_page("/picture/", width=width)
    page.emulate_media(color_scheme=scheme)
    assert in_the_way(page) == []


def test_a_picture_by_its_address_can_be_narrowed_and_gone_on_from(
    live, folder, open_page, monkeypatch
):
    picture = (folder / "hats" / "3.jpg").read_bytes()
    monkeypatch.setattr("web.pages.own_picture.PER_PAGE", 5)
    monkeypatch.setattr("recommender.search.picture_query.fetched", lambda url: picture)
    page = open_page("/picture/")
    page.get_by_label("Or the address of a picture").fill("https://shop.example/3.jpg")
    page.get_by_role("button", name="Fetch and compare").click()
    page.locator(FIRST).wait_for()
    page.wait_for_load_state()  # what "More" does is said by a script
    page.get_by_role("button", name="More").click()
    page.wait_for_url("**k=48**")
    page.locator("ol.looks li").nth(5).wait_for()
    page.get_by_text("Narrow down").click()
    page.get_by_label("Words").fill("5")
    page.get_by_label("Words").blur()
    page.wait_for_url("**q=5**")
    expect(page.locator(FIRST)).to_have_attribute("data-item", "5")
    expect(page).to_have_url(re.compile("url=https"))


# The first picture that is chosen is ready after the second one.
SLOW = """() => {
  const make = createImageBitmap;
  let before = 0;
  window.createImageBitmap = async (file) => {
    if (!before++) await new Promise((done) => { window.ready = done });
    return make(file);
  };
}"""


def test_of_two_pictures_the_one_chosen_last_counts(live, folder, open_page):
    page = open_page("/picture/")
    page.evaluate(SLOW)
    chooser = page.locator("#own [type=file]").first
    chooser.set_input_files(folder / "hats" / "3.jpg")
    chooser.set_input_files(folder / "shirts" / "0.jpg")
    expect(page.locator(FIRST)).to_have_attribute("data-item", "0")
    page.evaluate("ready()")
    page.wait_for_timeout(700)
    expect(page.locator(FIRST)).to_have_attribute("data-item", "0")
    assert chooser.evaluate("input => input.files[0].name") == "0.jpg"

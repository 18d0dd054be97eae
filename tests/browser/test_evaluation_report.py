"""The report of `manage.py evaluate`, opened from the disk: telephones, dark rooms, no scripts."""

from dataclasses import replace

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import expect

from recommender.live import current, publishing

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
# What sticks out on the right, as in "table".
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 40)}`)"""


@pytest.fixture(params=["", "previous"], ids=["alone", "compared"])
def report(request, photos, tmp_path):
    """The report on the 36 photos; compared, with an index of noise."""
    if request.param:
        index = current.live_index()
        noise = np.random.default_rng(0).random((36, 48)).astype(np.float32)
        ids, hashes = index.item_ids.tolist(), [one.decode() for one in index.content_hashes]
        before = type(index).build(index.manifest, ids, hashes, noise)
        publishing.publish(replace(before, manifest=replace(before.manifest, note="noise")))
        publishing.publish(index)
    file = tmp_path / "report.html"
    call_command("evaluate", report=file, against=request.param or None)
    return file


@pytest.fixture
def opened(chromium, report):
    contexts, problems = [], []

    def opened(width=1280, scheme="light", javascript=False):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme,
            java_script_enabled=javascript, offline=True,
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: problems.append(message.text))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(("file:", "data:")) else problems.append(request.url)
            ),
        )
        page.goto(report.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []


def test_it_is_there_without_scripts_and_without_a_network(opened):
    page = opened()
    expect(page.get_by_role("heading", level=1)).to_have_text("How good is it on our pictures?")
    expect(page.locator(".query")).not_to_have_count(0)
    expect(page.locator(".plot svg").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_and_can_be_read_by_all(opened, width, scheme):
    page = opened(width, scheme, javascript=True)
    assert page.evaluate(TOO_WIDE) == []
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []

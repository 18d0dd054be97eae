"""The exported site, opened from the disk."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from tests.browser.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("javascript", [True, False])
def test_it_opens_from_the_disk_and_leads_from_product_to_product(
    chromium, live, tmp_path, javascript
):
    call_command("export_site", str(tmp_path / "site"))
    problems, page = [], chromium.new_page(java_script_enabled=javascript)
    page.on("console", lambda message: problems.append(message.text))
    page.on("requestfailed", lambda request: problems.append(f"{request.url}: {request.failure}"))
    page.goto(f"file://{tmp_path}/site/index.html")
    page.click('a[href="products/0.html"]')
    expect(page).to_have_url(re.compile(r"/products/0\.html$"))
    page.click('ol.looks a[href="2.html"]')
    expect(page).to_have_url(re.compile(r"/products/2\.html$"))
    assert until(page, "[...document.images].every(image => image.naturalWidth > 0)")
    page.go_back()
    expect(page).to_have_url(re.compile(r"/products/0\.html$"))
    page.context.close()
    # What a click overtook was given up, and is no fault.
    assert [problem for problem in problems if "ERR_ABORTED" not in problem] == []

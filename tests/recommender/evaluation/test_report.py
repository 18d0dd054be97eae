"""The report of `manage.py evaluate`: one page that needs nothing else."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from django.core.management import call_command

from catalog import pictures
from catalog.models import Product
from recommender.live import current, publishing

pytestmark = pytest.mark.django_db


class Page(HTMLParser):
    """What a page holds: its elements with their attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def report(tmp_path, **options):
    file = tmp_path / "report.html"
    call_command("evaluate", report=file, **options)
    return file.read_text()


@pytest.fixture
def noise_before(photos):
    """The index that was live before compared nothing but noise."""
    index = current.live_index()
    ids = [str(item_id) for item_id in index.item_ids]
    hashes = [content_hash.decode() for content_hash in index.content_hashes]
    noise = np.random.default_rng(0).random((36, 48)).astype(np.float32)
    publishing.publish(type(index).build(index.manifest, ids, hashes, noise))
    publishing.publish(index)


def test_it_asks_for_nothing_outside_of_itself(photos, tmp_path):
    text = report(tmp_path)
    page = Page(text)
    assert not page.all("script")
    assert not page.all("link")
    assert all(picture["src"].startswith("data:image/webp;base64,") for picture in page.all("img"))
    without_names = re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)
    assert "http://" not in without_names
    assert "https://" not in without_names
    assert "url(http" not in text
    assert "@import" not in text


def test_it_shows_twelve_at_random_the_worst_and_the_best_with_their_five(photos, tmp_path):
    text = report(tmp_path)
    assert text.count('<div class="query">') == 36
    assert len(Page(text).all("img")) == 36 * 6
    for title in ("Twelve drawn at random", "The worst", "The best"):
        assert f"<h3>{title}</h3>" in text


def test_every_picture_and_every_plot_says_what_it_shows(photos, tmp_path):
    page = Page(report(tmp_path))
    assert all(picture["alt"] for picture in page.all("img"))
    plots = [element for element in page.all("div") if element.get("role") == "img"]
    assert len(plots) == len(page.all("svg")) == 5
    assert all(len(plot["aria-label"]) > 20 for plot in plots)
    assert page.all("html")[0]["lang"] == "en"


def test_no_two_elements_have_one_name_and_no_colour_is_fixed(photos, tmp_path):
    page = Page(report(tmp_path))
    ids = [attributes["id"] for _tag, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    styles = " ".join(a.get("style", "") for tag, a in page.elements if tag in ("path", "text"))
    assert "var(--ink)" in styles
    assert not re.search(r"#[0-9a-f]{6}", styles)


def test_a_comparison_shows_both_answers_and_who_has_gained(noise_before, tmp_path):
    page = Page(report(tmp_path, against="previous"))
    for words in ("Compared with before: fake", "What has gained most", "better", "difference"):
        assert words in page.text
    assert page.text.count("before") > 36
    assert len(page.all("img")) > 36 * 11


def test_markup_and_formulas_in_names_stay_text(photos, tmp_path):
    name = "<script>alert(1)</script> & $x^2$ 帽子\x07"
    Product.objects.filter(category="hat").update(category=name, title=name)
    page = Page(report(tmp_path))
    assert not page.all("script")
    assert "alert(1)" in page.text
    assert "帽子" in page.text


def test_a_picture_that_has_gone_leaves_a_place_that_says_so(photos, tmp_path):
    for item_id in Product.objects.values_list("item_id", flat=True):
        for kind in pictures.Kind:
            pictures.storage().delete(pictures.place(kind, item_id))
    page = Page(report(tmp_path))
    assert not page.all("img")
    assert page.text.count("its picture has gone") == 36 * 6


def test_without_categories_the_nearest_are_the_best(photos, tmp_path):
    Product.objects.update(category="")
    page = Page(report(tmp_path))
    assert "No product has a category" in page.text
    assert "Those that are nearest to theirs." in page.text
    assert "precision" not in page.text


def test_matplotlib_is_loaded_for_a_report_only(tmp_path):
    import subprocess
    import sys

    program = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; "
        "django.setup(); import recommender.management.commands.evaluate; "
        "print('matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr

"""Parts of a page that are drawn once for each value that they depend on."""

import pytest
from django.template import Context, Template
from django.urls import set_script_prefix
from django.utils import translation

from web.templatetags import keeping


class Page:
    """A page with such a part; counts how often that is drawn."""

    def __init__(self) -> None:
        self.times = 0
        self._page = Template(
            "{% load keeping %}{% keep a b site.name %}{{ a }} {{ site.drawing }}{% endkeep %}"
        )

    def draw(self, **values: object) -> str:
        return self._page.render(Context({"site": {"name": "", "drawing": self}, **values}))

    def __str__(self) -> str:
        self.times += 1
        return "drawn"


@pytest.fixture
def part():
    return Page()


def test_it_is_drawn_once_for_each_of_its_values(part):
    assert [part.draw(a=1, b=2), part.draw(a=1, b=2), part.draw(a=3, b=2)] == [
        "1 drawn",
        "1 drawn",
        "3 drawn",
    ]
    assert part.times == 2


def test_of_what_its_page_is_told_it_sees_its_values_alone():
    """What it shows is shown on other pages, too, to other people."""
    page = Template("{% load keeping %}{% keep a 'b' %}{{ a }}{{ words }}{% endkeep %}")
    assert page.render(Context({"a": 1, "words": "of staff"})) == "1"


def test_a_value_that_is_missing_is_a_value_too(part):
    assert part.draw(a=1) == part.draw(a=1) == "1 drawn"
    assert part.times == 1


def test_it_is_drawn_anew_in_another_language_below_another_path_and_after_a_setting(
    part, settings
):
    part.draw(a=1)
    with translation.override("ja"):
        part.draw(a=1)
    set_script_prefix("/look/")
    part.draw(a=1)
    set_script_prefix("/")
    part.draw(a=1)
    assert part.times == 3
    settings.SHOP_NAME = "Hats"
    part.draw(a=1)
    assert part.times == 4


def test_it_keeps_so_many_and_begins_anew(part, monkeypatch):
    monkeypatch.setattr(keeping, "MOST", 2)
    for number in (1, 2, 3, 1):
        part.draw(a=number)
    assert part.times == 4

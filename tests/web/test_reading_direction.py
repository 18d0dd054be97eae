"""Languages that are read from right to left: the page says so, and the styles follow it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHEETS = [
    *sorted((ROOT / "static" / "css").glob("*.css")),
    *sorted((ROOT / "config" / "static" / "css").glob("*.css")),
    ROOT / "static" / "js" / "widget.js",
]
# What is at one side of the screen, and not at the beginning or the end of a line.
SIDED = re.compile(
    r"(?:margin|padding|border)-(?:left|right)\b|(?<![\w-])(?:left|right)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)"
)
# A picture's edges, and the card at a point of the map, are where they are in every language; what
# is said of one direction may name its side.
MAY_NAME_SIDES = re.compile(r"^(?:\.(?:frame|map-card)\b|\[dir=)")


def sided_lines(path):
    lines = path.read_text().splitlines()
    return [line for line in lines if SIDED.search(line) and not MAY_NAME_SIDES.match(line)]


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_styles_follow_the_direction_of_reading(path):
    assert sided_lines(path) == []


@pytest.mark.parametrize(
    "style", [".a { margin-left: 1px; }", ".a { left: 0; }", ".a{text-align:right}"]
)
def test_a_style_that_names_a_side_is_noticed(tmp_path, style):
    (tmp_path / "a.css").write_text(style)
    assert sided_lines(tmp_path / "a.css") == [style]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "opening"),
    [("ar", '<html lang="ar" dir="rtl">'), ("ja", '<html lang="ja">')],
)
def test_a_page_says_in_which_direction_it_is_read(client, live, settings, language, opening):
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "العربية")]
    response = client.get("/products/0/", headers={"Accept-Language": language})
    assert opening in response.content.decode()

"""Writes again what is made of the tables of fields and settings: `make tables`.

The test beside it says where a page no longer is what the table says.
"""

import os
import re
import textwrap
from pathlib import Path

from runs.variables import BY_NAME, VARIABLES

ROOT = Path(__file__).resolve().parents[1]


def fields() -> str:
    """The table of docs/use.md: what a query may ask."""
    from recommender.search.fields import SIMILAR

    rows = ["| field | values | default | what it asks |", "|---|---|---|---|"]
    for field in SIMILAR:
        default = "" if field.default is None or field.default is False else f"`{field.default}`"
        rows.append(f"| `{field.name}` | {field.kind.values} | {default} | {field.help} |")
    return "\n".join(rows)


def widget_fields() -> str:
    """The lists in static/js/widget.js: what an element may ask of the API, and by a name alone."""
    from catalog.fields import User, names_for
    from catalog.kinds import YesNo
    from recommender.search.fields import SIMILAR

    names = [n for n in names_for(User.PROGRAM, SIMILAR) if n not in ("url", "liked", "disliked")]
    lines: list[str] = []
    line = "  const FIELDS = ["
    for name in names:
        if len(line) + len(name) > 94:
            lines, line = [*lines, line.rstrip()], "    "
        line += f'"{name}", '
    flags = ", ".join(f'"{field.name}"' for field in SIMILAR if isinstance(field.kind, YesNo))
    return "\n".join([*lines, line.rstrip(", ") + "];", f"  const FLAGS = new Set([{flags}]);"])


def example() -> str:
    """All of `.env.example`: every setting, with its default and its sentence."""
    lines = ["# Every setting, with its default. Copy to .env and change what you need."]
    lines += ["# An environment variable of the same name wins over this file."]
    for title, variables in VARIABLES.items():
        lines += ["", *_comment(title), "#"]
        for variable in variables:
            line = f"#{variable.name}={variable.written}"
            beside = f"{line:<47} # {variable.sentence}"
            lines += [beside] if len(beside) <= 100 else [*_comment(variable.sentence), line]
    return "\n".join(lines) + "\n"


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, 96, break_on_hyphens=False)]


def settings() -> str:
    """The README's table: the settings for those who set up a shop."""
    rows = ["| variable | default | |", "|---|---|---|"]
    for variable in BY_NAME.values():
        if variable.for_readme:
            default = f"`{variable.written}`" if variable.written else ""
            sentence = re.sub(
                r"docs/\w+\.md", lambda page: f"[{page[0]}]({page[0]})", variable.sentence
            )
            rows.append(f"| `{variable.name}` | {default} | {sentence} |")
    return "\n".join(rows)


# A file -> what stands around the part that is made, and what makes it.
PARTS = {
    "docs/use.md": (r"(?<=<!-- make tables: fields -->\n).*?(?=\n<!-- end -->)", fields),
    "README.md": (r"(?<=<!-- make tables: settings -->\n).*?(?=\n<!-- end -->)", settings),
    ".env.example": (r".+\Z", example),
    "static/js/widget.js": (r"  const FIELDS = \[.*?  const FLAGS = .*?;", widget_fields),
}


def as_made(name: str) -> str:
    """The file as it should be: its part made again, all else as it is."""
    pattern, make = PARTS[name]
    text = (ROOT / name).read_text()
    made, count = re.subn(pattern, lambda _found: make(), text, flags=re.S)
    if count != 1:
        raise ValueError(f"{name}: there is no place for the table, or more than one.")
    return made


def main() -> None:
    """Writes all files."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    for name in PARTS:
        (ROOT / name).write_text(as_made(name))


if __name__ == "__main__":
    main()

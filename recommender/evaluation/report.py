"""An evaluation as one HTML page: tables, plots and pictures, with nothing outside of it.

The template knows no words: they are here, and in the table of figures.
"""

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from django.template.loader import render_to_string
from PIL import Image

from catalog.models import Product
from catalog.pictures import read_picture
from recommender.evaluation import drawings
from recommender.evaluation.bootstrap import RESAMPLES
from recommender.evaluation.evaluation import figures_by_section
from recommender.evaluation.figures import SHOWN, Figure
from recommender.evaluation.run import Result
from recommender.evaluation.sheets import Sheet, sheets
from recommender.evaluation.terminal import difference, heading, interval
from recommender.evaluation.verdicts import verdict
from recommender.index.metrics import Metric

# What is said first, in large letters.
FIRST = {
    "precision_at_5": "of the five nearest are of the product's category",
    "copy_hard": "of badly altered pictures find their own product first",
    "never_shown": "of the products are in nobody's five",
    "colour_distance": "is how far (ΔE) the colours of the five are from the product's",
}
SIDE, QUALITY = 160, 72


@dataclass(frozen=True)
class Cell:
    """What a table says of a figure: the number, and in small letters its interval."""

    told: str
    small: str = ""
    verdict: str = ""
    is_before: bool = False


@dataclass(frozen=True)
class Row:
    title: str
    meaning: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Part:
    """A section: its table, and the plots that go with it."""

    title: str
    rows: list[Row]
    plots: list[drawings.Drawing]


@dataclass(frozen=True)
class Tile:
    """A product in a sheet; `is_right` where it is of the query's category, None if unknown."""

    name: str
    category: str
    picture: str
    is_right: bool | None = None

    @property
    def alt(self) -> str:
        return f"{self.name}, {self.category}" if self.category else self.name


@dataclass(frozen=True)
class Answer:
    """Whom a product finds in one index; `when` tells two of them apart."""

    when: str
    found: list[Tile]


@dataclass(frozen=True)
class QueryRow:
    product: Tile
    answers: list[Answer] = field(default_factory=list)


def page(result: Result) -> str:
    """The page as text."""
    compared = len(result.sides) > 1
    parts, pictures = list(_parts(result)), _Pictures(result)
    found = [pictures.of_sheet(sheet) for sheet in sheets(result)]
    words = {
        "title": "How good is it on our pictures?",
        "lead": heading(result),
        "compared": f"Compared with {result.sides[1].name}." if compared else "",
        "columns": ["now", "before", "difference"] if compared else ["now", "by chance"],
        "costs": "Time and memory",
        "notes": "To note",
        "sheets": "Look for yourself",
        "sheets_meaning": "Left, a product; beside it, the five that look most like it. "
        "✓ is of its category, ✗ of another.",
        "no_picture": "its picture has gone",
        "how": "How to read it",
        "reading": list(_reading(result)),
    }
    context = {
        "words": words,
        "first": _first(result),
        "changes": drawings.changes(result),
        "parts": parts,
        "costs": result.costs[0],
        "sheets": found,
        "notes": result.notes,
    }
    return render_to_string("recommender/evaluation.html", context)


def _reading(result: Result) -> Iterator[str]:
    yield (
        f"Small numbers are a figure's interval: drawn anew {RESAMPLES:,} times "
        f"(seed {result.seed}), 95 of 100 results lie within it (bootstrap, B. Efron, 1979)."
    )
    if len(result.sides) > 1:
        yield (
            "A difference is measured on the same products in both, in percentage points where "
            "figures are shares. It is called better or worse only where its interval leaves out "
            "0; of twenty figures that have not changed, one will look as if it had."
        )
    else:
        yield "By chance is what a figure would be if neighbours were drawn by lot."
    yield "docs/evaluate.md explains every figure."


def _first(result: Result) -> list[Row]:
    """The few that are said first."""
    figures = {figure.key: figure for figure in result.now.figures}
    return [
        replace(_row(result, figures[key]), title=title)
        for key, title in FIRST.items()
        if key in result.estimates
    ]


def _parts(result: Result) -> Iterator[Part]:
    plots = drawings.by_section(result)
    for section, figures in figures_by_section(result.now.figures).items():
        rows = [_row(result, figure) for figure in figures if figure.key in result.estimates]
        if rows:
            yield Part(section, rows, plots.get(section, []))


def _row(result: Result, figure: Figure) -> Row:
    estimate = result.estimates[figure.key]
    now = Cell(figure.as_text(estimate.value), interval(figure, estimate))
    if len(result.sides) == 1:
        chance = result.now.chance.get(figure.key)
        cells = now, Cell("" if chance is None else figure.as_text(chance))
        return Row(figure.title, figure.meaning, cells)
    change = result.changes.get(figure.key)
    if change is None:
        return Row(figure.title, figure.meaning, (now, Cell(""), Cell("")))
    was = interval(figure, change.before)
    before = Cell(figure.as_text(change.before.value), was, is_before=True)
    told, _, limits = difference(figure, change.difference).partition(" (")
    changed = Cell(told, limits.rstrip(")"), verdict(figure, change))
    return Row(figure.title, figure.meaning, (now, before, changed))


class _Pictures:
    """The products of the sheets, each with its picture in the page's own text."""

    def __init__(self, result: Result) -> None:
        self._result = result
        self._index = result.sides[0].index
        self._read: dict[str, str] = {}

    def of_sheet(self, sheet: Sheet) -> tuple[Sheet, list[QueryRow]]:
        rows = {int(row) for row in sheet.rows} | {
            int(row) for query in sheet.rows for five in self._fives(query) for row in five
        }
        ids = [str(self._index.item_ids[row]) for row in rows]
        products = {one.item_id: one for one in Product.objects.filter(item_id__in=ids)}
        return sheet, [self._query_row(int(query), products) for query in sheet.rows]

    def _fives(self, query: int) -> list[np.ndarray]:
        lists = [side.index.lists[Metric.COSINE] for side in self._result.sides]
        return [one.rows[query, :SHOWN] for one in lists]

    def _query_row(self, query: int, products: dict[str, Product]) -> QueryRow:
        fives = self._fives(query)
        whens = ("now", "before") if len(fives) > 1 else ("",)
        answers = [
            Answer(when, [self._tile(int(row), products, query) for row in five])
            for when, five in zip(whens, fives, strict=True)
        ]
        return QueryRow(self._tile(query, products), answers)

    def _tile(self, row: int, products: dict[str, Product], query: int | None = None) -> Tile:
        item_id = str(self._index.item_ids[row])
        product = products.get(item_id)
        name = str(product) if product else item_id
        category = product.category if product else ""
        if item_id not in self._read:
            self._read[item_id] = _picture(item_id)
        return Tile(name, category, self._read[item_id], self._is_right(row, query))

    def _is_right(self, row: int, query: int | None) -> bool | None:
        categories = self._result.now.categories
        if query is None or min(categories[row], categories[query]) < 0:
            return None
        return bool(categories[row] == categories[query])


def _picture(item_id: str) -> str:
    """A product's picture, small, as a data: address; "" where it has gone."""
    try:
        with Image.open(io.BytesIO(read_picture(item_id))) as opened:
            small = opened.convert("RGB")
    except (OSError, ValueError):
        return ""
    small.thumbnail((SIDE, SIDE))
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=QUALITY)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"

"""The rows of docs/benchmarks.md, written again out of a run's results."""

import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.results import ROOT, Results

PAGE = ROOT / "docs" / "benchmarks.md"
TABLE = re.compile(
    r"(?<=<!-- python -m benchmarks table -->\n)(.*?\n\|[-|]+\|\n)(.*?)(?=\n<!-- end -->)", re.S
)


def write_rows(results: Results, page: Path = PAGE) -> None:
    """Puts a row a figure in place of each benchmark's rows; those without new figures stay."""
    page.write_text(with_rows(results, page.read_text()))


def with_rows(results: Results, text: str) -> str:
    table = TABLE.search(text)
    if table is None:
        raise ValueError("The page has no marked table.")
    groups: dict[str, list[str]] = {}
    for row in table[2].splitlines():
        groups.setdefault(benchmark_of(row), []).append(row)
    measured: dict[str, list[str]] = {}
    for name, row in _rows(results):
        measured.setdefault(name, []).append(row)
    rows = "\n".join(row for group in (groups | measured).values() for row in group)
    return f"{text[: table.start()]}{table[1]}{rows}{text[table.end() :]}"


def benchmark_of(row: str) -> str:
    """The module that a row of the table names, less its options."""
    return row.split("`")[1].split()[0]


def _rows(results: Results) -> Iterator[tuple[str, str]]:
    for one in results.figures:
        row = f"| `{one.benchmark}` | {one.name} | {one.here()} | {one.beside()} |"
        yield one.benchmark, row

"""The table of docs/benchmarks.md is written out of a run's results."""

import pytest

from benchmarks.__main__ import ALL, MORE
from benchmarks.page import PAGE, TABLE, benchmark_of, with_rows, write_rows
from tests.benchmarks.test_results import figure, results

TEXT = """Before.

<!-- python -m benchmarks table -->
| `benchmarks.` | what | here | beside |
|---|---|---|---|
| `embed` | VGG-16 | 14 | |
| `live_query` | an old name | 9 ms | |
| `live_query` | another old name | 9 ms | |
| `serve` | JSON | 100 a second | |
<!-- end -->

After.
"""


def test_rows_of_what_was_measured_are_new_and_the_others_stay():
    made = with_rows(results(figure([1.0, 2.0, 3.0], peer=[4.0, 4.0, 4.0])), TEXT)
    assert made == TEXT.replace(
        "| `live_query` | an old name | 9 ms | |\n| `live_query` | another old name | 9 ms | |",
        "| `live_query` | a query | 2 ms | 0.500 × a read, 4 ms |",
    )


def test_a_benchmark_without_rows_so_far_gets_its_rows_at_the_end(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(TEXT.replace("live_query", "look_up"))
    write_rows(results(figure([1.0])), page)
    assert page.read_text().endswith(
        "| `serve` | JSON | 100 a second | |\n| `live_query` | a query | 1 ms |  |\n"
        "<!-- end -->\n\nAfter.\n"
    )


def test_a_page_without_the_table_is_refused():
    with pytest.raises(ValueError, match="no marked table"):
        with_rows(results(), "# Benchmarks\n")


def test_every_benchmark_is_in_the_table_or_named_by_the_page_of_its_subject():
    rows = TABLE.search(PAGE.read_text())[2].splitlines()
    assert all(row.count(" | ") == 3 for row in rows)
    measured = {benchmark_of(row) for row in rows}
    assert measured <= {*ALL, *MORE}
    docs = "\n".join(page.read_text() for page in PAGE.parent.glob("*.md"))
    for name in {*ALL, *MORE} - measured:
        assert f"benchmarks.{name}" in docs, name

"""Drawing the map, as commands show it."""

from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest

from recommender.errors import SimilarityError
from recommender.mapping import report
from recommender.mapping.draw import TooFew


@pytest.fixture
def command() -> Any:
    return SimpleNamespace(stdout=StringIO(), stderr=StringIO())


def drawing(monkeypatch, outcome):
    """What drawing a map comes to: its products, None, or an error."""

    def make_map(embedder, full, progress):
        progress(1, 1)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setattr(report, "make_map", make_map)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (None, "The map is up to date."),
        (["a"], "Map: 1 product, 7 s."),
        (["a", "b"], "Map: 2 products, 7 s."),
    ],
)
def test_what_was_drawn_is_said(monkeypatch, command, outcome, said):
    drawing(monkeypatch, outcome)
    monkeypatch.setattr(report, "time", SimpleNamespace(monotonic=iter([100, 107]).__next__))
    report.draw(command, "fake")
    assert command.stdout.getvalue() == said


@pytest.mark.parametrize("error", [SimilarityError("no index"), OSError("disk"), TooFew("few")])
def test_asked_for_by_itself_a_map_that_fails_is_an_error(monkeypatch, command, error):
    drawing(monkeypatch, error)
    with pytest.raises(type(error)):
        report.draw(command, "fake")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TooFew("few"), ""),
        (SimilarityError("broken"), "The index is live, but its map could not be drawn: broken"),
        (MemoryError(), "The index is live, but its map could not be drawn: "),
    ],
)
def test_behind_a_build_it_never_undoes_the_build(monkeypatch, command, error, said):
    drawing(monkeypatch, error)
    report.draw_after_a_build(command, "fake")
    assert command.stderr.getvalue().startswith(said)
    assert bool(command.stderr.getvalue()) is bool(said)
    drawing(monkeypatch, KeyError("ours"))
    with pytest.raises(KeyError):  # a fault of the program is no matter of the map's
        report.draw_after_a_build(command, "fake")

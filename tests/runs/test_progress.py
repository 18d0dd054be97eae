import sys
import time

import pytest
from django.core.management.base import BaseCommand

from runs.outcomes import Outcome, Status, printable
from runs.progress import report

NEW = Outcome("1", Status.NEW)


def told(capsys, *outcomes, **more):
    report(BaseCommand(), outcomes, **more)
    return capsys.readouterr()


def test_a_bar_shows_products_pages_and_what_came_of_them(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    pages = iter(range(1, 9))

    def slowly():
        for outcome in (NEW, Outcome("2", Status.SAME), Outcome("3", Status.FAILED, "gone wrong")):
            time.sleep(0.11)  # a bar is drawn ten times a second
            yield outcome

    report(BaseCommand(), slowly(), beside=lambda: f"{next(pages)} pages")
    bar = capsys.readouterr().err
    assert "2 pages, 1 new, 1 same" in bar
    assert "3 pages, 1 new, 1 same, 1 failed" in bar


def test_reasons_of_one_kind_are_told_once_and_the_most_frequent_first(capsys):
    missing = [Outcome(str(n), Status.FAILED, f"http://a/{n}.jpg: HTTP status 404") for n in "123"]
    busy = Outcome("4", Status.FAILED, "http://a/4.jpg: HTTP status 503")
    said = told(capsys, busy, NEW, *missing)
    assert said.err.splitlines() == [
        "failed 1: http://a/1.jpg: HTTP status 404 (and 2 more like this)",
        "failed 4: http://a/4.jpg: HTTP status 503",
    ]
    assert said.out == "5 products: 1 new, 4 failed.\n"


def test_reasons_have_an_end(capsys):
    outcomes = [Outcome("x", Status.FAILED, "a" * n) for n in range(1, 15)]
    assert told(capsys, *outcomes).err.splitlines()[-1] == (
        "… and 4 reasons more; --verbosity 2 lists all"
    )


@pytest.mark.parametrize(
    "bad", ["\x1b[2J", "\x9b", "\r", "\n", "\x07", "\u202e", "\u2066", "\ud800"]
)
def test_nothing_that_a_terminal_acts_on_is_printed(capsys, bad):
    outcome = Outcome(f"a{bad}", Status.FAILED, f"b{bad}", f"c{bad}")
    said = told(capsys, outcome, verbosity=2)
    assert bad not in said.out.replace("\n", "", 2) + said.err.rstrip("\n")
    assert printable("Größe – ギフト 🎁") == "Größe – ギフト 🎁"

"""How a command shows a run: a progress bar while it goes on, a summary at its end."""

import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.core.management.base import BaseCommand
from tqdm import tqdm

from runs.outcomes import Outcome, Status, printable

MAX_REASONS = 10
# An address, something quoted, a number but a status of HTTP: what reasons of one kind differ in.
_PARTICULARS = re.compile(r"https?://\S+|'[^']*'|\b(?<!status )\d+")
# What is shown with its reason; of the others, what has a note.
TOLD = (Status.FAILED, Status.SKIPPED, Status.NOTED)
# Outcomes of the first batch come at once.
FIRST_SECONDS = 0.25


class Counts(Counter[Status]):
    """How many outcomes there are by status; `broken` says of sources what is wrong with them."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: list[str] = []

    @property
    def kept(self) -> int:
        """How many items are there now."""
        return self[Status.NEW] + self[Status.CHANGED] + self[Status.SAME]

    def failures(self) -> list[str]:
        """What went wrong, a sentence each; none where all went well."""
        failed = self[Status.FAILED]
        if failed:
            rest = "the others are kept" if self.kept else "nothing was taken"
            return [*self.broken, f"{failed} failed; {rest}."]
        what_was_kept = ["What was read before is kept."] if self.broken and self.kept else []
        return [*self.broken, *what_was_kept]

    def complaint(self) -> str:
        """The same as one text; empty where all went well."""
        return " ".join(self.failures())


def report(
    command: BaseCommand,
    outcomes: Iterable[Outcome],
    *,
    total: int | None = None,
    unit: str = "product",
    verbosity: int = 1,
    beside: Callable[[], str] | None = None,
) -> Counts:
    """Runs through the outcomes, shows them, and counts them by status.

    A line an item with `verbosity` 2; a summary line, and the failures by their reasons, with 1;
    nothing with 0. `beside` tells what else the bar shows, as in "12 pages". A command's `run`
    keeps the counts and the failures, even those of a run that is cut short.
    """
    counts = Counts()
    failures: list[Outcome] = []
    try:
        with _bar("", total, unit, hidden=verbosity != 1) as bar:
            for outcome in _timed_from_the_first(outcomes, bar):
                if outcome.of_source and outcome.status is Status.FAILED:
                    counts.broken.append(_of_source(outcome))
                elif outcome.status is not Status.NOTED:
                    counts[outcome.status] += 1
                if outcome.status in TOLD or outcome.note:
                    failures.append(outcome)
                bar.set_postfix_str(_so_far(counts, beside), refresh=False)
                if verbosity > 1:
                    command.stdout.write(_line(outcome))
    finally:
        if run := getattr(command, "run", None):
            of_what = "" if unit == "product" else f" {unit}s"
            run.add({f"{status}{of_what}": n for status, n in counts.items()}, map(_line, failures))
    if verbosity:
        _summarise(command, counts, failures, unit)
    return counts


def _of_source(outcome: Outcome) -> str:
    """A sentence that names the source."""
    key, explanation = printable(outcome.key), outcome.explanation.rstrip(".")
    return f"{explanation}." if key in explanation else f"{key}: {explanation}."


def _line(outcome: Outcome) -> str:
    return f"{outcome.status:8} {printable(outcome.key)}  {outcome.explanation}".rstrip()


def _so_far(counts: Counter[Status], beside: Callable[[], str] | None) -> str:
    """As in "12 pages, 3 new, 40 same"."""
    return ", ".join(filter(None, [beside() if beside else "", _by_status(counts)]))


def _by_status(counts: Counter[Status]) -> str:
    return ", ".join(f"{counts[status]} {status}" for status in Status if counts[status])


def _timed_from_the_first(outcomes: Iterable[Outcome], bar: "tqdm[None]") -> Iterator[Outcome]:
    """Passes the outcomes on and moves the bar.

    What comes before the first outcomes (a network is loaded, a kernel compiled) says nothing of
    the time left, so the clock starts with them.
    """
    began = None
    for outcome in outcomes:
        yield outcome
        bar.update()
        now = time.monotonic()
        began = began or now
        if now - began < FIRST_SECONDS:
            bar.initial, bar.start_t = bar.n, time.time()


def _summarise(
    command: BaseCommand, counts: Counter[Status], failures: list[Outcome], unit: str
) -> None:
    reasons = _by_reason([one for one in failures if not one.of_source])
    for alike in reasons[:MAX_REASONS]:
        first, others = alike[0], len(alike) - 1
        more = f" (and {others} more like this)" if others else ""
        status = "" if first.status is Status.NOTED else f"{first.status} "
        command.stderr.write(f"{status}{printable(first.key)}: {first.explanation}{more}")
    if len(reasons) > MAX_REASONS:
        left = pluralise(len(reasons) - MAX_REASONS, "reason")
        command.stderr.write(f"… and {left} more; --verbosity 2 lists all")
    if counts:
        command.stdout.write(f"{pluralise(counts.total(), unit)}: {_by_status(counts)}.")


def _by_reason(failures: list[Outcome]) -> list[list[Outcome]]:
    """Outcomes whose reasons differ in names and numbers only are together; the most first."""
    alike: dict[tuple[Status, str], list[Outcome]] = {}
    for outcome in failures:
        reason = _PARTICULARS.sub("…", outcome.explanation)
        alike.setdefault((outcome.status, reason), []).append(outcome)
    return sorted(alike.values(), key=len, reverse=True)


def pluralise(number: int, unit: str) -> str:
    """As in "1 picture", "2 pictures"."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


@contextmanager
def progress_bar(title: str, unit: str = "product") -> Iterator[Callable[[int, int], None]]:
    """Gives a function to call with how many are done and how many there are."""
    with _bar(title, None, unit) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show


def _bar(title: str, total: int | None, unit: str, hidden: bool = False) -> "tqdm[None]":
    """A bar on a terminal; elsewhere nothing, so that logs stay readable."""
    return tqdm(
        total=total,
        desc=title or None,
        unit=f" {unit}s",
        disable=hidden or not sys.stderr.isatty(),
        leave=False,
        dynamic_ncols=True,
        smoothing=0,  # the mean speed, not that of the last batch
    )

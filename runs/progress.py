"""How a command shows a run: a progress bar while it goes on, a summary at its end."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.core.management.base import BaseCommand
from tqdm import tqdm

from runs.outcomes import Outcome, Status

MOST_REASONS = 10


def report(
    command: BaseCommand,
    outcomes: Iterable[Outcome],
    *,
    total: int | None = None,
    unit: str = "product",
    verbosity: int = 1,
) -> Counter[Status]:
    """Runs through the outcomes, shows them, and counts them by status.

    A line an item with `verbosity` 2; a summary line, and the first failures with their reasons,
    with 1; nothing with 0.
    """
    counts: Counter[Status] = Counter()
    failures: list[Outcome] = []
    with _bar("", total, unit, hidden=verbosity != 1) as bar:
        for outcome in outcomes:
            counts[outcome.status] += 1
            bar.update()
            if outcome.status in (Status.FAILED, Status.SKIPPED):
                failures.append(outcome)
            if verbosity > 1:
                command.stdout.write(f"{outcome.status:8} {outcome.key}  {outcome.detail}".rstrip())
    if verbosity:
        _summarise(command, counts, failures, unit)
    return counts


def _summarise(
    command: BaseCommand, counts: Counter[Status], failures: list[Outcome], unit: str
) -> None:
    for outcome in failures[:MOST_REASONS]:
        command.stderr.write(f"{outcome.status} {outcome.key}: {outcome.detail}")
    if len(failures) > MOST_REASONS:
        command.stderr.write(f"… and {len(failures) - MOST_REASONS} more; --verbosity 2 lists all")
    if counts:
        parts = ", ".join(f"{counts[status]} {status}" for status in Status if counts[status])
        command.stdout.write(f"{counted(counts.total(), unit)}: {parts}.")


def counted(number: int, unit: str) -> str:
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
    )

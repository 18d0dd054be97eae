"""Whether a tuned index may be published: what it must gain, and what it may not lose."""

from collections.abc import Iterator

from recommender.evaluation.evaluation import Change
from recommender.evaluation.figures import FIXED, Figure
from recommender.evaluation.figures import copies as figure_of_copies
from recommender.evaluation.run import Result
from recommender.tuning.choosing import GUARDED, MAY_LOSE

GAINED, NEVER_SHOWN = "precision_at_5", "never_shown"


def reasons_against(
    result: Result, never_shown: float | None = None, any_loss: bool = False
) -> list[str]:
    """Sentences that say why it is not published; none where it may be.

    `never_shown` is the most that may be, by default a point more than before; with `any_loss`,
    whatever is lost is in the bargain.
    """
    return [*_of_gain(result), *(() if any_loss else _of_loss(result, never_shown))]


def _of_gain(result: Result) -> Iterator[str]:
    change = result.changes.get(GAINED)
    if change is None:
        yield "Too few products could be held out to see whether it gains anything."
    elif change.difference.low is None or change.difference.low <= 0:
        yield f"It does not surely gain: {_as_text(_figure(GAINED), change)}."


def _of_loss(result: Result, never_shown: float | None) -> Iterator[str]:
    for kind in GUARDED:
        change = result.changes.get(f"copy_{kind}")
        if change is None:
            yield f"Altered pictures ({kind}) could not be tried."
        elif change.difference.value < -MAY_LOSE:
            yield f"It loses altered pictures: {_as_text(figure_of_copies(kind, False), change)}."
    change = result.changes.get(NEVER_SHOWN)
    if change is not None:
        most = change.before.value + MAY_LOSE if never_shown is None else never_shown
        if change.after.value > most:
            yield f"More products are never shown: {_as_text(_figure(NEVER_SHOWN), change)}."


def _figure(key: str) -> Figure:
    return next(figure for figure in FIXED if figure.key == key)


def _as_text(figure: Figure, change: Change) -> str:
    """As in "The five nearest (P@5) 78.7 % → 82.6 %"."""
    before, after = (figure.as_text(one.value) for one in (change.before, change.after))
    return f"{figure.title} {before} → {after}"

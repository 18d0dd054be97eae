"""What a difference says, in a word."""

from recommender.evaluation.evaluation import Change
from recommender.evaluation.figures import Better, Figure


def verdict(figure: Figure, change: Change) -> str:
    """Where the interval leaves out 0, "better", "worse" or "changed"; else "": no clear change."""
    if not change.is_certain:
        return ""
    if figure.better is Better.NEITHER:
        return "changed"
    gained = change.difference.value > 0
    return "better" if gained == (figure.better is Better.HIGHER) else "worse"

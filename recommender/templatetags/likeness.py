"""How a match is shown."""

from typing import Any

from django import template

from recommender import state
from recommender.search.answers import Because, Match

register = template.Library()


@register.inclusion_tag("catalog/_tile.html")
def tile(match: Match, narrowed: str = "") -> dict[str, Any]:
    """A neighbour as a link to its own page, with its score, and its distance to four digits."""
    return {
        "product": match.product,
        "distance": "" if match.distance is None else four_digits(match.distance),
        "score": "" if match.score is None else f"{match.score:.0f}",
        "of_category": match.because is Because.CATEGORY,
        "copies": match.copies,
        "chosen": match.because is Because.PINNED,
        "narrowed": narrowed,
    }


def four_digits(distance: float) -> str:
    """0.1234, 12.34, 1234: four significant digits, never an exponent for everyday sizes."""
    return f"{distance:.4g}" if distance < 1000 else f"{distance:.0f}"


@register.simple_tag
def index_state() -> state.IndexState:
    """How the live index stands to the catalogue."""
    return state.index_state()

"""How long making all neighbour lists will take, told before it begins."""

import time

import numpy as np

from recommender.building.further import count
from recommender.building.planning import Plan
from recommender.building.projecting import is_due
from recommender.embedders.runtimes import cores as own_cores
from recommender.index.candidates import Scorer
from recommender.index.distances import squared_norms
from recommender.index.inverted_file import FEWEST
from recommender.index.neighbours import STRIP, lists_of
from recommender.index.similarity_index import K
from recommender.live import selection
from runs.progress import pluralise

# Vectors that a strip of rows is compared with, to see how fast that goes.
TRIED = 8192
# Rounds: the first one compiles.
ROUNDS = 2


def says_of_lists(plan: Plan, rows: dict[str, str]) -> str:
    """What is to be heard before all lists of a large catalogue's `rows` are made; else "".

    Nothing for fewer than 20,000 pictures, nor where lists are only patched.
    """
    if len(rows) + count(plan.further) < FEWEST or not _all_are_made(plan, rows):
        return ""
    cores = plan.workers.cores
    pictures = len(rows) + count(plan.further)
    seconds = pictures**2 / pairs_a_second(plan.chosen.spec.dimension)
    elsewhere = seconds * own_cores() / cores
    takes = f"{duration(elsewhere)} on {pluralise(cores, 'core')}"
    if selection.approximate(len(rows)):
        return f"Neighbour lists: approximate; exact ones (LISTS=exact) would take about {takes}."
    return f"Neighbour lists: exact, about {takes}."


def pairs_a_second(dimension: int) -> float:
    """How many pairs of vectors this process compares in a second, under all three metrics."""
    random = np.random.default_rng(0)
    vectors = np.maximum(random.standard_normal((TRIED, dimension), np.float32), 0)
    scorer, seconds = Scorer(vectors, squared_norms(vectors)), 0.0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        lists_of(scorer, np.arange(STRIP), K)
        seconds = time.perf_counter() - began
    return STRIP * TRIED / seconds


def duration(seconds: float) -> str:
    """As people say it: "40 seconds", "12 minutes", "3.1 hours", "23 days"."""
    for unit, length, digits in (("day", 86400, 0), ("hour", 3600, 1), ("minute", 60, 0)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.{digits}f} {unit}s"
    return f"{seconds:.0f} seconds"


def _all_are_made(plan: Plan, rows: dict[str, str]) -> bool:
    """As `SimilarityIndex.merged` decides it."""
    index = plan.current
    if index is None or is_due(plan, list(rows.values())):
        return True
    if not index.is_made_as(selection.approximate(len(rows)), len(rows), count(plan.further)):
        return True
    changed = sum(plan.known_row(item_id) != one for item_id, one in rows.items())
    return index.inverted is None and 5 * changed > len(rows)

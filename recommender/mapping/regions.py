"""Parts of the map, and the words that tell one from the others. No Django.

Parts are k-means' (scikit-learn) of the cells. Their words are ranked by class-based TF-IDF (M.
Grootendorst, *BERTopic*, 2022, arXiv 2203.05794), with shares of products for counts of words.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

# One part for so many products, within these bounds.
PRODUCTS_PER_REGION, FEWEST, MOST = 40, 2, 14
SEED = 0
# A word names a part that it is said of by so large a share of its products; so many times more
# often there than on the whole map; and by so many standard deviations more often than by chance.
SHARE, TIMES, DEVIATIONS = 0.12, 1.5, 3.5
WORDS = 2


@dataclass(frozen=True)
class Region:
    """A part of the map: its words, the most telling first; a cell in its midst; its products."""

    words: tuple[str, ...]
    middle: tuple[int, int]
    count: int


def regions_of(cells: np.ndarray) -> np.ndarray:
    """(n, 2) cells -> (n,) int64, the part that each belongs to, from 0. The same each time."""
    from sklearn.cluster import KMeans

    count = min(max(len(cells) // PRODUCTS_PER_REGION, FEWEST), MOST, len(cells))
    means = KMeans(count, n_init=4, random_state=SEED)
    return np.asarray(means.fit_predict(cells.astype(np.float64)), np.int64)


def named_regions(
    cells: np.ndarray, regions: np.ndarray, words: Sequence[Collection[str] | None]
) -> list[Region]:
    """The parts that have words of their own, the largest first.

    words: of each of the n products, each word once; None for one that is not shown.
    """
    shown = np.array([given is not None for given in words], bool)
    everywhere = Counter(word for given in words if given for word in given)
    found = []
    for number in np.unique(regions[shown]):
        members = np.flatnonzero(shown & (regions == number)).tolist()
        here = Counter(word for member in members for word in words[member] or ())
        telling = _telling(here, len(members), everywhere, int(shown.sum()))
        if telling:
            found.append(Region(telling, _midst(cells[members]), len(members)))
    return sorted(found, key=lambda region: (-region.count, region.words))


def _telling(
    here: Counter[str], members: int, everywhere: Counter[str], count: int
) -> tuple[str, ...]:
    """The words that tell a part, at most WORDS of them."""
    weights = {
        word: said / members * log(1 + count / everywhere[word])
        for word, said in here.items()
        if _stands_out(said, members, everywhere[word], count)
    }
    ranked = sorted(weights, key=lambda word: (-weights[word], word))
    return tuple(_apart(ranked)[:WORDS])


def _stands_out(said: int, members: int, everywhere: int, count: int) -> bool:
    """Against as many products drawn at random, without putting back (hypergeometric)."""
    part = everywhere / count
    by_chance = members * part
    variance = by_chance * (1 - part) * (count - members) / max(count - 1, 1)
    enough = said >= max(SHARE * members, TIMES * by_chance)
    return enough and said - by_chance >= DEVIATIONS * variance**0.5 and part < 1


def _apart(ranked: Sequence[str]) -> list[str]:
    """Without words that stand within one that says more, as "shirt" does within "T-shirt"."""
    kept: list[str] = []
    for word in ranked:
        if not any(word in other or other in word for other in kept):
            kept.append(word)
    return kept


def _midst(cells: np.ndarray) -> tuple[int, int]:
    """The cell, one of them, that lies nearest to the middle of them all."""
    ways = ((cells - np.median(cells, axis=0)) ** 2).sum(axis=1)
    column, row = cells[ways.argmin()].tolist()
    return column, row

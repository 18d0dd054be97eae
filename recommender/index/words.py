"""Words for looks: what a shop's own titles have taught, as directions among its vectors.

`word_lessons` learns them. numpy only.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

_TOKEN = re.compile(r"\w+(?:[-'’]\w+)*")
# What stands between two of these is no pair of words.
_BREAK = re.compile(r"[^\w\s'’-]+|\s[-–—]+\s")
# Words named where one is not known, and how alike they must be written.
NAMED, ALIKE = 3, 0.6
# How far out along its direction the point of words lies, in lengths of a vector: there euclidean
# and manhattan order by the direction, too, and no longer by how short a vector is.
FAR_OUT = 3.0
SHORTEST = 1e-9


class UnknownWord(KeyError):
    """None of the words that are offered; `nearest` are those written most like it."""

    def __init__(self, text: str, nearest: Sequence[str]) -> None:
        super().__init__(text)
        self.text, self.nearest = text, tuple(nearest)


@dataclass(frozen=True)
class Word:
    """One word, or two in a row, and how well it finds products that nothing was learnt from.

    `precision` is the share of the first that bear it in their titles, of `asked` in all; `low` and
    `high` are the limits of its 95 % interval, and `by_chance` is what any products would have.
    Whoever's title does not say what it could counts as a miss, so it is a lower bound.
    """

    text: str
    products: int
    precision: float
    low: float
    high: float
    by_chance: float
    asked: int


@dataclass(frozen=True)
class Lesson:
    """What words were learnt from: titles of `products`, of which `tried` words are common enough.

    `titles` names these titles, `ridge` how much was shrunk, `length` that of a vector: the mean.
    """

    products: int
    tried: int
    titles: str
    ridge: float
    length: float


@dataclass(frozen=True, eq=False)
class Words:
    """Those that hold up, the most common first, and their directions (w, d), float32 units.

    Raises ValueError for what cannot be meant.
    """

    about: Lesson
    offered: tuple[Word, ...]
    directions: np.ndarray

    def __post_init__(self) -> None:
        found = self.directions
        if found.ndim != 2 or len(found) != len(self.offered) or found.dtype != np.float32:
            raise ValueError("the words' directions are not as many as the words")
        if not np.isfinite(found).all() or not 0 <= self.about.length < np.inf:
            raise ValueError("a word's direction is not finite")

    @cached_property
    def _places(self) -> dict[str, int]:
        return {word.text: place for place, word in enumerate(self.offered)}

    def direction(self, folded_text: str) -> np.ndarray:
        """(d,) float32 of length 1: where all of the words lead. Raises UnknownWord.

        Two words that are offered together count as such. The text must be folded, as titles were.
        """
        places = list(self._understood(tokens(folded_text)))
        if not places:
            raise UnknownWord(folded_text.strip(), self.nearest(folded_text))
        return unit(self.directions[places].sum(axis=0))

    def _understood(self, words: Sequence[str]) -> Iterator[int]:
        at = 0
        while at < len(words):
            together = " ".join(words[at : at + 2])
            text = together if together in self._places else words[at]
            if text not in self._places:
                raise UnknownWord(text, self.nearest(text))
            yield self._places[text]
            at += 2 if text == together and at + 1 < len(words) else 1

    def nearest(self, text: str) -> list[str]:
        """The words offered that are written most like it; else the most common ones."""
        every = list(self._places)
        return get_close_matches(text, every, NAMED, ALIKE) or every[:NAMED]

    def to_arrays(self) -> dict[str, Any]:
        """What a file holds of it."""
        told = {"about": asdict(self.about), "offered": [asdict(word) for word in self.offered]}
        arrays: dict[str, Any] = {"words": json.dumps(told, ensure_ascii=False)}
        return arrays | ({"words_directions": self.directions} if self.offered else {})

    @classmethod
    def from_arrays(cls, content: Mapping[str, Any], dimension: int) -> "Words":
        """The words that `to_arrays` gave, for vectors of such a length; raises ValueError."""
        try:
            told = json.loads(content["words"])
            about = Lesson(**told["about"])
            offered = tuple(Word(**word) for word in told["offered"])
        except (TypeError, KeyError, RecursionError) as error:
            raise ValueError("its words are none") from error
        none = np.empty((0, dimension), np.float32)
        directions = content["words_directions"] if offered else none
        if not isinstance(directions, np.ndarray) or directions.shape[1:] != (dimension,):
            raise ValueError("its words are of another length than its vectors")
        return cls(about, offered, directions)


def tokens(folded_text: str) -> list[str]:
    """The words of a text, in order: those with a letter in them."""
    return [word for word in _TOKEN.findall(folded_text) if any(map(str.isalpha, word))]


def terms(folded_text: str) -> set[str]:
    """The words of a text, and each two in a row that no comma or the like parts."""
    found: set[str] = set()
    for part in _BREAK.split(folded_text):
        words = tokens(part)
        found |= {*words, *map(" ".join, pairwise(words))}
    return found


def unit(vector: np.ndarray) -> np.ndarray:
    """(…, d) at length 1, float32; zeros stay zeros."""
    lengths = np.linalg.norm(vector, axis=-1, keepdims=True)
    return np.asarray(vector / np.maximum(lengths, SHORTEST), np.float32)

"""The same query through two embedders: what both find, and what one finds alone."""

from dataclasses import dataclass

from recommender.search.answering import answer
from recommender.search.answers import Answer
from recommender.search.fields import MOST
from recommender.search.query import Query

# At how many neighbours the overlap is told.
DEPTHS = (5, 10, 20, MOST)


@dataclass(frozen=True)
class Comparison:
    """Two answers to one query, each by its embedder's index, under one metric."""

    left: Answer
    right: Answer

    @property
    def shared(self) -> set[str]:
        """The ids of the products that both answer."""
        return set(_ids(self.left)) & set(_ids(self.right))

    @property
    def overlaps(self) -> list[tuple[int, int]]:
        """(k, how many of the k first both have), for each depth that both reach."""
        left, right = _ids(self.left), _ids(self.right)
        reached = min(len(left), len(right))
        return [(k, len(set(left[:k]) & set(right[:k]))) for k in DEPTHS if k <= reached]


def compare(query: Query, left: str, right: str) -> Comparison:
    """The query's answers by the indexes of two embedders; raises SearchError."""
    return Comparison(answer(query, left), answer(query, right))


def _ids(answered: Answer) -> list[str]:
    return [match.product.item_id for match in answered.rankings[0].matches]

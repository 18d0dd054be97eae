"""Which two answers can be judged side by side, and a query where they differ."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import combinations

from catalog.models import Product
from recommender.engines.contract import Index
from recommender.index.metrics import Metric
from recommender.live.engine import engine
from recommender.search.answering import answer_by, live_index
from recommender.search.answers import Answer
from recommender.search.errors import NotReady, UnknownProduct
from recommender.search.fields import FEW
from recommender.search.judgements import Contender
from recommender.search.query import Query

PREVIOUS = "previous"
# Products whose lists are compared before it is said that none differ, and whose answers are made.
LOOKED_AT, TRIES = 20_000, 20


@dataclass(frozen=True, eq=False)
class Entrant:
    """An index and a metric, which together answer."""

    index: Index
    metric: Metric

    @property
    def contender(self) -> Contender:
        return Contender.of(self.index, self.metric)

    def answers(self, item_id: str) -> Answer:
        """The look-alikes of a product; raises SearchError."""
        return answer_by(self.index, Query(liked=(item_id,), metrics=(self.metric,)))

    def listed(self, item_id: str) -> set[str]:
        """The nearest in the lists, whatever the shop shows of them; the index has the product."""
        return {near.item_id for near in self.index.neighbours(item_id, self.metric, FEW)}

    def pictures_of(self, item_ids: list[str]) -> dict[str, str]:
        """The hash of the picture that was embedded, of each product that the index has."""
        return self.index.hashes_of(item_ids)


@dataclass(frozen=True, eq=False)
class Contest:
    """Two that can be compared; `name` is how addresses call them."""

    name: str
    one: Entrant
    other: Entrant


@dataclass(frozen=True)
class Drawn:
    """A product, and what each of the two of a contest answers."""

    product: Product
    one: list[Product]
    other: list[Product]

    @property
    def differs(self) -> bool:
        """Whether the answers hold different products, in whatever order."""
        return {found.item_id for found in self.one} != {found.item_id for found in self.other}


def contests() -> list[Contest]:
    """The live index against the previous one, against those of other embedders, and its metrics
    against each other. Raises NotReady."""
    live = live_index()
    served = Entrant(live, Metric.COSINE)
    others = {name: _of_embedder(name) for name in engine().names()}
    others = {PREVIOUS: engine().previous(live.manifest.embedder)} | others
    found = [
        Contest(name, served, Entrant(index, Metric.COSINE))
        for name, index in others.items()
        if index is not None and name != live.manifest.embedder
    ]
    for one, other in combinations(Metric, 2):
        found.append(Contest(f"{one}-{other}", Entrant(live, one), Entrant(live, other)))
    return [contest for contest in found if contest.one.contender != contest.other.contender]


def _of_embedder(name: str) -> Index | None:
    try:
        return live_index(name)
    except NotReady:
        return None


def draw(contest: Contest, judged: Collection[str]) -> Drawn | None:
    """A random product, not judged yet, for which the two answer different products.

    None where none is found among LOOKED_AT products.
    """
    for tries, item_id in enumerate(_where_lists_differ(contest, judged)):
        if tries == TRIES:
            break
        try:
            drawn = answers_for(contest, item_id)
        except UnknownProduct:  # hidden, or no longer in the shop
            continue
        if drawn.differs:
            return drawn
    return None


def answers_for(contest: Contest, item_id: str) -> Drawn:
    """What the two answer about one product, nothing where an index lacks it.

    Raises SearchError.
    """
    one, other = contest.one.answers(item_id), contest.other.answers(item_id)
    return Drawn(one.named[item_id], _products(one), _products(other))


def _products(answered: Answer) -> list[Product]:
    return [match.product for match in answered.rankings[0].matches]


def _where_lists_differ(contest: Contest, judged: Collection[str]) -> Iterator[str]:
    """Products that both have with the same picture, in random order."""
    ids = [item_id for item_id in contest.one.index.some(LOOKED_AT) if item_id not in judged]
    pictures, others = contest.one.pictures_of(ids), contest.other.pictures_of(ids)
    for item_id in ids:
        if others.get(item_id) != pictures[item_id]:
            continue
        if contest.one.listed(item_id) != contest.other.listed(item_id):
            yield item_id

"""What is asked: of what, under which metrics, how many."""

from dataclasses import dataclass

from recommender.index.metrics import Metric
from recommender.search.errors import BadQuery, KOutOfRange, UnknownMetric

# The rule for k, wherever it is asked: 1 to MOST, FEW unless told.
FEW = 5
MOST = 50


@dataclass(frozen=True)
class Query:
    """The k products nearest to a product or to a picture's bytes, under each of the metrics.

    Raises BadQuery, KOutOfRange among them, for what cannot be meant.
    """

    item_id: str = ""
    picture: bytes | None = None
    metrics: tuple[Metric, ...] = (Metric.COSINE,)
    k: int = FEW

    def __post_init__(self) -> None:
        if bool(self.item_id) == (self.picture is not None):
            raise BadQuery("Ask for either a product or a picture.")
        if not 1 <= self.k <= MOST:
            raise KOutOfRange(self.k, MOST)


def metric_named(name: str) -> Metric:
    """The metric of that name; raises UnknownMetric."""
    if name not in {*Metric}:
        raise UnknownMetric(name, Metric)
    return Metric(name)

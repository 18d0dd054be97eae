"""How many of the nearest a search by pgvector's index finds, measured against the lists."""

from dataclasses import replace

import numpy as np

from recommender.engines.passing import ALL
from recommender.engines.postgres.index import PostgresIndex
from recommender.engines.postgres.searching import SCAN, Plan
from recommender.errors import PublishError
from recommender.index.metrics import Metric
from recommender.index.point import Point
from recommender.index.similarity_index import EXACT, SimilarityIndex

# Of the five nearest, the share to be found; so many products tell it.
WANTED, SAMPLE, NEAREST = 0.995, 100, 5


def searched_well(kept: PostgresIndex, index: SimilarityIndex) -> tuple[Plan, float]:
    """The plan that finds enough, and what it finds: it looks at as little as it takes.

    Raises PublishError where what is searched exactly is not what the lists say.
    """
    plan = kept.plan
    while True:
        recall = recall_of(replace(kept, plan=plan), index)
        wider = plan.wider()
        if recall >= WANTED or wider is None:
            break
        plan = wider
    if plan.kind == SCAN and index.manifest.list_method == EXACT and recall < 1:
        raise PublishError("The vectors in the database are not those of the lists.")
    return plan, recall


def recall_of(kept: PostgresIndex, index: SimilarityIndex) -> float:
    """The least of the three metrics' shares of the nearest that a search finds.

    One that is as near as the last of them counts as well.
    """
    count = min(NEAREST, len(index) - 1, index.k)
    if count < 1:
        return 1.0
    rows = np.unique(np.linspace(0, len(index) - 1, SAMPLE, dtype=int))
    return min(_share(kept, index, metric, rows, count) for metric in Metric)


def _share(
    kept: PostgresIndex, index: SimilarityIndex, metric: Metric, rows: np.ndarray, count: int
) -> float:
    found = 0
    for row in rows:
        item_id, limit = str(index.item_ids[row]), index.lists[metric].distances[row, count - 1]
        point = Point(index.embeddings[row], further=index.further_vectors(item_id))
        near = kept.nearest(point, metric, count, ALL, exclude=[item_id]).neighbours
        found += sum(neighbour.distance <= limit for neighbour in near)
    return found / (count * len(rows))

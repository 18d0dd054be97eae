"""The one function behind page, API and terminal: a query in, an answer out."""

from dataclasses import replace

import numpy as np

from catalog.models import Product
from recommender import store
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Neighbour, SimilarityIndex
from recommender.search.answers import Answer, Match, Ranking
from recommender.search.diversity import diversified
from recommender.search.errors import NotReady
from recommender.search.fallback import newest_of_the_category
from recommender.search.nearest import Found, Products, nearest_in_a_scan, nearest_in_lists
from recommender.search.picture_query import embedding_of
from recommender.search.products import catalogue_is_empty, shown_products
from recommender.search.query import MOST, Query
from recommender.search.rules import Rules, boosted, pinned, pinned_products, rules_for
from recommender.search.scores import scales, score

# How much of the disliked is taken off the liked.
SHARE = 1 / 3


def answer(query: Query) -> Answer:
    """The k products that look most like what is asked about; all of them, where there are fewer.

    Products that have left the shop are neither asked about nor answered; the merchant's rules come
    last. Three queries of the database, unless the lists of the index hold too few that pass, or
    something is pinned. Raises SearchError.
    """
    named = shown_products(query.named)
    index = live_index()
    vector = _point(index, query)
    if vector is None:
        nothing = [Ranking(metric, []) for metric in query.metrics]
        return Answer(query, named, index.manifest, nothing, indexed=False)
    rules = rules_for(query)
    allowed = replace(query, filters=replace(query.filters, without=rules.banned))
    found, products = _nearest(index, allowed, vector, rules)
    first = pinned_products(rules, allowed)
    rankings = []
    for metric in query.metrics:
        ranking = _ranking(index, allowed, metric, found[metric], products, rules)
        ranking = _filled_up(allowed, named, ranking)
        pins = pinned(first, index, vector, metric) if first else []
        rankings.append(ranking.led_by(pins, query.k))
    return Answer(query, named, index.manifest, rankings)


def _nearest(
    index: SimilarityIndex, query: Query, vector: np.ndarray, rules: Rules
) -> tuple[Found, Products]:
    wanted = MOST if query.diversity or rules.boosts else query.k
    found = nearest_in_lists(index, query, wanted) if query.is_one_product else None
    return found or nearest_in_a_scan(index, query, vector, wanted)


def live_index() -> SimilarityIndex:
    """The index that is live; raises NotReady with the commands that make one, in their order."""
    try:
        index = store.live_index()
    except store.IndexUnavailable as error:
        raise _nothing_to_compare(error.sentence, error.command) from error
    if not len(index):
        raise _nothing_to_compare("The index is empty.", "manage.py build_index")
    return index


def _nothing_to_compare(reason: str, command: str) -> NotReady:
    """What to tell the owner: without products, to get some first."""
    if not Product.shown.exists():
        return catalogue_is_empty()
    return NotReady(reason, [command] if command else ())


def _point(index: SimilarityIndex, query: Query) -> np.ndarray | None:
    """The (d,) vector that is asked about, None where the index knows nothing of it yet.

    The mean of the liked; with disliked ones, less a share of their mean, at the size it had.
    """
    liked = [index.embeddings[row] for row in index.rows_of(query.liked)]
    if query.picture is not None:
        liked.append(embedding_of(query.picture, index))
    if not liked:
        return None
    if len(liked) == 1 and not query.disliked:
        return np.asarray(liked[0])
    point = np.stack(liked).mean(axis=0, dtype=np.float64)
    disliked = index.rows_of(query.disliked)
    if len(disliked):
        away = index.embeddings[disliked].mean(axis=0, dtype=np.float64)
        point = (point - SHARE * away) / (1 - SHARE)
    return np.asarray(point, np.float32)


def _ranking(
    index: SimilarityIndex,
    query: Query,
    metric: Metric,
    neighbours: list[Neighbour],
    products: Products,
    rules: Rules,
) -> Ranking:
    if query.diversity:
        neighbours = diversified(neighbours, index, metric, query.k, query.diversity)
    scale = scales(index)[metric]
    matches = [
        Match(products[item_id], distance, likeness)
        for item_id, distance in neighbours
        if (likeness := score(distance, scale)) >= query.min_score
    ]
    return Ranking(metric, boosted(rules, matches)[: query.k])


def _filled_up(query: Query, named: dict[str, Product], ranking: Ranking) -> Ranking:
    """The ranking; where `min_score` has left it short, others of the category at its end."""
    if not query.min_score:
        return ranking
    taken = [match.product.item_id for match in ranking.matches]
    others = newest_of_the_category(query, named, taken, query.k - len(taken))
    return Ranking(ranking.metric, [*ranking.matches, *others])

"""The one function behind page, API and terminal: a query in, an answer out."""

from dataclasses import replace

import numpy as np

from catalog.models import Product
from recommender import store
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Neighbour, SimilarityIndex
from recommender.search.answers import Answer, Match, Ranking
from recommender.search.copies import Apart, copies
from recommender.search.diversity import diversified
from recommender.search.errors import NotReady
from recommender.search.fallback import newest_of_the_category
from recommender.search.nearest import Found, Products, nearest_in_a_scan, nearest_in_lists
from recommender.search.picture_query import embedding_of, picture_of_query
from recommender.search.point import Point, middle
from recommender.search.products import catalogue_is_empty, shown_products
from recommender.search.query import MOST, Query
from recommender.search.rules import Rules, boosted, pinned, pinned_products, rules_for
from recommender.search.scores import score


def answer(query: Query, embedder: str = "") -> Answer:
    """The k products that look most like what is asked about; all of them, where there are fewer.

    By the index that is served, or by that of `embedder`.

    Products that have left the shop are neither asked about nor answered; the merchant's rules come
    last. Three queries of the database, unless the lists of the index hold too few that pass,
    something is pinned, or there are variants. Raises SearchError.
    """
    named = shown_products(query.named)
    index = live_index(embedder)
    point = _point(index, query)
    if point is None:
        nothing = [Ranking(metric, []) for metric in query.metrics]
        return Answer(query, named, index.manifest, nothing, indexed=False)
    rules = rules_for(query)
    allowed = replace(query, filters=replace(query.filters, without=rules.banned))
    found, products = _nearest(index, allowed, point, rules, Apart(index, named))
    first = pinned_products(rules, allowed)
    rankings = []
    for metric in query.metrics:
        ranking = _ranking(index, allowed, metric, found[metric], products, rules, point)
        ranking = _filled_up(allowed, named, ranking)
        pins = pinned(first, index, point, metric) if first else []
        rankings.append(ranking.led_by(pins, query.k))
    return Answer(query, named, index.manifest, _with_copies(index, rankings))


def _nearest(
    index: SimilarityIndex, query: Query, point: Point, rules: Rules, apart: Apart
) -> tuple[Found, Products]:
    wanted = MOST if query.diversity or rules.boosts else query.k
    found = nearest_in_lists(index, query, wanted, apart) if query.lists_may_answer else None
    return found or nearest_in_a_scan(index, query, point, wanted, apart)


def _with_copies(index: SimilarityIndex, rankings: list[Ranking]) -> list[Ranking]:
    shown = {match.product.item_id: match.product for r in rankings for match in r.matches}
    behind = copies(index, shown.values())
    return [
        replace(
            ranking,
            matches=[replace(m, copies=behind[m.product.item_id]) for m in ranking.matches],
        )
        for ranking in rankings
    ]


def live_index(embedder: str = "") -> SimilarityIndex:
    """The index that is served, or that of `embedder`.

    Raises NotReady with the commands that make one, in their order.
    """
    try:
        index = store.live_index(embedder)
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


def _point(index: SimilarityIndex, query: Query) -> Point | None:
    """What is asked about, None where the index knows nothing of it yet."""
    if query.colour and index.colours is None:
        name = index.manifest.embedder
        raise _nothing_to_compare(
            "The index has no colours yet.", f"manage.py build_index --embedder {name}"
        )
    rows, away = index.rows_of(query.liked), index.rows_of(query.disliked)
    picture = picture_of_query(query)
    if picture is not None and not query.has_picture:
        rows = rows[:0]  # a part of the product's picture stands for it
    vectors, colours = list(index.embeddings[rows]), []
    if index.colours is not None:
        colours = list(index.colours[rows])
    if picture is not None:
        vector, seen = embedding_of(picture, index, query)
        vectors.append(vector)
        colours.append(seen)
    if not vectors:
        return None
    vector = middle(np.stack(vectors), index.embeddings[away])
    if not query.colour or index.colours is None:
        return Point(vector)
    return Point(vector, middle(np.stack(colours), index.colours[away]), query.colour)


def _ranking(
    index: SimilarityIndex,
    query: Query,
    metric: Metric,
    neighbours: list[Neighbour],
    products: Products,
    rules: Rules,
    point: Point,
) -> Ranking:
    scale = point.scale(index, metric)
    if query.diversity:
        neighbours = diversified(neighbours, index, metric, query.k, query.diversity, scale)
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

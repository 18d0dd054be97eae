"""The one function behind page, API and terminal: a query in, an answer out."""

from dataclasses import dataclass, replace

import numpy as np

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Neighbour, SimilarityIndex
from recommender.live import current
from recommender.search.answers import Answer, Match, Ranking
from recommender.search.deduplicator import Deduplicator
from recommender.search.diversity import diversified
from recommender.search.errors import EmptyCatalogue, NotReady
from recommender.search.fallback import newest_of_the_category
from recommender.search.nearest import Found, Products, nearest_in_a_scan, nearest_in_lists
from recommender.search.picture_query import embedding_of, picture_of_query
from recommender.search.products import shown_products
from recommender.search.query import MOST, Query
from recommender.search.query_vector import QueryVector, middle
from recommender.search.rules import boosted, pinned, pinned_products, rules_for
from recommender.search.scores import score


def answer(query: Query, embedder: str = "") -> Answer:
    """The k products that look most like what is asked about; all of them, where there are fewer.

    By the index that is served, or by that of `embedder`.

    Products that have left the shop are neither asked about nor answered. The rankings measure;
    the merchant's rules act on `looks`, what is shown first, and on nothing else. Three queries of
    the database, unless the lists of the index hold too few that pass, a rule holds, or there are
    variants. Raises SearchError.
    """
    named = shown_products(query.named)
    index = live_index(embedder)
    point = _point(index, query)
    if point is None:
        nothing = [Ranking(metric, []) for metric in query.metrics]
        return Answer(query, named, index.manifest, nothing, nothing[0], indexed=False)
    asked = Asked(index, query, named, point, Deduplicator(index, named))
    measured = _measured(asked)
    looks = _looks(asked, measured[0])
    *measured, looks = _with_copies(asked.apart, [*measured, looks])
    return Answer(query, named, index.manifest, measured, looks)


@dataclass(frozen=True)
class Asked:
    """A query, and what it is to an index."""

    index: SimilarityIndex
    query: Query
    named: dict[str, Product]
    point: QueryVector
    apart: Deduplicator


def _measured(asked: Asked) -> list[Ranking]:
    """What is nearest of all that passes, under each metric."""
    query = asked.query
    found, products = _nearest(asked, MOST if query.diversity else query.k)
    return [
        Ranking(metric, _matches(asked, metric, found[metric], products)[: query.k])
        for metric in query.metrics
    ]


def _looks(asked: Asked, measured: Ranking) -> Ranking:
    """What is shown first: what leads, filled up with its category, and as the rules will have it.

    Without rules it is what was measured; with bans or boosts, others may pass or come before it.
    """
    rules = rules_for(asked.query)
    filters = replace(asked.query.filters, without=rules.banned)
    query = replace(asked.query, metrics=(measured.metric,), filters=filters)
    asked = replace(asked, query=query)
    matches = measured.matches
    if rules.banned or rules.boosts:
        found, products = _nearest(asked, MOST if query.diversity or rules.boosts else query.k)
        alike = _matches(asked, measured.metric, found[measured.metric], products)
        matches = boosted(rules, alike)[: query.k]
    looks = _filled_up(asked, Ranking(measured.metric, matches))
    first = pinned_products(rules, query)
    pins = pinned(first, asked.index, asked.point, looks.metric) if first else []
    return looks.led_by(pins, query.k)


def _nearest(asked: Asked, wanted: int) -> tuple[Found, Products]:
    index, query = asked.index, asked.query
    found = nearest_in_lists(index, query, wanted, asked.apart) if query.lists_may_answer else None
    return found or nearest_in_a_scan(index, query, asked.point, wanted, asked.apart)


def _with_copies(apart: Deduplicator, rankings: list[Ranking]) -> list[Ranking]:
    shown = {match.product.item_id: match.product for r in rankings for match in r.matches}
    behind = apart.copies(shown.values())
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
        index = current.live_index(embedder)
    except current.IndexUnavailable as error:
        raise _nothing_to_compare(error.sentence, error.command) from error
    if not len(index):
        raise _nothing_to_compare("The index is empty.", "manage.py build_index")
    return index


def index_of_shown() -> SimilarityIndex:
    """The index that is served, where there is a product to show, too. Raises NotReady."""
    if not Product.shown.exists():
        raise EmptyCatalogue
    return live_index()


def _nothing_to_compare(reason: str, command: str) -> NotReady:
    """What to tell the owner: without products, to get some first."""
    if not Product.shown.exists():
        return EmptyCatalogue()
    return NotReady(reason, [command] if command else ())


def _point(index: SimilarityIndex, query: Query) -> QueryVector | None:
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
        return QueryVector(vector)
    return QueryVector(vector, middle(np.stack(colours), index.colours[away]), query.colour)


def _matches(
    asked: Asked, metric: Metric, neighbours: list[Neighbour], products: Products
) -> list[Match]:
    """The neighbours as matches; those that score too little are left out."""
    index, query = asked.index, asked.query
    scale = asked.point.scale(index, metric)
    if query.diversity:
        neighbours = diversified(neighbours, index, metric, query.k, query.diversity, scale)
    return [
        Match(products[item_id], distance, likeness)
        for item_id, distance in neighbours
        if (likeness := score(distance, scale)) >= query.min_score
    ]


def _filled_up(asked: Asked, ranking: Ranking) -> Ranking:
    """The ranking; where `min_score` has left it short, others of the category at its end."""
    query = asked.query
    if not query.min_score:
        return ranking
    taken = [match.product.item_id for match in ranking.matches]
    others = newest_of_the_category(query, asked.named, taken, query.k - len(taken))
    return Ranking(ranking.metric, [*ranking.matches, *others])

"""The one function behind page, API and terminal: a query in, an answer out."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from catalog import memory
from catalog.memory import Memory
from catalog.models import Product
from recommender.engines.contract import Index
from recommender.errors import IndexUnavailable
from recommender.index.metrics import Metric
from recommender.index.similarity_index import Neighbour
from recommender.index.views import Matched
from recommender.live.engine import engine
from recommender.search.answers import Answer, Match, Ranking
from recommender.search.cheaper import among_the_cheaper
from recommender.search.deduplicator import Deduplicator
from recommender.search.diversity import diversified
from recommender.search.errors import EmptyCatalogue, NotReady
from recommender.search.facts import weighed, weights_of
from recommender.search.fallback import newest_of_the_category
from recommender.search.fields import FEW, MOST
from recommender.search.nearest import Found, Products, nearest_in_a_search, nearest_in_lists
from recommender.search.picture_query import embedding_of, picture_of_query
from recommender.search.products import shown_products
from recommender.search.query import Query
from recommender.search.query_vector import QueryVector, beside_words, far_out, means, rocchio
from recommender.search.rules import boosted, pinned, pinned_products, rules_for
from recommender.search.scores import score
from recommender.search.word_query import direction_of, length_in


def answer(query: Query, embedder: str = "") -> Answer:
    """The k products that look most like what is asked about; all of them, where there are fewer.

    By the index that is served, or by that of `embedder`.

    Products that have left the shop are neither asked about nor answered. The rankings measure;
    the merchant's rules act on `looks`, what is shown first, and on nothing else. One query of the
    database; two more for products that are not in memory; others where the lists of the index hold
    too few that pass, or a product is pinned. Raises SearchError.
    """
    catalogue = memory.of_now()
    named = shown_products(query.named, catalogue)
    return _answered(live_index(embedder), query, named, catalogue)


def answer_by(index: Index, query: Query, catalogue: Memory | None = None) -> Answer:
    """The same by any index, be it live or not."""
    catalogue = catalogue or memory.of_now()
    return _answered(index, query, shown_products(query.named, catalogue), catalogue)


def _answered(index: Index, query: Query, named: dict[str, Product], catalogue: Memory) -> Answer:
    asked, query = query, among_the_cheaper(query, named)
    point = _point(index, query)
    if point is None:
        nothing = [Ranking(metric, []) for metric in query.metrics]
        return Answer(asked, named, index.manifest, nothing, nothing[0], indexed=False)
    prepared = PreparedQuery(index, query, named, point, Deduplicator(index, named, catalogue))
    measured, exact = _measured(prepared)
    looks = _looks(prepared, measured[0])
    *measured, looks = _by_picture(prepared, [*measured, looks])
    *measured, looks = _with_copies(prepared.apart, [*measured, looks])
    return Answer(asked, named, index.manifest, measured, looks, exact=exact)


@dataclass(frozen=True)
class PreparedQuery:
    """A query, and what it is to an index."""

    index: Index
    query: Query
    named: dict[str, Product]
    point: QueryVector
    apart: Deduplicator


def _measured(prepared: PreparedQuery) -> tuple[list[Ranking], bool]:
    """What is nearest of all that passes, under each metric; and whether it is so exactly."""
    query = prepared.query
    if query.k_beside is None:
        return _ranked(prepared)
    beside = replace(query, metrics=query.metrics[1:], k=query.k_beside)
    leading, exact = _ranked(replace(prepared, query=replace(query, metrics=query.metrics[:1])))
    others, as_exact = _ranked(replace(prepared, query=beside))
    return [*leading, *others], exact and as_exact


def _ranked(prepared: PreparedQuery) -> tuple[list[Ranking], bool]:
    """The k nearest under each metric, and whether they are exactly these."""
    query = prepared.query
    found, products, exact = _nearest(prepared, MOST if query.diversity else query.k)
    rankings = [
        Ranking(metric, _matches(prepared, metric, found[metric], products)[: query.k])
        for metric in query.metrics
    ]
    return rankings, exact


def _looks(prepared: PreparedQuery, measured: Ranking) -> Ranking:
    """What is shown first: what leads, filled up with its category, and as the rules will have it.

    Without rules and weights it is what was measured; with them, others may pass or come before it.
    """
    rules = rules_for(prepared.query, prepared.apart.catalogue)
    filters = prepared.query.filters.leaving_out(rules.banned)
    query = replace(prepared.query, metrics=(measured.metric,), filters=filters)
    prepared = replace(prepared, query=query)
    matches = measured.matches
    weights = weights_of(query)
    if rules.banned or rules.boosts or weights:
        wanted = MOST if query.diversity or rules.boosts or weights else query.k
        found, products, _ = _nearest(prepared, wanted)
        alike = _matches(prepared, measured.metric, found[measured.metric], products)
        if weights:
            alike = weighed(weights, alike, query, prepared.named, prepared.apart.catalogue)
        ordered = boosted(rules, alike) if rules.boosts or weights else alike
        matches = ordered[: query.k]
    looks = _filled_up(prepared, Ranking(measured.metric, matches))
    first = pinned_products(rules, query)
    pins = pinned(first, prepared.index, prepared.point, looks.metric) if first else []
    return looks.led_by(pins, query.k)


def _nearest(prepared: PreparedQuery, wanted: int) -> Found:
    index, query = prepared.index, prepared.query
    found = (
        nearest_in_lists(index, query, wanted, prepared.apart) if query.lists_may_answer else None
    )
    return found or nearest_in_a_search(index, query, prepared.point, wanted, prepared.apart)


def _by_picture(prepared: PreparedQuery, rankings: list[Ranking]) -> list[Ranking]:
    """The rankings, each product showing that of its pictures which is near, and telling to which
    of the asked product's.

    Under other metrics than the last ranking's, which leads, only the first few: no page has more.
    """
    leading = rankings[-1].metric
    is_one_picture = len(prepared.point.vectors) == 1
    seen: dict[Metric, dict[str, Matched]] = {ranking.metric: {} for ranking in rankings}
    for ranking in rankings:
        found = seen[ranking.metric]
        of_several = [
            match.product.item_id
            for match in ranking.matches[: None if ranking.metric is leading else FEW]
            if match.distance is not None
            and not (is_one_picture and not match.product.more_pictures)
        ]
        asked = [item_id for item_id in of_several if item_id not in found]
        if asked:
            matched = prepared.index.matched(prepared.point, ranking.metric, asked)
            found |= dict(zip(asked, matched, strict=True))
    told = {matched for found in seen.values() for matched in found.values()}
    if not told - {Matched()}:
        return rankings
    own = _own_numbers(prepared) if any(matched.place for matched in told) else {}
    return [ranking.showing(seen[ranking.metric], own) for ranking in rankings]


def _own_numbers(prepared: PreparedQuery) -> dict[int, int]:
    """Which picture of the asked product, by its number, each vector of the point is of."""
    (item_id,) = prepared.query.named
    hashes = prepared.index.further_hashes_of([item_id]).get(item_id, [])
    further = [prepared.named[item_id].by_picture(one).picture_number for one in hashes]
    return dict(enumerate([1, *further]))


def _with_copies(apart: Deduplicator, rankings: list[Ranking]) -> list[Ranking]:
    shown = {match.product.item_id: match.product for r in rankings for match in r.matches}
    behind = apart.duplicate_counts(shown.values())
    return [
        replace(
            ranking,
            matches=[
                replace(match, copies=copies)
                if (copies := behind[match.product.item_id])
                else match
                for match in ranking.matches
            ],
        )
        for ranking in rankings
    ]


def live_index(embedder: str = "") -> Index:
    """The index that is served, or that of `embedder`.

    Raises NotReady with the commands that make one, in their order.
    """
    try:
        index = engine().live(embedder)
    except IndexUnavailable as error:
        raise _nothing_to_compare(error.sentence, error.command) from error
    if not len(index):
        raise _nothing_to_compare("The index is empty.", "manage.py build_index")
    return index


def index_of_shown() -> Index:
    """The index that is served, where there is a product to show, too. Raises NotReady."""
    if not Product.shown.exists():
        raise EmptyCatalogue
    return live_index()


def _nothing_to_compare(reason: str, command: str) -> NotReady:
    """What to tell the owner: without products, to get some first."""
    if not Product.shown.exists():
        return EmptyCatalogue()
    return NotReady(reason, [command] if command else ())


def _point(index: Index, query: Query) -> QueryVector | None:
    """What is asked about, None where the index knows nothing of it yet."""
    if query.colour and not index.has_colours:
        name = index.manifest.embedder
        raise _nothing_to_compare(
            "The index has no colours yet.", f"manage.py build_index --embedder {name}"
        )
    known = index.known_among(query.named)
    liked = sorted(known.intersection(query.liked))
    away = sorted(known.intersection(query.disliked))
    picture = picture_of_query(query)
    if picture is not None and not query.has_picture:
        liked = []  # a part of the product's picture stands for it
    # Several are asked about by what their pictures share; colours are those of the first ones.
    by_first = query.is_one_product or query.colour
    vectors_of = index.vectors if by_first else partial(means, index)
    vectors = list(vectors_of(liked))
    colours = list(index.colours_of(liked)) if query.colour else []
    if picture is not None:
        vector, seen = embedding_of(picture, index, query)
        vectors.append(vector)
        colours.append(seen)
    if not vectors:
        return _words_alone(index, query, vectors_of(away))
    points = np.stack(vectors)
    if query.looks:
        points = beside_words(points, direction_of(query.looks, index))
    vector = rocchio(points, vectors_of(away))
    if not query.colour:
        further = index.further_vectors(liked[0]) if query.lists_may_answer else None
        return QueryVector(vector, further=further)
    return QueryVector(vector, rocchio(np.stack(colours), index.colours_of(away)), query.colour)


def _words_alone(index: Index, query: Query, disliked: np.ndarray) -> QueryVector | None:
    if not query.looks:
        return None
    return far_out(direction_of(query.looks, index), disliked, length_in(index))


def _matches(
    prepared: PreparedQuery, metric: Metric, neighbours: list[Neighbour], products: Products
) -> list[Match]:
    """The neighbours as matches; those that score too little are left out."""
    index, query = prepared.index, prepared.query
    scale = prepared.point.scale(index, metric)
    if query.diversity:
        neighbours = diversified(neighbours, index, metric, query.k, query.diversity, scale)
    rarity = prepared.point.rarity(index, metric, [away for _, away in neighbours])
    return [
        Match(products[item_id], distance, likeness, rarity=rare)
        for (item_id, distance), rare in zip(neighbours, rarity, strict=True)
        if (likeness := score(distance, scale)) >= query.min_score
    ]


def _filled_up(prepared: PreparedQuery, ranking: Ranking) -> Ranking:
    """The ranking; where `min_score` has left it short, others of the category at its end."""
    query = prepared.query
    if not query.min_score:
        return ranking
    taken = [match.product.item_id for match in ranking.matches]
    others = newest_of_the_category(query, prepared.named, taken, query.k - len(taken))
    return Ranking(ranking.metric, [*ranking.matches, *others])

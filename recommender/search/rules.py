"""The merchant's rules, applied last: what is pinned, banned, boosted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Q

from catalog.models import Product
from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex
from recommender.models import Rule
from recommender.search.answers import Match, MatchReason
from recommender.search.query import Query
from recommender.search.query_vector import QueryVector
from recommender.search.scores import score


@dataclass(frozen=True)
class Rules:
    """Those that hold for one query: item_ids in the order the rules were made; points a boost."""

    pinned: tuple[str, ...]
    banned: tuple[str, ...]
    boosts: Mapping[str, int]


NO_RULES = Rules((), (), {})


def rules_for(query: Query) -> Rules:
    """One query of the database; none for a picture, of which no rule knows.

    A rule for a pair goes before one for all pages.
    """
    if query.has_picture:
        return NO_RULES
    holds = Q(beside=None) | Q(beside__item_id__in=query.named)
    rules = Rule.objects.filter(holds).values_list(
        "product__item_id", "kind", "points", "beside_id"
    )
    kinds: dict[str, tuple[str, int]] = {}
    for item_id, kind, points, _ in sorted(rules, key=lambda rule: rule[3] is not None):
        kinds[item_id] = kind, points
    by_kind = {kind: [i for i, (k, _) in kinds.items() if k == kind] for kind in Rule.Kind}
    boosts = {item_id: kinds[item_id][1] for item_id in by_kind[Rule.Kind.BOOST]}
    return Rules(tuple(by_kind[Rule.Kind.PIN]), tuple(by_kind[Rule.Kind.BAN]), boosts)


def boosted(rules: Rules, matches: Sequence[Match]) -> list[Match]:
    """The matches by score and points; those of equal sums stay in their order."""
    if not rules.boosts:
        return list(matches)
    marked = [
        match.because_of(MatchReason.BOOSTED) if match.product.item_id in rules.boosts else match
        for match in matches
    ]
    return sorted(
        marked,
        key=lambda m: -((m.score or 0.0) + rules.boosts.get(m.product.item_id, 0)),
    )


def pinned_products(rules: Rules, query: Query) -> dict[str, Product]:
    """The pinned products that pass the filters and are not asked about."""
    wanted = [item_id for item_id in rules.pinned if item_id not in query.named]
    if not wanted:
        return {}
    found = query.filters.products().in_bulk(wanted, field_name="item_id")
    return {item_id: found[item_id] for item_id in wanted if item_id in found}


def pinned(
    products: Mapping[str, Product], index: SimilarityIndex, point: QueryVector, metric: Metric
) -> list[Match]:
    """The pinned products as matches; with their distance, where the index knows them."""
    known = [item_id for item_id in products if item_id in index]
    rows = np.array([index.row_of(item_id) for item_id in known], np.int64)
    distances = dict(zip(known, point.distances(index, metric, rows).tolist(), strict=True))
    scale = point.scale(index, metric)
    return [
        Match(
            product,
            distances.get(item_id),
            score(distances[item_id], scale) if item_id in distances else None,
            MatchReason.PINNED,
        )
        for item_id, product in products.items()
    ]

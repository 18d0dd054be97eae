"""The merchant's rules, applied last: what is pinned, banned, boosted."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from catalog.memory import Memory
from catalog.models import Product
from recommender.engines.contract import Index
from recommender.index.metrics import Metric
from recommender.models import Rule
from recommender.search.answers import Match, MatchReason
from recommender.search.facts import total
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
# So many rules are kept in memory.
FEW = 2000
# Those for the page of a product, by its item_id: each rule's id, its product's item_id, kind and
# points.
ByPage = dict[str | None, list[tuple[Any, ...]]]


def rules_for(query: Query, catalogue: Memory) -> Rules:
    """None for a picture, of which no rule knows. A rule for a pair goes before one for all pages.

    One query of the database, where there are many rules; few are kept in memory.
    """
    if query.has_picture:
        return NO_RULES
    rules = catalogue.once("rules", _few)
    if rules is None:
        rules = _by_page(Q(beside=None) | Q(beside__item_id__in=query.named))
    kinds: dict[str, tuple[str, int]] = {}
    of_pairs = sorted(rule for page in query.named for rule in rules.get(page, ()))
    for _, item_id, kind, points in (*rules.get(None, ()), *of_pairs):
        kinds[item_id] = kind, points
    if not kinds:
        return NO_RULES
    by_kind = {kind: [i for i, (k, _) in kinds.items() if k == kind] for kind in Rule.Kind}
    boosts = {item_id: kinds[item_id][1] for item_id in by_kind[Rule.Kind.BOOST]}
    return Rules(tuple(by_kind[Rule.Kind.PIN]), tuple(by_kind[Rule.Kind.BAN]), boosts)


def _few() -> ByPage | None:
    """All rules; None where they are too many to be kept."""
    rules = _by_page(Q(), FEW + 1)
    return rules if sum(map(len, rules.values())) <= FEW else None


def _by_page(holds: Q, most: int | None = None) -> ByPage:
    """The rules for each page, in the order they were made; those for all under None."""
    found: ByPage = defaultdict(list)
    columns = ("beside__item_id", "id", "product__item_id", "kind", "points")
    for page, *rule in Rule.objects.filter(holds).order_by("id").values_list(*columns)[:most]:
        found[page].append(tuple(rule))
    return dict(found)


def boosted(rules: Rules, matches: Sequence[Match]) -> list[Match]:
    """The matches by score and points, those of facts and boosts; of equal sums as they stood."""
    marked = [
        match.because_of(MatchReason.BOOSTED) if match.product.item_id in rules.boosts else match
        for match in matches
    ]
    return sorted(
        marked,
        key=lambda m: -(total(m) + rules.boosts.get(m.product.item_id, 0)),
    )


def pinned_products(rules: Rules, query: Query) -> dict[str, Product]:
    """The pinned products that pass the filters and are not asked about."""
    wanted = [item_id for item_id in rules.pinned if item_id not in query.named]
    if not wanted:
        return {}
    found = query.filters.products().in_bulk(wanted, field_name="item_id")
    return {item_id: found[item_id] for item_id in wanted if item_id in found}


def pinned(
    products: Mapping[str, Product], index: Index, point: QueryVector, metric: Metric
) -> list[Match]:
    """The pinned products as matches; with their distance, where the index knows them."""
    there = index.known_among(products)
    known = [item_id for item_id in products if item_id in there]
    away = index.distances(point, metric, known).tolist()
    scale, rarity = point.scale(index, metric), point.rarity(index, metric, away)
    scores = [score(distance, scale) for distance in away]
    measured = dict(zip(known, zip(away, scores, rarity, strict=True), strict=True))
    return [_pinned(product, *measured.get(item_id, ())) for item_id, product in products.items()]


def _pinned(
    product: Product,
    distance: float | None = None,
    likeness: float | None = None,
    rarity: float | None = None,
) -> Match:
    return Match(product, distance, likeness, MatchReason.PINNED, rarity=rarity)

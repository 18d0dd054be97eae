"""What is shown where too few look alike: the newest of the same category, and marked so."""

from collections.abc import Collection

from catalog.models import Product
from recommender.search.answers import Match, MatchReason
from recommender.search.query import Query


def newest_of_the_category(
    query: Query, named: dict[str, Product], taken: Collection[str], wanted: int
) -> list[Match]:
    """The newest products that pass, of the categories of the liked, without those taken."""
    categories = {named[item_id].category for item_id in query.liked} - {""}
    if wanted < 1 or not categories:
        return []
    others = query.filters.products().filter(category__in=categories)
    others = others.exclude(item_id__in=[*query.named, *taken])
    newest = others.order_by("-first_seen", "item_id")[:wanted]
    return [Match(product, None, None, MatchReason.CATEGORY) for product in newest]

"""`{% load lookalikes %}{% lookalikes product k=5 %}`: a row of look-alikes in any template."""

import logging
from typing import Any

from django import template
from django.db import DatabaseError

from recommender.index.metrics import Metric
from recommender.search.answering import answer
from recommender.search.answers import Match
from recommender.search.errors import SearchError
from recommender.search.fields import FEW
from recommender.search.query import Query

LAYOUTS = ("grid", "row", "carousel", "compact")
register = template.Library()
logger = logging.getLogger(__name__)


@register.inclusion_tag("recommender/_lookalikes.html")
def lookalikes(
    product: Any,
    k: int = FEW,
    metric: str = Metric.COSINE.value,
    colour: float = 0.0,
    heading: str = "",
    layout: str = LAYOUTS[0],
) -> dict[str, Any]:
    """The k nearest of a product: an item_id, or anything that has one as `item_id`.

    The heading is “Looks similar”, unless another is given. Without an answer there is no row,
    whatever the reason; the log has it. Raises TemplateSyntaxError for an unknown layout.
    """
    if layout not in LAYOUTS:
        raise template.TemplateSyntaxError(f"layout is one of {', '.join(LAYOUTS)}, not {layout}")
    item_id = str(getattr(product, "item_id", product))
    matches = _matches(item_id, k, metric, colour)
    return {"matches": matches, "heading": heading, "layout": layout}


def _matches(item_id: str, k: int, metric: str, colour: float) -> list[Match]:
    try:
        query = Query(liked=(item_id,), metrics=(Metric(metric),), k=k, colour=colour)
        return answer(query).looks.matches
    except (SearchError, DatabaseError, ValueError) as error:
        logger.info("No look-alikes of %r: %s", item_id, error)
        return []

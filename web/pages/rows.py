"""What every page of an answer shows: one strong row, and a row for each metric."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from recommender.index.metrics import Metric
from recommender.search.answering import answer
from recommender.search.answers import Answer, agreement
from recommender.search.forms import SimilarForm
from recommender.search.query import MOST, Query

PER_ROW = 5
NAMES = {
    Metric.COSINE: _("Cosine"),
    Metric.EUCLIDEAN: _("Euclidean"),
    Metric.MANHATTAN: _("Manhattan"),
}
EXPLANATIONS = {
    Metric.COSINE: _("the angle between two vectors"),
    Metric.EUCLIDEAN: _("the straight line between two points"),
    Metric.MANHATTAN: _("all differences, added up"),
}


def under_all_metrics(query: Query) -> Answer:
    """The answer under all metrics, the one asked for first; raises SearchError."""
    leading = query.metrics[0]
    metrics = (leading, *(metric for metric in Metric if metric is not leading))
    return answer(replace(query, metrics=metrics, k=max(query.k, PER_ROW)))


def rows(asked: Mapping[str, Any], form: SimilarForm, answered: Answer) -> dict[str, Any]:
    """The answer for templates; `asked` is the query string, which says how it is shown."""
    by_metric = {ranking.metric: ranking for ranking in answered.rankings}
    return {
        "answer": answered,
        "strong": answered.looks,
        "rows": [
            (by_metric[metric].first(PER_ROW), NAMES[metric], EXPLANATIONS[metric])
            for metric in Metric
        ],
        "agreement": agreement(answered.rankings, PER_ROW),
        "per_row": PER_ROW,
        "most": MOST,
        "form": form,
        "distances": asked.get("distances") == "on",
    }

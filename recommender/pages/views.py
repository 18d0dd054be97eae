"""The similarity pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from recommender.index.metrics import Metric
from recommender.pages.refusals import refused
from recommender.search.answering import answer, live_index
from recommender.search.errors import SearchError
from recommender.search.products import random_product
from recommender.search.query import Query

PER_ROW = 5
EXPLANATIONS = {
    Metric.COSINE: "the angle between two vectors",
    Metric.EUCLIDEAN: "the straight line between two points",
    Metric.MANHATTAN: "all differences, added up",
}


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Leads on to a random product, whose address can be kept, reloaded and shared."""
    try:
        return redirect(random_product(live_index()))
    except SearchError as error:
        return refused(request, error)


@require_safe
def product(request: HttpRequest, item_id: str) -> HttpResponse:
    """A product and what looks like it, a row for each metric."""
    try:
        answered = answer(Query((item_id,), metrics=tuple(Metric), k=PER_ROW))
    except SearchError as error:
        return refused(request, error)
    rows = [(ranking, EXPLANATIONS[ranking.metric]) for ranking in answered.rankings]
    context = {"product": answered.product, "answer": answered, "rows": rows}
    return render(request, "recommender/similar.html", context)

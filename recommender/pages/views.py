"""The similarity pages."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from recommender.index.metrics import Metric
from recommender.kept import keep
from recommender.pages.refusals import refused
from recommender.search.answering import answer, live_index
from recommender.search.answers import agreement
from recommender.search.errors import SearchError
from recommender.search.forms import MOST_MEGABYTES, SimilarForm, picture_of
from recommender.search.products import random_product
from recommender.search.query import MOST

PER_ROW = 5
NARROWING = (
    "q",
    "category",
    "shop",
    "price_from",
    "price_to",
    "in_stock",
    "diversity",
    "colour",
    "crop",
    "min_score",
)
EXPLANATIONS = {
    Metric.COSINE: "the angle between two vectors",
    Metric.EUCLIDEAN: "the straight line between two points",
    Metric.MANHATTAN: "all differences, added up",
}


@never_cache
@csrf_exempt  # so that a POST is told 405
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Leads on to a random product, whose address can be kept, reloaded and shared."""
    try:
        return redirect(random_product(live_index()))
    except SearchError as error:
        return refused(request, error)


@csrf_exempt  # so that a POST is told 405
@require_safe
def product(request: HttpRequest, item_id: str) -> HttpResponse:
    """A product and what looks like it, a row for each metric; the query string narrows it."""
    form = SimilarForm(request.GET)
    try:
        return keep(_page(request, form, liked=(item_id,), disliked=(), url=""))
    except SearchError as error:
        return refused(request, error)


@csrf_exempt  # nothing is changed, and nothing is kept
@require_http_methods(["GET", "HEAD", "POST"])
def picture(request: HttpRequest) -> HttpResponse:
    """What looks like a picture of the visitor's own."""
    form = SimilarForm(request.GET)
    if request.method != "POST" and not request.GET.get("url"):
        return render(
            request,
            "recommender/picture.html",
            {"most": MOST_MEGABYTES, "by_url": settings.PICTURE_BY_URL},
        )
    try:
        if request.method != "POST":
            return _page(request, form, liked=(), disliked=())
        return _page(request, form, picture=picture_of(request.FILES), url="")
    except SearchError as error:
        return refused(request, error)


def _page(request: HttpRequest, form: SimilarForm, **asked: Any) -> HttpResponse:
    """The answer as a page: under all metrics, the one asked for first; raises SearchError."""
    query = form.query(**asked)
    leading = query.metrics[0]
    metrics = (leading, *(metric for metric in Metric if metric is not leading))
    answered = answer(replace(query, metrics=metrics, k=max(query.k, PER_ROW)))
    by_metric = {ranking.metric: ranking for ranking in answered.rankings}
    context = {
        "answer": answered,
        "product": answered.product,
        "strong": answered.rankings[0],
        "rows": [(by_metric[metric].first(PER_ROW), EXPLANATIONS[metric]) for metric in Metric],
        "agreement": agreement(answered.rankings, PER_ROW),
        "per_row": PER_ROW,
        "most": MOST,
        "form": form,
        "narrowed": _narrowed(request),
        "distances": request.GET.get("distances") == "on",
    }
    return render(request, "recommender/similar.html", context)


def _narrowed(request: HttpRequest) -> str:
    """The part of the query string that goes on from page to page, with its question mark."""
    given = [(name, request.GET.get(name, "")) for name in NARROWING]
    given = [(name, value) for name, value in given if value not in ("", "0")]
    return f"?{urlencode(given)}" if given else ""

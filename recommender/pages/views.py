"""The similarity pages."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from recommender.index.metrics import Metric
from recommender.kept import keep
from recommender.pages.refusals import refused
from recommender.pages.walk import narrowed, walk
from recommender.search.answering import answer, live_index
from recommender.search.answers import Answer, agreement
from recommender.search.errors import SearchError
from recommender.search.forms import MOST_MEGABYTES, SimilarForm, picture_of
from recommender.search.products import random_product
from recommender.search.query import MOST, MOST_NAMED, Query

PER_ROW = 5
EXPLANATIONS = {
    Metric.COSINE: _("the angle between two vectors"),
    Metric.EUCLIDEAN: _("the straight line between two points"),
    Metric.MANHATTAN: _("all differences, added up"),
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
    """A product and what looks like it, a row for each metric; the query string narrows it.

    With others that are liked and disliked, what looks like all of them.
    """
    form = SimilarForm(request.GET)
    try:
        liked = tuple(dict.fromkeys((item_id, *form.liked_ids())))
        answered = _answer(form.query(liked=liked, url=""))
    except SearchError as error:
        return refused(request, error)
    way = walk(request, item_id)
    context = {
        "product": answered.named[item_id],
        "liked": [answered.named[named] for named in liked[1:]],
        "disliked": [answered.named[named] for named in answered.query.disliked],
        "tune": request.GET.get("tune") == "on",
        "may_name_more": len(answered.query.named) < MOST_NAMED,
        "way": way.steps,
        "onward": way.onward,
        "narrowed": way.narrowed,
    }
    page = _shown(request, form, answered) | context
    return keep(render(request, "recommender/similar.html", page))


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
    """The answer to a picture as a page; raises SearchError."""
    answered = _answer(form.query(**asked))
    page = _shown(request, form, answered) | {"narrowed": narrowed(request)}
    return render(request, "recommender/similar.html", page)


def _answer(query: Query) -> Answer:
    """The answer under all metrics, the one asked for first; raises SearchError."""
    leading = query.metrics[0]
    metrics = (leading, *(metric for metric in Metric if metric is not leading))
    return answer(replace(query, metrics=metrics, k=max(query.k, PER_ROW)))


def _shown(request: HttpRequest, form: SimilarForm, answered: Answer) -> dict[str, Any]:
    """What every page of an answer shows."""
    by_metric = {ranking.metric: ranking for ranking in answered.rankings}
    return {
        "answer": answered,
        "strong": answered.rankings[0],
        "rows": [(by_metric[metric].first(PER_ROW), EXPLANATIONS[metric]) for metric in Metric],
        "agreement": agreement(answered.rankings, PER_ROW),
        "per_row": PER_ROW,
        "most": MOST,
        "form": form,
        "distances": request.GET.get("distances") == "on",
    }

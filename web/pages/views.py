"""The similarity pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from recommender.live import current
from recommender.search.answering import live_index
from recommender.search.errors import SearchError
from recommender.search.forms import SimilarForm
from recommender.search.products import random_product
from recommender.search.query import MAX_NAMED
from recommender.search.why import is_offered
from web.middleware.answer_cache import keep
from web.pages.refusals import refused
from web.pages.rows import rows, under_all_metrics
from web.pages.staff import address_to_add_rules
from web.pages.walk import SHOWING, narrowed, walk
from web.parameters import takes


@never_cache
@csrf_exempt  # so that a POST is told 405
@require_safe
@takes()
def home(request: HttpRequest) -> HttpResponse:
    """Leads on to a random product, whose address can be kept, reloaded and shared."""
    try:
        return redirect(random_product(live_index()))
    except SearchError as error:
        return refused(request, error)


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes(SimilarForm, *SHOWING, "trail", "tune", without=["url"])
def product(request: HttpRequest, item_id: str) -> HttpResponse:
    """A product and what looks like it, a row for each metric; the query string narrows it.

    With others that are liked and disliked, what looks like all of them.
    """
    form = SimilarForm.typed(request.GET)
    try:
        liked = tuple(dict.fromkeys((item_id, *form.liked_ids())))
        answered = under_all_metrics(form.query(liked=liked, url=""))
    except SearchError as error:
        return refused(request, error)
    way = walk(request, item_id)
    context = {
        "product": answered.named[item_id],
        "liked": [answered.named[named] for named in liked[1:]],
        "disliked": [answered.named[named] for named in answered.query.disliked],
        "tune": request.GET.get("tune") == "on",
        "may_name_more": len(answered.query.named) < MAX_NAMED,
        "way": way.steps,
        "onward": way.onward,
        "narrowed": narrowed(request.GET),
        "typed": request.GET,
        "why_offered": is_offered(),
        "comparable": len(current.with_an_index()) > 1,
        "add_rule": address_to_add_rules(request),
    }
    page = rows(request.GET, form, answered) | context
    return keep(render(request, "recommender/similar.html", page))

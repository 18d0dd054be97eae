"""The similarity pages."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from catalog.fields import PAGE
from catalog.forms import FilterForm
from recommender.live.engine import engine
from recommender.search.answering import live_index
from recommender.search.answers import Answer
from recommender.search.errors import BadQuery, SearchError
from recommender.search.fields import SIMILAR
from recommender.search.forms import SimilarForm
from recommender.search.kinds import MAX_NAMED
from recommender.search.trials import on_trial
from recommender.search.why import is_offered
from web import shelf
from web.middleware.answer_cache import keep
from web.pages.looks import controls_of
from web.pages.rows import MOST, PER_PAGE, rows, under_all_metrics
from web.paging import NoSuchPage
from web.parameters import takes
from web.refusals import refused
from web.staff import address_to_add_rules, are_clicks_counted
from web.walk import SHOWING, narrowed, walk

# What narrows an answer at once, above it; all else is behind "Narrow down".
AT_HAND = ("category", "colour")


class PageForm(FilterForm):
    """Which page of what looks similar."""

    TABLE = (PAGE,)

    def number(self) -> int:
        """From 1 on. Raises BadQuery."""
        if not self.is_valid():
            raise BadQuery(self.sentence())
        return int(self.cleaned_data["page"])


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes(*SIMILAR, *SHOWING, PAGE, "trail", "tune", without=["url"])  # tune: of former links
def product(request: HttpRequest, item_id: str) -> HttpResponse:
    """A product and what looks like it, a row for each metric; the query string narrows it.

    With others that are liked and disliked, what looks like all of them.
    """
    form = SimilarForm.typed(request.GET)
    try:
        page = PageForm.typed(request.GET).number()
        context = rows(request.GET, form, _answered(request, form, item_id, page), page)
    except SearchError as error:
        return refused(request, error)
    except NoSuchPage as error:
        return render(request, "404.html", {"error": error}, status=error.status)
    context |= _beside(request, context["answer"], item_id)
    context |= _sift(request, context["answer"], form)
    return keep(render(request, "recommender/similar.html", context))


def _answered(request: HttpRequest, form: SimilarForm, item_id: str, page: int) -> Answer:
    """What looks like the product, and like what else is liked, up to the end of that page, and
    one more, which tells whether there is another page. Raises SearchError."""
    liked = tuple(dict.fromkeys((item_id, *form.liked_ids())))
    query = form.query(liked=liked, url="")
    shown = min(MOST, PER_PAGE * page + 1)
    answered = under_all_metrics(query if "k" in request.GET else replace(query, k=shown))
    return on_trial(answered, request.GET) if are_clicks_counted(request) else answered


def _beside(request: HttpRequest, answered: Answer, item_id: str) -> dict[str, Any]:
    """What the page shows beside the answer."""
    liked, way = answered.query.liked, walk(request, item_id)
    return {
        "product": answered.named[item_id],
        "liked": [answered.named[named] for named in liked[1:]],
        "disliked": [answered.named[named] for named in answered.query.disliked],
        "may_name_more": len(answered.query.named) < MAX_NAMED,
        "way": way.steps,
        "onward": way.onward,
        "why_offered": is_offered(),
        "comparable": len(engine().names()) > 1,
        "shelf": shelf.address(liked, answered.query.disliked),
        "add_rule": address_to_add_rules(request),
    }


def _sift(request: HttpRequest, answered: Answer, form: SimilarForm) -> dict[str, Any]:
    """What narrows the answer: two chips, a slider, and more fields behind "Narrow down"."""
    shown, filters = controls_of(SIMILAR, request.GET), narrowed(request.GET)
    return {
        "narrowed": filters,
        "controls": shown,
        "sifted": bool(filters) or form.cleaned_data["cheaper"],
        "may_be_cheaper": all(answered.named[i].price is not None for i in answered.query.liked),
        "weighs_colour": live_index().has_colours,
        "narrowed_further": any(one.value for one in shown if one.name not in AT_HAND),
    }

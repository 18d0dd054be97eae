"""/picture/: what looks like a picture of the visitor's own. It is compared, and not kept."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from recommender.search.answering import index_of_shown
from recommender.search.errors import SearchError
from recommender.search.fields import SIMILAR
from recommender.search.forms import MAX_MEGABYTES, SimilarForm, fields_of, picture_of
from recommender.search.wall import wall
from web.pages.home import ROWS
from web.pages.looks import controls_of
from web.pages.rows import PER_PAGE, rows, under_all_metrics
from web.parameters import takes
from web.refusals import refused
from web.walk import narrowed

# Pictures of the shop's own that one may try.
EXAMPLES = 4


@csrf_exempt  # nothing is changed, and nothing is kept
@require_http_methods(["GET", "HEAD", "POST"])
@takes(*SIMILAR, "distances", "measured")
def picture(request: HttpRequest) -> HttpResponse:
    """The form, and beside it the answer. The page's script takes a refusal into its place."""
    try:
        return render(request, "recommender/picture.html", _context(request))
    except SearchError as error:
        by_script = getattr(request, "htmx", None)
        return refused(request, error, "recommender/_refused.html" if by_script else "")


def _context(request: HttpRequest) -> dict[str, Any]:
    asked = _query_data(request)
    form = SimilarForm.typed(asked)
    filters = narrowed(asked)
    context = {
        "form": form,
        "controls": controls_of(SIMILAR, asked),
        "narrowed": filters,
        "onward": filters,
        "first": PER_PAGE,
        "most_megabytes": MAX_MEGABYTES,
        "by_url": settings.ALLOW_PICTURE_URLS,
    }
    index_of_shown()
    return context | _answered(request, asked, form)


def _query_data(request: HttpRequest) -> QueryDict:
    """The query string, and the fields of a form that was sent, which count first."""
    asked = request.GET.copy()
    sent = fields_of(request) if request.method == "POST" else QueryDict()
    for name, values in sent.lists():
        asked.setlist(name, values)
    return asked


def _answered(request: HttpRequest, asked: QueryDict, form: SimilarForm) -> dict[str, Any]:
    """The rows, where a picture or its address is given; raises SearchError."""
    if request.method == "POST":
        query = form.query(picture=picture_of(request), url="")
    elif asked.get("url"):
        query = form.query(liked=(), disliked=())
    else:
        examples = [row.product for row in wall(ROWS)][:EXAMPLES]
        return {"examples": examples} | ({} if form.is_valid() else {"form": SimilarForm({})})
    answered = under_all_metrics(query if "k" in asked else replace(query, k=PER_PAGE))
    return rows(asked, form, answered, per_page=answered.query.k)

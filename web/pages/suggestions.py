"""/suggestions/: what the search in the header offers while one types, as a part of a page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from catalog.fields import FILTERS
from catalog.forms import FilterForm
from catalog.suggestions import suggestions
from recommender.search.errors import BadQuery
from web.middleware.answer_cache import keep
from web.parameters import takes
from web.refusals import refused


class TypedForm(FilterForm):
    """What has been typed so far."""

    TABLE = tuple(field for field in FILTERS if field.name == "q")


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes(*TypedForm.TABLE)
def suggest(request: HttpRequest) -> HttpResponse:
    """Categories and products that are shown; nothing of nothing."""
    form = TypedForm.typed(request.GET)
    if not form.is_valid():
        return refused(request, BadQuery(form.sentence()), "_refusal.html")
    found = suggestions(form.cleaned_data["q"])
    return keep(render(request, "catalog/_suggestions.html", {"found": found}))

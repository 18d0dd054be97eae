"""The JSON twin of the pages."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from recommender.api.responses import in_json
from recommender.search.answering import answer
from recommender.search.forms import SimilarForm


@in_json
@require_safe
def similar(request: HttpRequest, item_id: str) -> HttpResponse:
    """The k nearest products of a product under one metric."""
    query = SimilarForm(request.GET).query(liked=(item_id,), disliked=())
    return JsonResponse(answer(query).as_dict())

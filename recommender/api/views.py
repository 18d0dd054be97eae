"""The JSON twin of the pages."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_safe

from recommender.api.responses import in_json
from recommender.search.answering import answer
from recommender.search.forms import SimilarForm, picture_of


@in_json
@require_safe
def similar(request: HttpRequest, item_id: str) -> HttpResponse:
    """The k nearest products of a product under one metric."""
    query = SimilarForm(request.GET).query(liked=(item_id,), disliked=())
    return JsonResponse(answer(query).as_dict())


@in_json
@require_http_methods(["GET", "HEAD", "POST"])
def similar_to_several(request: HttpRequest) -> HttpResponse:
    """The same of several products, liked and disliked; POST brings a picture, and keeps none."""
    picture = picture_of(request.FILES) if request.method == "POST" else None
    query = SimilarForm(request.GET).query(picture=picture)
    return JsonResponse(answer(query).as_dict(), headers={"Cache-Control": "no-store"})

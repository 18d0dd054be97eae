"""The JSON twin of the pages."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from recommender import store
from recommender.api.forms import SimilarForm
from recommender.index.metrics import Metric
from recommender.index.similarity_index import UnknownItem
from recommender.search.similar import similar_by_item


@require_GET
def similar(request: HttpRequest, item_id: str) -> JsonResponse:
    """The k nearest products of a product under one metric."""
    form = SimilarForm.of(request.GET)
    if not form.is_valid():
        return _error(form.sentence(), 400)
    metric, k = Metric(form.cleaned_data["metric"]), form.cleaned_data["k"]
    try:
        answer = similar_by_item(store.live_index(), item_id, [metric], k)[0]
    except store.IndexUnavailable as error:
        return _error(str(error), 503)
    except UnknownItem as error:
        return _error(str(error), 404)
    except ValueError as error:
        return _error(str(error), 400)
    return JsonResponse(answer.as_dict())


@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """Says that the process is alive."""
    return JsonResponse({"status": "ok"})


def _error(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)

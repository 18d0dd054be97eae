"""The similarity pages."""

import random

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from catalog.models import Product
from recommender import store
from recommender.index.metrics import Metric
from recommender.index.similarity_index import SimilarityIndex
from recommender.search.similar import similar_by_item

PER_ROW = 5
EXPLANATIONS = {
    Metric.COSINE: "the angle between two vectors",
    Metric.EUCLIDEAN: "the straight line between two points",
    Metric.MANHATTAN: "all differences, added up",
}


@never_cache
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """A random product and what looks like it."""
    try:
        index = store.live_index()
    except store.IndexUnavailable as error:
        return _unavailable(request, error)
    product = random_product(index)
    if product is None:
        return _unavailable(request, "The index is empty. Run: manage.py build_index")
    return _page(request, index, product)


@require_GET
def product(request: HttpRequest, item_id: str) -> HttpResponse:
    """A chosen product and what looks like it."""
    found = Product.shown.filter(item_id=item_id).first()
    if found is None:
        raise Http404(f"There is no product “{item_id}”.")
    try:
        index = store.live_index()
    except store.IndexUnavailable as error:
        return _unavailable(request, error)
    return _page(request, index, found)


def _page(request: HttpRequest, index: SimilarityIndex, product: Product) -> HttpResponse:
    answers = []
    if product.item_id in index:
        answers = similar_by_item(index, product.item_id, Metric, PER_ROW)
    rows = [(answer, EXPLANATIONS[answer.metric]) for answer in answers]
    return render(request, "recommender/similar.html", {"product": product, "rows": rows})


def random_product(index: SimilarityIndex) -> Product | None:
    """Any product of the index that is still in its shop."""
    ids = [str(index.item_ids[random.randrange(len(index))]) for _ in range(20) if len(index)]
    return Product.shown.filter(item_id__in=ids).order_by("?").first()


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A 404 with ways on: search, and a random product."""
    reason = str(exception) if isinstance(exception, Http404) else ""
    context: dict[str, object] = {"reason": reason if "“" in reason else ""}
    try:
        index = store.live_index()
        context["suggestion"] = random_product(index)
    except store.IndexUnavailable:
        pass
    return render(request, "404.html", context, status=404)


def _unavailable(request: HttpRequest, reason: object) -> HttpResponse:
    """A 503 that names the command."""
    sentence, _, command = str(reason).partition("Run: ")
    context = {"sentence": sentence, "command": command}
    return render(request, "recommender/503.html", context, status=503)

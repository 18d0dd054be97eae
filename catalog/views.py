"""The catalogue as a grid, and its pictures."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils._os import safe_join
from django.utils.http import http_date
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from catalog.forms import BrowseForm
from catalog.models import Product

PER_PAGE = 48
A_YEAR = 31_536_000


@require_GET
@vary_on_headers("HX-Request")
def browse(request: HttpRequest) -> HttpResponse:
    """All products, by title, item_id and category; htmx asks for the grid alone."""
    form = BrowseForm(request.GET)
    if not form.is_valid():
        return render(request, "400.html", {"form": form}, status=400)
    words, category = form.cleaned_data["q"], form.cleaned_data["category"]
    products = Product.shown.all()
    for word in words.split():
        products = products.filter(Q(title__icontains=word) | Q(item_id__icontains=word))
    if category:
        products = products.filter(category=category)
    page = Paginator(products, PER_PAGE).get_page(form.cleaned_data["page"] or 1)
    context = {"page": page, "q": words, "category": category, "categories": _categories()}
    wants_grid = "HX-Request" in request.headers and "HX-Boosted" not in request.headers
    return render(request, "catalog/_grid.html" if wants_grid else "catalog/browse.html", context)


def _categories() -> list[Any]:
    """Each category with its number of products."""
    named = Product.shown.exclude(category="").order_by("category")
    return list(named.values("category").annotate(count=Count("id")))


@require_GET
def media(request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """A thumbnail. Its address changes with the picture, so it may be kept for ever."""
    try:
        path = Path(safe_join(settings.MEDIA_ROOT, "thumbnails", name))
        if path.suffix != ".jpg":
            raise FileNotFoundError
        modified = http_date(path.stat().st_mtime)
        if request.headers.get("If-Modified-Since") == modified:
            return HttpResponse(status=304)
        response = FileResponse(path.open("rb"), content_type="image/jpeg")
    except (OSError, ValueError, SuspiciousFileOperation):
        raise Http404("no such picture") from None
    response["Last-Modified"] = modified
    age = f"max-age={A_YEAR}, immutable" if "v" in request.GET else "max-age=300"
    response["Cache-Control"] = f"public, {age}"
    return response

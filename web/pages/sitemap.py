"""/sitemap.xml: the pages that search engines shall know, all products' among them.

Of a large catalogue it lists further files, `?page=1` and so on, as sitemaps.org has it.
"""

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from catalog.models import Product
from web.pages import home
from web.paging import NoSuchPage, page_of
from web.parameters import takes

# The protocol allows 50,000; a smaller file keeps nobody waiting.
PER_FILE = 10_000
PROTOCOL = "http://www.sitemaps.org/schemas/sitemap/0.9"


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("page")
@cache_control(public=True, max_age=3600)
def sitemap(request: HttpRequest) -> HttpResponse:
    """The addresses, in whole; what is hidden or has left is in none of them."""
    ids = Product.shown.order_by("item_id").values_list("item_id", flat=True)
    try:
        page = page_of(ids, _number(request.GET.get("page", "1")), PER_FILE)
    except NoSuchPage as error:
        return render(request, "404.html", {"error": error}, status=404)
    here = request.build_absolute_uri(reverse("sitemap"))
    if "page" not in request.GET and page.paginator.num_pages > 1:
        files = [f"{here}?page={number}" for number in page.paginator.page_range]
        return _xml("sitemapindex", "sitemap", files)
    first = _pages() if page.number == 1 else []
    places = [*first, *(reverse("product", args=[item_id]) for item_id in page)]
    return _xml("urlset", "url", (request.build_absolute_uri(place) for place in places))


def _pages() -> list[str]:
    """Those beside the products'."""
    return [reverse("browse")] if home.is_random() else [reverse("home"), reverse("browse")]


def _number(asked: str) -> int:
    """The number of a file; -1, which there is not, for what is none."""
    return int(asked) if re.fullmatch("[1-9][0-9]{0,5}", asked) else -1


def _xml(root: str, entry: str, addresses: Iterable[str]) -> HttpResponse:
    lines = (f"<{entry}><loc>{escape(address)}</loc></{entry}>" for address in addresses)
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{PROTOCOL}">'
    text = "\n".join([head, *lines, f"</{root}>"])
    return HttpResponse(text + "\n", content_type="application/xml")

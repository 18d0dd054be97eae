"""The map: every product's thumbnail on a plane, and what the page needs to move about on it."""

import hashlib
import time
from collections import Counter
from functools import lru_cache
from typing import Any

import numpy as np
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from catalog import versioning
from catalog.models import Product
from catalog.pictures import Kind, address
from recommender.mapping import sprites
from recommender.mapping.product_map import ProductMap
from recommender.mapping.store import NoMap, live_map, picture_without
from recommender.search.answering import index_of_shown
from recommender.search.errors import NotReady
from web.json_responses import json_error
from web.middleware import program_version
from web.pages.map_regions import region_name, regions_on
from web.pages.media import A_WHILE, FOR_EVER
from web.parameters import takes
from web.refusals import refused

COLUMNS = ("item_id", "title", "category", "content_hash", "picture_width", "picture_height")
# Products listed beneath the map; as many as in main.js.
LISTED = 12
# What the page's script keeps in its address; as in address.js.
STATE = ("x", "y", "zoom", "q", "category", "colours")
# Products told before others have their turn.
BATCH = 500
# Stands in an address for what the page's script puts there.
PLACE = "PLACE"


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes(*STATE)
def show(request: HttpRequest) -> HttpResponse:
    """The page; where it is, how near and what is looked for stand in the query string."""
    try:
        index_of_shown()
        drawn = live_map()
        gone = _hidden(drawn)
    except NoMap as error:
        return refused(request, error, "recommender/no_map.html")
    except NotReady as error:
        return refused(request, error)
    context = {
        "count": len(drawn) - len(gone),
        "overview": _overview_address(drawn, gone),
        "size": [8 * side for side in drawn.size],
        "categories": _categories(drawn, gone),
        "regions": [(region_name(one), one.count) for one in regions_on(drawn)],
        "near": _in_the_middle(drawn, gone),
        "product_address": reverse("product", args=[PLACE]),
        "place": PLACE,
    }
    return render(request, "recommender/map.html", context)


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes(refuse=json_error)
@gzip_page
def products(request: HttpRequest) -> HttpResponse:
    """Where each shown product lies, its title, category and thumbnail; JSON with an ETag."""
    try:
        drawn = live_map()
    except NotReady as error:
        return JsonResponse({"error": str(error)}, status=error.status)
    depends_on = (
        f"{drawn.overview} {versioning.version()} {program_version.version()} {request.path}"
    )
    etag = f'"{hashlib.sha256(depends_on.encode()).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = JsonResponse(_map_data(drawn), json_dumps_params={"separators": (",", ":")})
    response["ETag"], response["Cache-Control"] = etag, "no-cache"
    return response


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("v")
def overview(request: HttpRequest) -> HttpResponse:
    """All of the map in one picture, for where there is no JavaScript and until it has begun."""
    return _picture(request)


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("v")
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """A tile, without what is not shown any more."""
    return _picture(request, name)


def _picture(request: HttpRequest, name: str = "") -> HttpResponse:
    try:
        drawn = live_map()
        gone = _hidden(drawn)
        found = picture_without(drawn, name or drawn.overview, gone)
    except (NotReady, OSError):
        raise Http404("no such picture") from None
    as_asked = request.GET.get("v") == _version(drawn, gone)
    kept = FOR_EVER if as_asked else A_WHILE
    return HttpResponse(found, content_type="image/webp", headers={"Cache-Control": kept})


def _hidden(drawn: ProductMap) -> tuple[int, ...]:
    """The numbers of the products that lie on the map and are not shown any more."""
    return _gone_at(drawn, versioning.version())


@lru_cache(maxsize=2)
def _gone_at(drawn: ProductMap, catalogue: int) -> tuple[int, ...]:
    shown = set(Product.shown.values_list("item_id", flat=True))
    return tuple(number for number, item_id in enumerate(drawn.item_ids) if item_id not in shown)


def _in_the_middle(drawn: ProductMap, gone: tuple[int, ...]) -> list[Product]:
    """The products that the page lists first, nearest to the middle first, as its script does."""
    ways = ((drawn.cells + 0.5 - np.array(drawn.size) / 2) ** 2).sum(axis=1)
    ways[list(gone)] = np.inf
    nearest = [drawn.item_ids[number] for number in np.argsort(ways, kind="stable")[:LISTED]]
    found = Product.shown.in_bulk(nearest, field_name="item_id")
    return [found[item_id] for item_id in nearest if item_id in found]


def _version(drawn: ProductMap, gone: tuple[int, ...]) -> str:
    return hashlib.sha256(f"{drawn.overview} {gone}".encode()).hexdigest()[:12]


def _overview_address(drawn: ProductMap, gone: tuple[int, ...]) -> str:
    return f"{reverse('map-overview')}?v={_version(drawn, gone)}"


def _categories(drawn: ProductMap, gone: tuple[int, ...]) -> list[tuple[str, int]]:
    """The categories on the map, and how many of their products are; the largest first."""
    left = set(drawn.item_ids) - {drawn.item_ids[number] for number in gone}
    named = Product.shown.exclude(category="").values_list("item_id", "category")
    counts = Counter(category for item_id, category in named if item_id in left)
    return sorted(counts.items(), key=lambda found: (-found[1], found[0]))


def _map_data(drawn: ProductMap) -> dict[str, Any]:
    """What the page's script asks for; `products` are [cell, id, title, category, thumbnail, side].

    A cell is row · columns + column; the category stands once, in `categories`; `side` is that of
    the square in the middle of the 250×250 thumbnail that is shown.
    """
    (columns, rows), cells = drawn.size, drawn.cells.tolist()
    shown = {row[0]: row[1:] for row in Product.shown.values_list(*COLUMNS)}
    names: dict[str, int] = {}
    products, gone = [], []
    for number, (item_id, (column, row)) in enumerate(zip(drawn.item_ids, cells, strict=True)):
        if not number % BATCH:
            time.sleep(0)  # a server has others to answer meanwhile
        if item_id not in shown:
            gone.append(number)
            continue
        title, category, content_hash, *size = shown[item_id]
        thumbnail = address(Kind.THUMBNAIL, item_id, content_hash)
        place = names.setdefault(category, len(names))
        products.append(
            [row * columns + column, item_id, title, place, thumbnail, sprites.side_shown(*size)]
        )
    version = _version(drawn, tuple(gone))
    return {
        "columns": columns,
        "rows": rows,
        "overview": f"{reverse('map-overview')}?v={version}",
        "pictures": f"{reverse('map-picture', args=[PLACE])}?v={version}",
        "tile": sprites.TILE,
        "tiles": [[tile.level, tile.column, tile.row, tile.name] for tile in drawn.tiles],
        "gone": [cells[number][1] * columns + cells[number][0] for number in gone],
        "categories": list(names),
        "regions": [[region_name(one), *one.middle, one.count] for one in regions_on(drawn)],
        "products": products,
    }

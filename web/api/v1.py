"""The JSON API, version 1: its addresses, and what OpenAPI says of them.

Each takes the fields of a form and answers what the pages show. What is refused is told as
{"error": "one sentence"}, with the status that the page has.
"""

from functools import lru_cache
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from ninja.openapi.docs import Swagger

from catalog import memory
from catalog.fields import PRODUCTS, SEARCH
from catalog.forms import ProductsForm, SearchForm
from catalog.models import Product
from recommender.errors import IndexUnavailable
from recommender.live.engine import engine
from recommender.search.answering import answer
from recommender.search.answers import Answer
from recommender.search.errors import BadQuery, UnknownProduct
from recommender.search.fields import SIMILAR
from recommender.search.forms import SimilarForm, picture_of
from recommender.search.products import shown_products
from recommender.search.trials import on_trial
from web.api.described import COUNTED, PICTURE, parameters
from web.api.json_api import JsonAPI
from web.api.schemas import Failure, IndexFields, ProductFields, ProductPage, SimilarAnswer, Status
from web.middleware.answer_cache import keep
from web.paging import page_of

REFUSALS = dict.fromkeys((400, 401, 403, 404, 429, 503), Failure)
OF_BODIES = dict.fromkeys((408, 411, 413, 415), Failure)

api = JsonAPI(
    title="Lookalike",
    version="1",
    urls_namespace="api",
    docs=Swagger({"layout": "BaseLayout", "deepLinking": True}),
    docs_url="docs/",
    docs_decorator=csp_update({"img-src": [SELF, "data:"]}),
    description=(
        "Products that look alike. Distances: smaller is closer. Scores: 0 to 100.\n\n"
        "Where keys are asked for, send yours in the header X-API-Key; one for pages may "
        "only read, and only from pages of its origins. A parameter that an address does not have "
        "is refused with 400 and the names of those that it has; what others add to links (utm_… "
        "and the like) is passed over.\n\n"
        "Addresses in answers that begin with / are of this site: put its scheme and host before "
        "them. Lists come in pages: `count` products on `pages` pages, of which this is `page`; "
        "`next` and `previous` are the addresses of its neighbours, null at the ends. A page "
        "beyond the last is 404."
    ),
)


@api.get(
    "products/{item:item_id}/similar/",
    response={200: SimilarAnswer, **REFUSALS},
    url_name="similar",
    summary="The look-alikes of a product",
    openapi_extra={"parameters": [*parameters(SIMILAR, "liked", "disliked", "url"), COUNTED]},
)
def similar(request: HttpRequest, item_id: str) -> HttpResponse:
    """The k nearest products of a product under one metric."""
    query = _form(request.GET.urlencode()).query(liked=(item_id,), disliked=(), url="")
    try:
        return keep(JsonResponse(_counted(request, answer(query))))
    except UnknownProduct:
        # An id may end so itself; servers tell no %2F from a slash.
        if Product.shown.filter(item_id=f"{item_id}/similar").exists():
            return product(request, f"{item_id}/similar")
        raise


@api.get(
    "similar/",
    response={200: SimilarAnswer, **REFUSALS},
    url_name="similar-to-several",
    summary="The look-alikes of several products, or of a picture elsewhere",
    openapi_extra={"parameters": [*parameters(SIMILAR), COUNTED]},
)
def similar_to_several(request: HttpRequest) -> HttpResponse:
    """The k nearest products of those that are liked, away from those that are not.

    Name one that is liked, or the address of a picture, or words for how it looks.
    """
    query = _form(request.GET.urlencode()).query()
    response = JsonResponse(_counted(request, answer(query)))
    if query.url:  # what is there may change
        response["Cache-Control"] = "no-store"
        return response
    return keep(response)


@api.post(
    "similar/",
    response={200: SimilarAnswer, **REFUSALS, **OF_BODIES},
    summary="The look-alikes of a picture",
    openapi_extra={"parameters": parameters(SIMILAR, "url"), **PICTURE},
)
def similar_to_a_picture(request: HttpRequest) -> HttpResponse:
    """The k nearest products of a picture, and of those that are liked beside it."""
    query = _form(request.GET.urlencode()).query(picture=picture_of(request), url="")
    return JsonResponse(answer(query).as_dict(), headers={"Cache-Control": "no-store"})


@api.get(
    "products/",
    response={200: ProductPage, **REFUSALS},
    url_name="products",
    summary="The products",
    openapi_extra={"parameters": parameters(PRODUCTS)},
)
def products(request: HttpRequest) -> HttpResponse:
    """The products that the shop has now, narrowed by the same filters, page by page."""
    return _page(request, ProductsForm(request.GET))


@api.get(
    "search/",
    response={200: ProductPage, **REFUSALS},
    url_name="search",
    summary="Products by their words",
    openapi_extra={"parameters": parameters(SEARCH, require="q")},
)
def search(request: HttpRequest) -> HttpResponse:
    """The products that have each of the words in title, item_id or category."""
    return _page(request, SearchForm(request.GET))


@api.get(
    "products/{item:item_id}/",
    response={200: ProductFields, **REFUSALS},
    url_name="product",
    summary="One product",
)
def product(request: HttpRequest, item_id: str) -> HttpResponse:
    """A product that the shop has now."""
    return keep(JsonResponse(shown_products([item_id])[item_id].as_dict()))


@api.get("status/", response={200: Status, **REFUSALS}, url_name="status", summary="The index")
def status(request: HttpRequest) -> HttpResponse:
    """Which index is live, since when, and how many products there are."""
    try:
        manifest = engine().live().manifest
    except IndexUnavailable:
        live = None
    else:
        live = {field: getattr(manifest, field) for field in IndexFields.model_fields}
    count = memory.of_now().roughly("products", Product.shown.count)
    return keep(JsonResponse({"products": count, "index": live}))


@lru_cache(maxsize=100)  # programs ask in the same way about one product after the other
def _form(asked: str) -> SimilarForm:
    form = SimilarForm(QueryDict(asked))
    form.is_valid()
    return form


def _counted(request: HttpRequest, answered: Answer) -> dict[str, Any]:
    """The answer; where clicks are counted and it is asked for `counted`, with what to tell of it.

    `clicks`: the number of the two ways that are compared, 0 for none; of each product, its `way`.
    """
    if not settings.COUNT_CLICKS or request.GET.get(COUNTED["name"]) != "on":
        return answered.as_dict()
    answered = on_trial(answered, request.GET)
    told = answered.as_dict()
    for match, neighbour in zip(answered.looks.matches, told["neighbours"], strict=True):
        neighbour["way"] = match.way
    return told | {"clicks": {"address": reverse("api:clicks"), "trial": answered.trial}}


def _page(request: HttpRequest, form: ProductsForm) -> HttpResponse:
    if not form.is_valid():
        raise BadQuery(form.sentence())
    given = form.cleaned_data
    page = page_of(form.products(), given["page"], given["per_page"])
    content = {
        "count": page.paginator.count,
        "page": page.number,
        "pages": page.paginator.num_pages,
        "next": _address(request, page, 1) if page.has_next() else None,
        "previous": _address(request, page, -1) if page.has_previous() else None,
        "products": [product.as_dict() for product in page],
    }
    return keep(JsonResponse(content))


def _address(request: HttpRequest, page: "Page[Product]", step: int) -> str:
    fields = request.GET.dict() | {"page": str(page.number + step)}
    return f"{request.path}?{urlencode(fields)}"

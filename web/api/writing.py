"""What a shop's own system says of single products: put, changed, removed, many at once.

What is said is queued, and the worker takes it in. Who asks is kept waiting for a moment, in which
one product is done; the answer says whether it is found already, and where to ask again.
"""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from ninja.errors import HttpError

from catalog import changes
from catalog.changes import NotTaken, SaidBefore
from catalog.models import Change, Product
from catalog.thumbnails import BadPicture, make_picture
from recommender.errors import IndexUnavailable
from recommender.live.engine import engine
from recommender.live.worker_threads import Lane, beside
from recommender.search.errors import UnknownProduct
from web.api.access import HEADER
from web.api.models import ApiKey
from web.api.schemas import WrittenProduct, WrittenProducts
from web.api.v1 import OF_BODIES, REFUSALS, api
from web.api.written import (
    AMENDED,
    BATCH,
    BY_A_WRITER,
    PUT,
    Amendment,
    Batch,
    ProductToPut,
    body_of,
    product_with_picture,
)

# Seconds in which the worker may be done before it is said that it is not.
WAIT = 1.5
NOT_KEPT = {"Cache-Control": "no-store"}
WRITTEN = {200: WrittenProduct, 202: WrittenProduct, **REFUSALS, **OF_BODIES}
ALL_WRITTEN = {200: WrittenProducts, 202: WrittenProducts, **REFUSALS, **OF_BODIES}
A_PRODUCT = "products/{item:item_id}/"


def require_writer(request: HttpRequest) -> None:
    """Raises HttpError, unless a key came along that may write."""
    sent = request.headers.get(HEADER, "")
    key = ApiKey.of(sent) if sent else None
    if key is None:
        raise HttpError(401, f"To write, send a key that may write in the header {HEADER}.")
    if not key.writes:
        raise HttpError(
            403, "This key may only read; make one with: manage.py api_keys make --write"
        )


@api.put(
    A_PRODUCT, response=WRITTEN, url_name="product", summary="Put a product in", openapi_extra=PUT
)
def put(request: HttpRequest, item_id: str) -> HttpResponse:
    """Puts a product in, or in the place of what is known of it; doing so twice does it once.

    Its picture comes along (multipart), or is fetched from the first address that has one. The
    answer is 200 where the product is found by its looks already, and 202 where it waits yet.
    """
    require_writer(request)
    given, picture = product_with_picture(request)
    _require_a_picture(item_id, given, picture)
    said = _or_refused(lambda: changes.said_of(item_id, given.as_record(), picture))
    _or_refused(lambda: changes.refuse_private(given.image_urls))
    return _answer_of_one(*changes.take_one(said))


@api.patch(
    A_PRODUCT, response=WRITTEN, url_name="product", summary="Change a product",
    openapi_extra=AMENDED,
)  # fmt: skip
def amend(request: HttpRequest, item_id: str) -> HttpResponse:
    """Changes price, stock, or whether a product is hidden; at once."""
    require_writer(request)
    given = body_of(request, Amendment).as_changes()
    product = _product_of(item_id)
    changes.amend(product, given)
    return _written(200, item_id, Change.State.DONE)


@api.delete(
    A_PRODUCT, response=WRITTEN, url_name="product", summary="Remove a product",
    openapi_extra=BY_A_WRITER,
)  # fmt: skip
def remove(request: HttpRequest, item_id: str) -> HttpResponse:
    """Takes a product out of all answers; at once. Put in again, it is back."""
    require_writer(request)
    product = Product.objects.filter(item_id=item_id).first()
    if product is not None:
        changes.withdraw(product.shop, product.shop_item_id)
    elif not changes.withdraw_waiting(item_id):
        raise UnknownProduct(item_id)
    return _written(200, item_id, Change.State.WITHDRAWN)


@api.post(
    "products/", response=ALL_WRITTEN, url_name="products", summary="Put many products in",
    openapi_extra=BATCH,
)  # fmt: skip
def put_many(request: HttpRequest) -> HttpResponse:
    """Puts up to 500 products in, as PUT does each; where one is refused, none is taken."""
    require_writer(request)
    products = body_of(request, Batch).products
    for product in products:
        _require_a_picture(product.item_id, product, None)
    addresses = [address for product in products for address in product.image_urls]
    said = _or_refused(lambda: [changes.said_of(p.item_id, p.as_record()) for p in products])
    _or_refused(lambda: changes.refuse_private(addresses))
    if len({one.key for one in said}) < len(said):
        raise HttpError(400, "An item_id stands there twice; say of each product once what it is.")
    return answer_of_many(changes.take(said))


@api.get(
    "changes/{int:number}/", response={200: WrittenProduct, **REFUSALS}, url_name="change",
    summary="What became of a product that was put in", openapi_extra=BY_A_WRITER,
)  # fmt: skip
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Whether a product that was put in waits, is found, or has failed, and why."""
    require_writer(request)
    found = Change.objects.filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise HttpError(404, "There is no such change, or it was taken in more than a week ago.")
    return JsonResponse(_states([found])[0], headers=NOT_KEPT)


def answer_of_many(asked: Sequence[Change], **more: Any) -> HttpResponse:
    """What became of each in the moment that who asks is kept waiting."""
    found = changes.wait_for(asked, WAIT)
    status = 202 if any(one.state == Change.State.WAITING for one in found) else 200
    return JsonResponse({"products": _states(found), **more}, status=status, headers=NOT_KEPT)


def _answer_of_one(asked: Change, before: Change | None) -> HttpResponse:
    (found,) = changes.wait_for([asked], WAIT) or [asked]
    (state,) = _states([found])
    if found.state == Change.State.FAILED and found.mark == asked.mark:
        changes.put_back(found, before)
        raise HttpError(400, f"The product was not taken: {found.reason}")
    done = found.state in (Change.State.DONE, Change.State.WITHDRAWN)
    return JsonResponse(state, status=200 if done else 202, headers=NOT_KEPT)


def _states(found: Sequence[Change]) -> list[dict[str, Any]]:
    names = changes.item_ids(found)
    searchable = found_by_looks(list(names.values()))
    return [
        {
            "item_id": names[one.pk],
            "state": one.state,
            "searchable": names[one.pk] in searchable,
            "reason": one.reason,
            "change": reverse("api:change", args=[one.pk]),
        }
        for one in found
    ]


def found_by_looks(item_ids: list[str]) -> set[str]:
    """Those of the products that are shown, and whose picture of now the live index knows."""
    shown = Product.shown.filter(item_id__in=item_ids)
    noted = dict(shown.values_list("item_id", "content_hash"))
    try:
        known = engine().live().hashes_of(noted)
    except IndexUnavailable:
        return set()
    return {item_id for item_id, found in noted.items() if known.get(item_id) == found}


def _written(status: int, item_id: str, state: str) -> HttpResponse:
    searchable = item_id in found_by_looks([item_id])
    told = {"item_id": item_id, "state": state, "searchable": searchable, "reason": ""}
    return JsonResponse({**told, "change": None}, status=status, headers=NOT_KEPT)


def _product_of(item_id: str) -> Product:
    """A product, be it shown or not. Raises UnknownProduct."""
    product = Product.objects.filter(item_id=item_id).first()
    if product is None:
        raise UnknownProduct(item_id)
    return product


def _require_a_picture(item_id: str, given: ProductToPut, picture: bytes | None) -> None:
    if picture is not None:
        try:
            beside(Lane.PICTURES, make_picture, picture, None)
        except BadPicture as error:
            raise HttpError(400, f"The picture cannot be read: {error}.") from error
    elif not given.image_urls:
        sentence = "has no picture: name addresses in image_urls, or send it in a form."
        raise HttpError(400, f"{item_id} {sentence}")


def _or_refused(work: Any) -> Any:
    """What `work` returns; what cannot be taken is HttpError."""
    try:
        return work()
    except SaidBefore as error:
        raise HttpError(409, str(error)) from error
    except NotTaken as error:
        raise HttpError(400, str(error)) from error

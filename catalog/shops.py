"""The shops and imports that the catalogue holds, and taking one out again."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Count

from catalog import pictures
from catalog.models import Product, Removed
from runs.files import error_text
from runs.outcomes import Outcome, Status


class UnknownShop(LookupError):
    """No product is of this shop, or came by this source; the message names those there are."""


def sources(shop: str = "") -> list[tuple[str, str, int]]:
    """(shop, source, number of products) of every import, or of one shop's, sorted."""
    products = Product.objects.filter(shop=shop) if shop else Product.objects.all()
    pluralise = products.values_list("shop", "source").annotate(Count("id"))
    return sorted(pluralise.order_by())


def products_of(shop: str, source: str = "") -> int:
    """How many products a shop has, or one of its imports. Raises UnknownShop for none."""
    number = sum(n for _, came_by, n in sources(shop) if source in ("", came_by))
    if not number:
        raise UnknownShop(f"No products of {' by '.join(filter(None, (shop, source)))}. {listed()}")
    return number


def listed() -> str:
    """Every shop and import with its number of products, for people."""
    lines = [f"  {shop}: {number} by {source}" for shop, source, number in sources()]
    return "\n".join(["There are:", *lines]) if lines else "The catalogue is empty."


def remove(shop: str, source: str = "") -> Iterator[Outcome]:
    """Takes a shop's products out, or one import's, with their pictures; one outcome a product.

    A product goes after its pictures, so that a run that was stopped can be started again.
    """
    products = Product.objects.filter(shop=shop)
    if source:
        products = products.filter(source=source)
    for product in products.only("item_id", "content_hash", "more_pictures").iterator():
        try:
            pictures.remove(product.item_id, product.content_hash, product.further_hashes)
        except OSError as error:
            reason = f"its pictures cannot be removed: {error_text(error)}"
            yield Outcome(product.item_id, Status.FAILED, reason)
            continue
        with transaction.atomic():
            Removed.objects.get_or_create(item_id=product.item_id)
            product.delete()
        yield Outcome(product.item_id, Status.GONE, "removed")


def taken_out() -> Iterator[str]:
    """The ids of what the owner does not want shown: hidden by hand, or removed with its shop."""
    yield from Product.objects.filter(hidden=True).values_list("item_id", flat=True)
    back = Product.objects.values("item_id")
    yield from Removed.objects.exclude(item_id__in=back).values_list("item_id", flat=True)

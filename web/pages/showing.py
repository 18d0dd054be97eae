"""Whether a picture may be shown: only where its product is."""

from functools import lru_cache

from django.db import connections

from catalog.models import Product
from catalog.pictures import APART, beginning_in, file_name, item_id_in


def is_shown(name: str) -> bool:
    """Whether `name` is that of the pictures of a product that is shown now."""
    stem, apart, further = name.removesuffix(".jpg").partition(APART)
    if apart:
        name = f"{stem}.jpg"
    try:
        item_id = item_id_in(name) or _long_id(name)
    except LookupError:
        return False
    shown = Product.shown.filter(item_id=item_id)
    return any(_has(one, further) for one in shown) if apart else shown.exists()


def _has(product: Product, further: str) -> bool:
    """Whether one of its further pictures has a hash that begins so."""
    return any(one[:12] == further for one in product.further_hashes)


@lru_cache(maxsize=10_000)
def _long_id(name: str) -> str:
    """The id whose pictures are called so, of those that begin alike. Raises LookupError."""
    beginning = beginning_in(name)
    alike = Product.objects.filter(item_id__startswith=beginning)
    if connections[alike.db].vendor == "sqlite":  # which has no index for LIKE
        alike = alike.filter(item_id__gte=beginning, item_id__lt=f"{beginning}{chr(0x10FFFF)}")
    for item_id in alike.values_list("item_id", flat=True).iterator():
        if file_name(item_id) == name:
            return item_id
    raise LookupError(name)

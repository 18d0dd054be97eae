"""Whether a picture may be shown: only where its product is."""

from functools import lru_cache

from catalog.models import Product
from catalog.pictures import beginning_in, file_name, item_id_in


def is_shown(name: str) -> bool:
    """Whether `name` is that of the pictures of a product that is shown now."""
    try:
        item_id = item_id_in(name) or _long_id(name)
    except LookupError:
        return False
    return Product.shown.filter(item_id=item_id).exists()


@lru_cache(maxsize=10_000)
def _long_id(name: str) -> str:
    """The id whose pictures are called so, of those that begin alike. Raises LookupError."""
    alike = Product.objects.filter(item_id__startswith=beginning_in(name))
    for item_id in alike.values_list("item_id", flat=True).iterator():
        if file_name(item_id) == name:
            return item_id
    raise LookupError(name)

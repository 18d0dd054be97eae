"""Where tiles cut the products' pictures, as the database keeps it."""

import logging
from collections import defaultdict
from collections.abc import Mapping

from django.db import DatabaseError, transaction

from catalog.models import Product

logger = logging.getLogger(__name__)


def keep_focus(found: Mapping[str, int | None]) -> None:
    """Keeps it by the pictures' content hashes, where a network has looked at them.

    Where the database is busy, tiles are cut as before: a build is not to end by it.
    """
    alike: dict[int, list[str]] = defaultdict(list)
    for content_hash, focus in found.items():
        if focus is not None:
            alike[focus].append(content_hash)
    try:
        with transaction.atomic():
            for focus, hashes in alike.items():
                products = Product.objects.filter(content_hash__in=hashes)
                products.exclude(focus=focus).update(focus=focus)
    except DatabaseError as error:
        logger.warning("It could not be kept where tiles cut their pictures: %s", error)

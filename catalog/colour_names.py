"""The names of the products' colours, as the database keeps them: a blank about each."""

import logging
from collections.abc import Mapping

from django.db import DatabaseError, transaction

from catalog import pictures
from catalog.colours.names import colour_names
from catalog.models import Product
from catalog.thumbnails import Pictures

logger = logging.getLogger(__name__)


def as_kept(names: tuple[str, ...]) -> str:
    """(red, blue) -> " red blue "."""
    return f" {' '.join(names)} "


def names_to_keep(product: Product, made: Pictures | None) -> str:
    """As it is where nothing has changed: a network may have looked meanwhile; else a guess."""
    if made is None and product.colour_names:
        return product.colour_names
    try:
        data = made.picture if made else pictures.read_picture(product.item_id)
        return as_kept(colour_names(data))
    except (OSError, ValueError):
        return ""


def better_names(found: Mapping[str, tuple[str, ...]]) -> None:
    """Keeps the names of pictures' colours, by content hash, where a network has looked at them.

    They take the place of what `ingest` guessed without one. Where the database is busy, the guess
    stays: a build is not to end by it.
    """
    try:
        with transaction.atomic():
            for content_hash, names in found.items():
                if names:
                    products = Product.objects.filter(content_hash=content_hash)
                    kept = as_kept(names)
                    products.exclude(colour_names=kept).update(colour_names=kept)
    except DatabaseError as error:
        logger.warning("The names of colours could not be kept: %s", error)

"""Rows of the catalogue for tests that need no pictures."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.utils import timezone

from catalog import pictures
from catalog.models import Product


def keep(item_ids: Iterable[str], **fields: Any) -> None:
    """Products of these ids in one shop, shown as all are that have a picture."""
    now = timezone.now()
    given = {"shop": "s", "first_seen": now, "last_seen": now} | fields
    for item_id in item_ids:
        own = {"item_id": item_id, "shop_item_id": item_id, "content_hash": a_hash(item_id)}
        Product.objects.create(**own | given)


def a_hash(item_id: str) -> str:
    """As if each product had a picture of its own."""
    return sha256(item_id.encode()).hexdigest()


def show(picture: bytes, *item_ids: str) -> None:
    """Keeps this as the picture of each of these."""
    for item_id in item_ids:
        pictures.write(pictures.Kind.PICTURE, item_id, picture)


def leave(*item_ids: str) -> None:
    """These have left their shop."""
    Product.objects.filter(item_id__in=item_ids).update(gone_since=timezone.now())

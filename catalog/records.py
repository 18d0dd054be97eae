"""What a source found: a product as the shop describes it, or the reason why it cannot be read.

A source is any function that yields these; `ingest` does the rest, the same way for all of them.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path


class SourceError(Exception):
    """The source cannot be read (further); the message says why."""


@dataclass(frozen=True)
class ProductRecord:
    """One product as a source describes it. Its picture is at `image_url`, or in `image_path`."""

    item_id: str
    title: str = ""
    price: Decimal | None = None
    currency: str = ""
    category: str = ""
    product_url: str = ""
    image_url: str = ""
    image_path: Path | None = None
    in_stock: bool | None = None
    # All its pictures by address; the first is `image_url`.
    image_urls: tuple[str, ...] = ()
    # What the shop's variants (colours, sizes) of one product have in common: its own id for it.
    group: str = ""
    # What stands there and could not be read, as in "price 'on request'".
    unread: tuple[str, ...] = ()
    # Where the source says so, as in "line 4".
    place: str = ""
    # Whether many products of its list have its picture, for want of one of its own.
    shares_picture: bool = False

    @property
    def key(self) -> str:
        """What tells it from the others: its item_id, or its address where it has none."""
        return self.item_id.strip() or self.product_url


@dataclass(frozen=True)
class Unreadable:
    """One product that a source could not describe; `key` is its item_id or its address.

    `left_out` says that it is no product, and nothing wrong: what was passed over on purpose.
    `hides` says that any product may stand there: then none is gone for not being seen.
    """

    key: str
    reason: str
    left_out: bool = False
    hides: bool = False


Record = ProductRecord | Unreadable

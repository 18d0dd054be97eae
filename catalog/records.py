"""What a source found: a product as the shop describes it, or the reason why it cannot be read.

A source is any function that yields these; `ingest` does the rest, the same way for all of them.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

# Control characters and halves of a pair: databases refuse them.
UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def shown_text(text: str) -> str:
    """The text with a space in place of each character that can be neither shown nor kept."""
    return UNSHOWN.sub(" ", text)


class SourceError(Exception):
    """The source cannot be read (further); the message says why."""


class Rejected(Exception):
    """A record cannot become a product; the message says why."""


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
    brand: str = ""
    # What the shop's system calls the product in what it sends of its own accord.
    number: str = ""
    # What stands there and could not be read, as in "price 'on request'".
    unread: tuple[str, ...] = ()
    # Where the source says so, as in "line 4".
    place: str = ""
    # Whether many products of its list have its picture, for want of one of its own.
    shares_picture: bool = False

    @property
    def addresses(self) -> list[str]:
        """Those of all its pictures, each once."""
        return list(self.picture_numbers)

    @property
    def picture_numbers(self) -> dict[str, int]:
        """The address of each picture -> where the shop lists it first, from 1 on."""
        listed = (*([self.image_url] if self.image_url else []), *self.image_urls)
        if self.image_urls[:1] == listed[:1]:
            listed = self.image_urls
        numbers: dict[str, int] = {}
        for number, address in enumerate(listed, 1):
            numbers.setdefault(address, number)
        return {address: number for address, number in numbers.items() if address}

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

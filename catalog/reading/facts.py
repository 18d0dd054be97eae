"""What one place on a page says of one product; several places complete each other."""

from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from catalog.reading.values import ID_KEYS, address_key, id_from_url
from catalog.records import ProductRecord


@dataclass(frozen=True)
class Facts:
    """One product, each field empty where the place is silent. `ids` are by their key.

    `stand_ins` are pictures that many products of one list have: for want of its own.
    """

    title: str = ""
    price: Decimal | None = None
    currency: str = ""
    in_stock: bool | None = None
    url: str = ""
    images: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()
    category: str = ""
    group: str = ""
    brand: str = ""
    ids: dict[str, str] = field(default_factory=dict)

    def completed(self, other: "Facts") -> "Facts":
        """These, and where they are silent the other's. A currency goes with its price."""
        new: dict[str, Any] = {
            f.name: getattr(other, f.name)
            for f in fields(self)
            if getattr(self, f.name) in (None, "", ())
        }
        if self.price is not None and other.price not in (None, self.price) and self.currency:
            new.pop("currency", None)
        return replace(self, **new | {"ids": other.ids | self.ids})

    @property
    def item_id(self) -> str:
        """The shop's own id by a fixed order, or nothing."""
        return next((self.ids[key] for key in ID_KEYS if self.ids.get(key)), "")

    @property
    def key(self) -> str:
        """What tells it from the others on its page."""
        return self.item_id or address_key(self.url)

    def record(self, page: str) -> ProductRecord:
        """As a record; `page` is where it was found."""
        url, images = self.url or page, self.images or self.stand_ins
        return ProductRecord(
            item_id=self.item_id or id_from_url(url),
            title=self.title,
            price=self.price,
            currency=self.currency,
            category=self.category,
            product_url=url,
            image_url=images[0] if images else "",
            in_stock=self.in_stock,
            image_urls=images,
            group=self.group,
            brand=self.brand,
            shares_picture=not self.images and bool(self.stand_ins),
        )

"""Products: what is sold."""

import unicodedata
from typing import Any

from django.db import models
from django.urls import reverse

from catalog import indexes, pictures
from catalog.addresses import is_web_address
from catalog.pictures import TILES, Kind
from catalog.queued import Change as Change
from catalog.queued import Delivery as Delivery
from catalog.queued import Worker as Worker


def folded(text: str) -> str:
    """Text as the search compares it: case, width and compositions do not count."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def composed(text: str) -> str:
    """Text in the spelling that is kept: a Mac's files have "ü" as a letter and a mark."""
    return unicodedata.normalize("NFC", text)


# What there is of a further picture in place of what there is of the first.
FURTHER_KINDS = {Kind.THUMBNAIL: Kind.MORE_THUMBNAIL, Kind.PICTURE: Kind.MORE}
# What is made of a product while it is in memory, and of its first picture.
NOT_COPIED = ("_by_picture", "_drawn")
# What the search looks into.
SEARCHED = ("title", "item_id", "category")


class ProductQuerySet(models.QuerySet["Product"]):
    """Keeps what the search looks into up to date where rows are changed without `save`."""

    def update(self, **values: Any) -> int:
        if not set(SEARCHED) & set(values):
            return super().update(**values)
        keys = list(self.values_list("pk", flat=True))
        number = super().update(**values)
        for product in self.model.objects.filter(pk__in=keys):
            product.save(update_fields=["search_text"])
        return number


class Products(models.Manager["Product"]):
    """All products."""

    def get_queryset(self) -> "models.QuerySet[Product]":
        return ProductQuerySet(self.model, using=self._db)


class ShownProducts(Products):
    """Products that are still in their shop, have a picture, and are not hidden by hand."""

    def get_queryset(self) -> "models.QuerySet[Product]":
        return super().get_queryset().filter(gone_since=None, hidden=False).exclude(content_hash="")


class Product(models.Model):
    """One product of one shop, as last seen there."""

    item_id = models.CharField(
        max_length=600,
        unique=True,
        help_text="The shop's own id; with @ and the shop, if another shop had it first.",
    )
    shop_item_id = models.CharField(max_length=300, default="", help_text="The shop's own id.")
    title = models.CharField(max_length=500, blank=True)
    price = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    category = models.CharField(max_length=200, blank=True, db_index=True)
    brand = models.CharField(max_length=200, blank=True)
    shop = models.CharField(max_length=200, help_text="Host name, or the name of an import.")
    source = models.CharField(max_length=2000, help_text="The address or folder it came by.")
    product_url = models.CharField(max_length=2000, blank=True)
    image_url = models.CharField(max_length=2000, blank=True)
    image_urls = models.JSONField(default=list, blank=True, help_text="All pictures' addresses.")
    more_pictures = models.JSONField(
        default=list,
        blank=True,
        editable=False,
        help_text="What is kept of its further pictures, in the shop's order; more_pictures.py.",
    )
    refused_pictures = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text="Of its further ones: by address why the shop refused it, and when; refusals.py.",
    )
    group = models.CharField(
        max_length=300,
        blank=True,
        db_index=True,
        help_text="What the variants of one product have in common.",
    )

    number = models.CharField(
        max_length=100,
        blank=True,
        default="",
        db_index=True,
        help_text="What the shop's own system calls it in what it sends; variants share one.",
    )

    image_etag = models.CharField(max_length=300, blank=True)
    image_last_modified = models.CharField(max_length=100, blank=True)
    image_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the original.")
    content_hash = models.CharField(
        max_length=64,
        blank=True,
        db_index=True,
        help_text="SHA-256 of the picture that networks look at.",
    )
    picture_width = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Unknown where an older run kept a thumbnail only."
    )
    picture_height = models.PositiveSmallIntegerField(null=True, blank=True)

    focus = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Where a tile cuts it, as in CSS's object-position: 0 to 100, for both axes.",
    )

    colour_names = models.CharField(
        max_length=120,
        blank=True,
        help_text="Its colours with a space about each; those of colours.NAMES.",
    )

    in_stock = models.BooleanField(null=True, help_text="Unknown where the shop does not say.")
    # No index on it or on gone_since: nearly all rows hold the same, and SQLite would rather walk
    # through all of those than look up thirty ids.
    hidden = models.BooleanField(
        default=False,
        help_text="Kept out of pages and index, whatever the shop says.",
    )
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    gone_since = models.DateTimeField(null=True, blank=True)

    search_text = models.TextField(blank=True, editable=False, default="")

    # The hash of the further picture that stands for it here; see `by_picture`.
    seen_in = ""

    objects = Products()
    shown = ShownProducts()

    class Meta:
        ordering = ["item_id"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "shop_item_id"], name="one_of_a_shop")
        ]
        indexes = indexes.OF_ORDERS

    def __str__(self) -> str:
        return self.title or self.item_id

    def save(self, **options: Any) -> None:
        self.shop_item_id = self.shop_item_id or self.item_id
        self.search_text = folded("\n".join(getattr(self, name) for name in SEARCHED))
        super().save(**options)

    def get_absolute_url(self) -> str:
        return reverse("product", args=[self.item_id])

    @property
    def thumbnail_url(self) -> str:
        """The thumbnail's address; it changes with the picture, so it may be cached for ever."""
        return self._address(Kind.THUMBNAIL)

    @property
    def picture_url(self) -> str:
        """The larger picture's address."""
        return self._address(Kind.PICTURE)

    @property
    def tile_url(self) -> str:
        """The address of what a tile of middling size shows."""
        return self._address(Kind.TILE)

    @property
    def srcset(self) -> str:
        """What tiles show, in all widths for browsers to choose from."""
        return ", ".join(f"{url} {width}w" for url, width in self._tiles())

    def _tiles(self) -> list[tuple[str, int]]:
        return [(self._address(kind), width) for kind, width in TILES.items()]

    def _address(self, kind: Kind) -> str:
        if not self.seen_in:
            return pictures.address(kind, self.item_id, self.content_hash)
        kind = FURTHER_KINDS.get(kind, kind)
        return pictures.further_address(kind, self.item_id, self.seen_in)

    @property
    def picture_hash(self) -> str:
        """The hash of the picture that it shows here."""
        return self.seen_in or self.content_hash

    def read_shown(self) -> bytes:
        """The bytes of that picture, as networks look at it. Raises OSError."""
        if self.seen_in:
            return pictures.read_further(self.item_id, self.seen_in)
        return pictures.read_picture(self.item_id)

    @property
    def further_hashes(self) -> list[str]:
        """The hashes of its further pictures, in the shop's order."""
        return [row["hash"] for row in self.more_pictures]

    @property
    def further(self) -> "list[Product]":
        """Itself, once for each of its further pictures, which it shows there."""
        return [self.by_picture(content_hash) for content_hash in self.further_hashes]

    @property
    def picture_number(self) -> int:
        """Which of its pictures it shows here, the first being 1."""
        return self.further_hashes.index(self.seen_in) + 2 if self.seen_in else 1

    def by_picture(self, content_hash: str) -> "Product":
        """The product as it shows its picture of that hash; its first, where it has none such.

        Made once while it is in memory.
        """
        if content_hash not in self.further_hashes:
            return self
        known: dict[str, Product] = self.__dict__.setdefault("_by_picture", {})
        if content_hash not in known:
            seen = Product.__new__(Product)  # copying a model takes many times as long
            seen.__dict__ |= {k: v for k, v in self.__dict__.items() if k not in NOT_COPIED}
            seen.seen_in, seen.focus = content_hash, None
            seen.picture_width = seen.picture_height = None
            known[content_hash] = seen
        return known[content_hash]

    @property
    def cut(self) -> str:
        """The class of a picture in a tile: where it is cut, in steps of twentieths."""
        return "" if self.focus is None else f"at-{5 * round(self.focus / 5)}"

    @property
    def shop_url(self) -> str:
        """Its page in the shop, where that is an address that may be shown; else nothing."""
        return self.product_url if is_web_address(self.product_url) else ""

    def as_dict(self) -> dict[str, Any]:
        """The product as JSON shows it."""
        return {
            "item_id": self.item_id,
            "title": self.title,
            "price": None if self.price is None else str(self.price),
            "currency": self.currency,
            "category": self.category,
            "group": self.group,
            "in_stock": self.in_stock,
            "product_url": self.shop_url,
            "thumbnail_url": self.thumbnail_url,
            "picture_url": self.picture_url,
            "tile_url": self.tile_url,
            "tiles": [{"width": width, "url": url} for url, width in self._tiles()],
            "focus": self.focus,
        }


class Removed(models.Model):
    """A product that its owner took out by `remove_shop`: that an index lacks it is no loss."""

    item_id = models.CharField(max_length=600, unique=True)

    def __str__(self) -> str:
        return self.item_id


class Filing(models.Model):
    """The category that staff filed a product under, whatever its shop says; see filings.py.

    It is named by its item_id, so that the word holds whatever comes, goes and comes back.
    """

    item_id = models.CharField(max_length=600, unique=True)
    category = models.CharField(max_length=200)
    shop_category = models.CharField(
        max_length=200, blank=True, help_text="What the shop says, as of its latest run."
    )
    filed_by = models.CharField(max_length=150, blank=True)
    filed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-filed_at", "-id"]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.category}"


class CatalogueVersion(models.Model):
    """One row: how often what is shown has changed. The database counts; see versioning.py."""

    number = models.PositiveBigIntegerField(default=0)

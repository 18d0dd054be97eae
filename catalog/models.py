"""Products: what is sold."""

import unicodedata
from typing import Any

from django.db import models
from django.urls import reverse

from catalog import pictures
from catalog.addresses import is_web_address


def folded(text: str) -> str:
    """Text as the search compares it: case, width and compositions do not count."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def composed(text: str) -> str:
    """Text in the spelling that is kept: a Mac's files have "ü" as a letter and a mark."""
    return unicodedata.normalize("NFC", text)


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
    shop = models.CharField(max_length=200, help_text="Host name, or the name of an import.")
    source = models.CharField(max_length=2000, help_text="The address or folder it came by.")
    product_url = models.CharField(max_length=2000, blank=True)
    image_url = models.CharField(max_length=2000, blank=True)
    image_urls = models.JSONField(default=list, blank=True, help_text="All pictures' addresses.")
    group = models.CharField(
        max_length=300,
        blank=True,
        db_index=True,
        help_text="What the variants of one product have in common.",
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

    objects = Products()
    shown = ShownProducts()

    class Meta:
        ordering = ["item_id"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "shop_item_id"], name="one_of_a_shop")
        ]

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
        return pictures.address(pictures.Kind.THUMBNAIL, self.item_id, self.content_hash)

    @property
    def picture_url(self) -> str:
        """The larger picture's address; the thumbnail's, where only that is kept."""
        if self.picture_width is None:
            return self.thumbnail_url
        return pictures.address(pictures.Kind.PICTURE, self.item_id, self.content_hash)

    @property
    def srcset(self) -> str:
        """Both sizes for browsers to choose from, where they show the same: of a square picture."""
        if not self.picture_width or self.picture_width != self.picture_height:
            return ""
        return f"{self.thumbnail_url} 250w, {self.picture_url} {self.picture_width}w"

    @property
    def fills_a_square(self) -> bool:
        """Whether a square cut out of its picture's middle shows most of it."""
        if not self.picture_width or not self.picture_height:
            return False
        return 2 / 3 <= self.picture_width / self.picture_height <= 3 / 2

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
        }


class Removed(models.Model):
    """A product that its owner took out by `remove_shop`: that an index lacks it is no loss."""

    item_id = models.CharField(max_length=600, unique=True)

    def __str__(self) -> str:
        return self.item_id


class CatalogueVersion(models.Model):
    """One row: how often what is shown has changed. The database counts; see versioning.py."""

    number = models.PositiveBigIntegerField(default=0)

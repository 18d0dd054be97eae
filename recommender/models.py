"""What the merchant decides, beside what the network sees. Kept apart from the index."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from catalog.models import Product

LEAST_POINTS, MAX_POINTS = 1, 100
POINTS_RULE = f"Say how many points, from {LEAST_POINTS} to {MAX_POINTS}."


class Rule(models.Model):
    """A product that is pinned, banned or boosted: beside one other product, or beside all."""

    class Kind(models.TextChoices):
        PIN = "pin", "Pin: always the first"
        BAN = "ban", "Ban: never among what looks similar"
        BOOST = "boost", "Boost: as if it were more alike"

    kind = models.CharField(max_length=5, choices=Kind)
    product = models.ForeignKey(Product, models.CASCADE, related_name="rules")
    beside = models.ForeignKey(
        Product,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="rules_beside",
        help_text="The product on whose page the rule holds; none: on all pages.",
    )
    points = models.PositiveSmallIntegerField(
        default=10,
        validators=[
            MinValueValidator(LEAST_POINTS, POINTS_RULE),
            MaxValueValidator(MAX_POINTS, POINTS_RULE),
        ],
        help_text="Of a boost: what is added to its score for the order, from 1 to 100.",
    )
    note = models.CharField(max_length=200, blank=True, help_text="For yourself: why.")
    made_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Rule"]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "beside"],
                name="one_rule_a_pair",
                violation_error_message="There is a rule for these two already.",
            ),
            models.UniqueConstraint(
                fields=["product"],
                condition=models.Q(beside=None),
                name="one_rule_for_all",
                violation_error_message="There is a rule for it on all pages already.",
            ),
        ]

    def __str__(self) -> str:
        where = f"beside {self.beside}" if self.beside else "beside all"
        return f"{self.kind} {self.product} {where}"

    def clean(self) -> None:
        if self.beside_id is not None and self.beside_id == self.product_id:
            raise ValidationError("A product never stands beside itself.")


class NotTheSame(models.Model):
    """Two products that look the same and are not, by the word of whoever runs the shop.

    They are named by their item_ids, so that the word holds whatever comes, goes and comes back.
    """

    first = models.CharField(max_length=600, help_text="The item_id that sorts first.")
    second = models.CharField(max_length=600, db_index=True)
    said_by = models.CharField(max_length=150, blank=True)
    said_at = models.DateTimeField(
        default=timezone.now, help_text="The same for all that was said at once."
    )

    objects: ClassVar[models.Manager["NotTheSame"]]

    class Meta:
        ordering = ["-id"]
        verbose_name = verbose_name_plural = "not the same"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_word_a_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.first} is not {self.second}"

    @property
    def pair(self) -> tuple[str, str]:
        return self.first, self.second

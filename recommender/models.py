"""What the merchant decides, beside what the network sees. Kept apart from the index."""

from typing import Any, ClassVar
from uuid import uuid4

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


class PairWord(models.Model):
    """What whoever runs the shop says of two products, against what the network sees.

    They are named by their item_ids, so that the word holds whatever comes, goes and comes back.
    """

    first = models.CharField(max_length=600, help_text="The item_id that sorts first.")
    second = models.CharField(max_length=600, db_index=True)
    said_by = models.CharField(max_length=150, blank=True)
    said_at = models.DateTimeField(
        default=timezone.now, help_text="The same for all that was said at once."
    )

    objects: ClassVar[models.Manager[Any]]

    class Meta:
        abstract = True

    @property
    def pair(self) -> tuple[str, str]:
        return self.first, self.second


class NotTheSame(PairWord):
    """Two products that look the same and are not."""

    objects: ClassVar[models.Manager["NotTheSame"]]

    class Meta:
        ordering = ["-id"]
        verbose_name = verbose_name_plural = "not the same"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_word_a_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.first} is not {self.second}"


class TheSame(PairWord):
    """Two products that are one, although their pictures differ."""

    objects: ClassVar[models.Manager["TheSame"]]

    class Meta:
        ordering = ["-id"]
        verbose_name = verbose_name_plural = "the same"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_word_of_the_same_a_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.first} is {self.second}"


class Judgement(models.Model):
    """Two answers to one query side by side, and which of them somebody preferred.

    The products are named by their item_ids, as of NotTheSame. What stood on either side is what
    recommender.search.judgements.Side holds.
    """

    class Choice(models.TextChoices):
        LEFT = "left", "Left"
        RIGHT = "right", "Right"
        SAME = "same", "Same"

    key = models.UUIDField(
        default=uuid4, unique=True, help_text="Of the page: another click there replaces the first."
    )
    item_id = models.CharField(max_length=600, db_index=True, help_text="What was asked about.")
    left = models.JSONField(help_text="Embedder, version, built_at, metric and item_ids.")
    right = models.JSONField(help_text="The same of the answer on the right.")
    choice = models.CharField(max_length=5, choices=Choice)
    judged_by = models.CharField(max_length=150, blank=True)
    judged_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["Judgement"]]

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.choice}"


class FilingDoubt(models.Model):
    """A product that seems to be filed wrongly, or is filed nowhere, as `categories` last found it.

    All of a kind are replaced at once; see recommender.search.filing.Suggestion.
    """

    item_id = models.CharField(max_length=600, unique=True)
    category = models.CharField(max_length=200, blank=True, help_text="Where it was filed then.")
    suggested = models.CharField(max_length=200)
    confidence = models.FloatField()
    place = models.PositiveIntegerField(help_text="In the order in which to look at them.")
    voters = models.JSONField(default=list, help_text="item_ids of look-alikes filed there.")

    objects: ClassVar[models.Manager["FilingDoubt"]]

    class Meta:
        ordering = ["place"]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.suggested}?"

    @property
    def percent(self) -> int:
        """The confidence as people read it."""
        return round(100 * self.confidence)


class Trial(models.Model):
    """Two ways to answer, which are compared by what visitors click (search/trials.py)."""

    name = models.CharField(max_length=100, unique=True, help_text="For yourself, as in “colour”.")
    one = models.CharField(
        "one way",
        max_length=500,
        blank=True,
        help_text="What it asks, as an address does: colour=0.4&metric=euclidean, or "
        "embedder=vgg16. Empty: as the site answers without it.",
    )
    other = models.CharField("the other", max_length=500, blank=True, help_text="The same.")
    running = models.BooleanField(
        default=True, help_text="One at a time. Without the tick, the site answers as before."
    )
    begun_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Trial"]]

    class Meta:
        ordering = ["-id"]
        verbose_name = "comparison of two ways"
        verbose_name_plural = "comparisons of two ways"
        constraints = [
            models.UniqueConstraint(
                fields=["running"],
                condition=models.Q(running=True),
                name="one_trial_runs",
                violation_error_message="Another one is running: end that one first.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ClickCount(models.Model):
    """How often a place of an answer was seen and clicked on a day: sums, and nothing else."""

    day = models.DateField()
    place = models.CharField(max_length=10, help_text="Where: search/clicks.py has them.")
    trial = models.PositiveBigIntegerField(default=0, help_text="The Trial's id; 0: none.")
    way = models.CharField(max_length=5, blank=True, help_text="one or other, of a Trial.")
    metric = models.CharField(max_length=20, blank=True)
    embedder = models.CharField(max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(help_text="From 1 on.")
    shown = models.PositiveBigIntegerField(default=0)
    clicked = models.PositiveBigIntegerField(default=0)

    objects: ClassVar[models.Manager["ClickCount"]]

    class Meta:
        ordering = ["day", "place", "trial", "way", "metric", "embedder", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "place", "trial", "way", "metric", "embedder", "position"],
                name="one_count_a_place",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.place} {self.position}: {self.clicked} of {self.shown}"

"""What PostgreSQL keeps: for each published index a generation, its vectors and its lists.

All but generations are partitioned by these: a new one is filled and indexed beside the others, and
takes part when it is whole. Installed where INDEX_ENGINE=postgres alone.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from pgvector.django import HalfVectorField

from recommender.engines.postgres.places import LABEL


class BitsField(models.Field):  # type: ignore[type-arg]
    """Bits, as many as there are; an index of them has a length."""

    def db_type(self, connection: object) -> str:
        return "bit varying"


class Generation(models.Model):
    """A published index. `search` says how its vectors are searched: see searching.Plan.

    `number` counts what was inserted since it was published.
    """

    class State(models.TextChoices):
        LIVE = "live"
        PREVIOUS = "previous"

    embedder = models.CharField(max_length=100)
    state = models.CharField(max_length=8, choices=State, null=True)  # noqa: DJ001 – unique
    number = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(auto_now_add=True)
    manifest = models.TextField()
    search = models.JSONField()
    statistics = models.BinaryField()
    projection = models.BinaryField(null=True)
    mean = models.BinaryField(null=True)
    words = models.BinaryField(null=True)

    objects: ClassVar[models.Manager["Generation"]]

    class Meta:
        app_label = LABEL
        constraints = [
            models.UniqueConstraint(fields=["embedder", "state"], name="one_generation_a_state")
        ]


class Vector(models.Model):
    """A product in a generation. `item` numbers them in the order of their ids, and newcomers on;
    `same_as` and `similar_to` are what stands for all that show the same picture, or nearly so."""

    pk = models.CompositePrimaryKey("generation", "item")
    generation = models.IntegerField()
    item = models.IntegerField()
    item_id = models.TextField()
    content_hash = models.CharField(max_length=64)
    v = HalfVectorField()
    bits = BitsField(null=True)
    is_zero = models.BooleanField()
    colours = models.BinaryField(null=True)
    same_as = models.IntegerField(null=True)
    similar_to = models.IntegerField(null=True)

    objects: ClassVar[models.Manager["Vector"]]

    class Meta:
        app_label = LABEL


class FurtherVector(models.Model):
    """A further picture of a product in a generation: which product, and in which place, from 1 on
    in the shop's order. `item_id` stands here, too, so that searches join nothing."""

    pk = models.CompositePrimaryKey("generation", "item", "place")
    generation = models.IntegerField()
    item = models.IntegerField()
    place = models.IntegerField()
    item_id = models.TextField()
    content_hash = models.CharField(max_length=64)
    v = HalfVectorField()
    bits = BitsField(null=True)
    is_zero = models.BooleanField()

    objects: ClassVar[models.Manager["FurtherVector"]]

    class Meta:
        app_label = LABEL


class NeighbourList(models.Model):
    """The nearest of a product under a metric, as numbers of items; nearest first."""

    pk = models.CompositePrimaryKey("generation", "item", "metric")
    generation = models.IntegerField()
    item = models.IntegerField()
    metric = models.SmallIntegerField()
    ids = ArrayField(models.IntegerField())
    distances = ArrayField(models.FloatField())

    objects: ClassVar[models.Manager["NeighbourList"]]

    class Meta:
        app_label = LABEL

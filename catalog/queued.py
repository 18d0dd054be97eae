"""What the shop says of single products, until the worker has taken it in; see changes.py."""

from django.db import models


class Change(models.Model):
    """What the shop itself says of one product, until the worker has taken it in.

    One row for each product: what is said later takes the place of what waits. `mark` is another
    one for each thing said, so that the worker sees when it has been overtaken; `as_of` is when it
    was so, where the shop says that. `due_at`: when the worker is to look at it, if at all.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"
        WITHDRAWN = "withdrawn"

    shop = models.CharField(max_length=200)
    shop_item_id = models.CharField(max_length=300)
    record = models.JSONField(default=dict)
    picture = models.BinaryField(null=True)
    mark = models.CharField(max_length=32)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.TextField(blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    said_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, db_index=True)
    as_of = models.DateTimeField(null=True)

    class Meta:
        ordering = ["said_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "shop_item_id"], name="one_change_of_a_product")
        ]

    def __str__(self) -> str:
        return f"{self.shop_item_id} of {self.shop}, {self.state}"


class Delivery(models.Model):
    """A webhook that has been taken, by which a second one like it is known."""

    key = models.CharField(max_length=200, unique=True)
    came_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key


class Worker(models.Model):
    """One row: when the worker was last at work."""

    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"seen {self.seen_at}"

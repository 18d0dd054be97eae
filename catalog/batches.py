"""Products and their pictures, kept several at a time.

A disk takes milliseconds to say that a file is safe, and hardly more for sixty files. So products
wait for each other, for a second at most; then their pictures are put in their places, and only
when these are safe are the rows saved. A kill loses what was waiting, which the next run brings.
"""

import time
from dataclasses import dataclass

from django.db import DatabaseError, OperationalError, transaction

from catalog import pictures
from catalog.models import Product
from catalog.pictures import Kind
from catalog.thumbnails import Pictures
from runs.files import told
from runs.outcomes import Outcome, Status

MOST = 32
SECONDS = 1.0
# Another process may hold the database for longer than a connection waits.
TRIES = 3


@dataclass(frozen=True)
class _Waiting:
    outcome: Outcome
    product: Product | None
    made: Pictures | None


class Batch:
    """Outcomes in their order; what they tell of is not kept before `keep` returns them."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._since = 0.0

    def add(
        self, outcome: Outcome, product: Product | None = None, made: Pictures | None = None
    ) -> None:
        """What came of a record; with the row to save, and new pictures, if there are such."""
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append(_Waiting(outcome, product, made))

    @property
    def is_due(self) -> bool:
        """Whether enough wait, or have waited for long enough."""
        return len(self._waiting) >= MOST or time.monotonic() - self._since >= SECONDS

    def keep(self) -> list[Outcome]:
        """Keeps what waits. Where that fails, one by one, so that each fails for itself only."""
        waiting, self._waiting = self._waiting, []
        try:
            _keep(waiting)
        except (OSError, DatabaseError):
            return [_kept_alone(one) for one in waiting]
        return [one.outcome for one in waiting]


def _kept_alone(one: _Waiting) -> Outcome:
    try:
        _keep([one])
    except (OSError, DatabaseError) as error:
        return Outcome(one.outcome.key, Status.FAILED, told(error))
    return one.outcome


def _keep(waiting: list[_Waiting]) -> None:
    files = {}
    for one in waiting:
        if one.product and one.made:
            files[Kind.THUMBNAIL, one.product.item_id] = one.made.thumbnail
            files[Kind.PICTURE, one.product.item_id] = one.made.picture
    if files:
        pictures.write_all(files)
    products = [one.product for one in waiting if one.product]
    for attempt in range(1, TRIES + 1):
        try:
            _save(products)
            return
        except OperationalError:
            if attempt == TRIES:
                raise


def _save(products: list[Product]) -> None:
    with transaction.atomic():
        for product in products:
            product.save()

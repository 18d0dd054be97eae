"""Products and their pictures, kept several at a time.

A disk takes milliseconds to say that a file is safe, and hardly more for sixty files. So products
wait for each other, for a second at most; then their pictures are put in their places, and only
when these are safe are the rows saved. A kill loses what was waiting, which the next run brings.
"""

import time
from dataclasses import dataclass, field

from django.db import DatabaseError, OperationalError, transaction

from catalog import filings, pictures
from catalog.models import Product
from catalog.pictures import Kind
from catalog.thumbnails import Pictures
from runs.files import error_text
from runs.outcomes import Outcome, Status

MOST = 32
SECONDS = 1.0
# Another process may hold the database for longer than a connection waits.
TRIES = 3
Row = dict[str, str]
# By address: why it was refused, and when, in ISO 8601.
Refusals = dict[str, tuple[str, str]]


@dataclass
class Further:
    """What came of a product's further pictures: its rows, files to write by the storage's names,
    the hashes of those that are its no more, a reason for each that cannot be had, and those that
    are to be remembered; see refusals.py."""

    rows: list[Row]
    files: dict[str, bytes] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    remembered: Refusals = field(default_factory=dict)

    def change(self, product: Product) -> bool:
        """Whether the product showed others so far, or in another order."""
        return [row["hash"] for row in self.rows] != product.further_hashes


@dataclass(frozen=True)
class _Waiting:
    outcome: Outcome
    product: Product | None
    made: Pictures | None
    more: Further | None


class Batch:
    """Outcomes in their order; what they tell of is not kept before `keep` returns them."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._since = 0.0

    def add(
        self,
        outcome: Outcome,
        product: Product | None = None,
        made: Pictures | None = None,
        more: Further | None = None,
    ) -> None:
        """What came of a record; with the row to save, and new pictures, if there are such."""
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append(_Waiting(outcome, product, made, more))

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
        return Outcome(one.outcome.key, Status.FAILED, error_text(error))
    return one.outcome


def _keep(waiting: list[_Waiting]) -> None:
    files: dict[str, bytes] = {}
    for one in waiting:
        if one.product and one.made:
            files[pictures.place(Kind.THUMBNAIL, one.product.item_id)] = one.made.thumbnail
            files[pictures.place(Kind.PICTURE, one.product.item_id)] = one.made.picture
        files |= one.more.files if one.more else {}
    if files:
        pictures.write_all(files)
    _save_all([one.product for one in waiting if one.product])
    for one in waiting:
        if one.product and one.more:
            for content_hash in one.more.gone:
                pictures.remove_further(one.product.item_id, content_hash)


def _save_all(products: list[Product]) -> None:
    """Tries again where another process holds the database."""
    for attempt in range(1, TRIES + 1):
        try:
            _save(products)
            return
        except OperationalError:
            if attempt == TRIES:
                raise


def _save(products: list[Product]) -> None:
    with transaction.atomic():
        filings.keep_words(products)
        for product in products:
            product.save()

"""What is kept in memory of the catalogue for as long as it stays as it is.

The catalogue's number (versioning.py) tells whether it has changed: one look-up of one row. So a
change shows at once, whoever made it, and what has not changed is not asked for again. But for what
took long to count: in a large catalogue such counts may be somewhat old, and pages say so.
"""

import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from threading import Lock
from typing import Any, TypeVar, cast

from django.db import connections
from django.utils import timezone

from catalog import by_ids, versioning
from catalog.models import CatalogueVersion, Product

T = TypeVar("T")

# Products at most, in each process; some 2 KB each.
MOST = 16_384
MOST_FACTS = 1000
# Products beyond which a catalogue is large: what is asked of it is not all counted.
LARGE = 100_000
# A count that took so many seconds stays for so many times as long, whatever changes meanwhile: a
# hundredth of the time, at most, goes by for counting it.
SLOW, LASTS = 0.25, 100


@dataclass(frozen=True)
class _SlowCount:
    value: Any
    counted_at: datetime
    until: float


_slow: dict[Hashable, _SlowCount] = {}


class Memory:
    """Of the catalogue as it is at one number: products that were asked for, and other facts.

    Whoever holds one goes on with it, though the catalogue change meanwhile. Its products are
    shared: they are there to be read.
    """

    def __init__(self, number: int | None = None) -> None:
        self.number = number
        # When the oldest of the counts was made that are not of the catalogue as it is; else None.
        self.counted_at: datetime | None = None
        self._products: dict[str, Product | None] = {}
        self._facts: dict[Any, Any] = {}
        self._lock = Lock()

    def shown(self, item_ids: Iterable[str]) -> dict[str, Product]:
        """Those of the products that are shown, by item_id; one query for what is not in memory."""
        wanted = list(dict.fromkeys(item_ids))
        found = self._at_hand(wanted)
        if missing := [item_id for item_id in wanted if item_id not in found]:
            fetched = by_ids.fetch(missing)
            self._keep({item_id: fetched.get(item_id) for item_id in missing})
            found |= fetched
        return {item_id: product for item_id in wanted if (product := found.get(item_id))}

    def once(self, key: Hashable, fact: Callable[[], T]) -> T:
        """What `fact` returns; it is called once for the catalogue as it is.

        So its cost may grow with the catalogue, as that of a count does.
        """
        with self._lock:
            known = key in self._facts
            found = self._facts.get(key)
        if not known:
            found = fact()
            with self._lock:
                self._facts[key] = found
                _drop_first(self._facts, MOST_FACTS)
        return cast(T, found)

    def roughly(self, key: Hashable, count: Callable[[], T]) -> T:
        """What `count` returns, as `once`; but of a large catalogue, what took long may be of a
        while ago."""
        if self.number is None or not self.is_large():
            return self.once(key, count)
        return self.once(key, lambda: self._slow_or_counted(key, count))

    def _slow_or_counted(self, key: Hashable, count: Callable[[], T]) -> T:
        began = time.monotonic()
        with self._lock:
            known = _slow.get(key)
            if known and began < known.until:
                dates = [known.counted_at, *([self.counted_at] if self.counted_at else [])]
                self.counted_at = min(dates)
                return cast(T, known.value)
        counted_at, found = timezone.now(), count()
        took = time.monotonic() - began
        with self._lock:
            _slow.pop(key, None)
            if took >= SLOW:
                _slow[key] = _SlowCount(found, counted_at, time.monotonic() + LASTS * took)
                _drop_first(_slow, MOST_FACTS)
        return found

    def is_large(self) -> bool:
        """Whether there are more than LARGE products."""
        return self.once("large", _is_large)

    def _at_hand(self, wanted: list[str]) -> dict[str, Product | None]:
        with self._lock:
            return {one: self._products[one] for one in wanted if one in self._products}

    def _keep(self, found: dict[str, Product | None]) -> None:
        """What was kept first makes way."""
        with self._lock:
            self._products |= found
            _drop_first(self._products, MOST)


def _is_large() -> bool:
    keys = Product.objects.order_by("-pk").values_list("pk", flat=True)
    return (keys.first() or 0) > LARGE and keys[LARGE : LARGE + 1].exists()


def _drop_first(kept: dict[Any, Any], most: int) -> None:
    for key in list(islice(kept, max(0, len(kept) - most))):
        del kept[key]


_latest = Memory()


def of_now() -> Memory:
    """The memory of the catalogue as it is now; one query.

    An empty one within a transaction, where what is seen may never come to be, and where the
    database does not count changes.
    """
    global _latest
    connection = connections[CatalogueVersion.objects.db]
    if connection.in_atomic_block or connection.vendor not in versioning.THERE:
        return Memory()
    number = versioning.version()
    memory = _latest
    if memory.number != number:
        memory = _latest = Memory(number)
    return memory


def forget() -> None:
    """Begins anew, as tests do whose catalogues have the same number."""
    global _latest
    _latest = Memory()
    _slow.clear()


def counted_at() -> datetime | None:
    """When the oldest count was made that the latest memory has, if one is not of now; no query."""
    return _latest.counted_at

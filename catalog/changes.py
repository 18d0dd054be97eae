"""What the shop says of single products, as it happens: a queue in the database.

The site writes what it is told and answers; the worker (`manage.py work`) takes it in. Prices,
stock and what is hidden or gone are changed at once, for no picture has to be looked at.
"""

import hashlib
import secrets
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from catalog.models import Change, Delivery, Product, Worker, composed
from catalog.records import ProductRecord, shown_text
from catalog.visiting.addresses import ForbiddenAddress, Resolver, require_public, resolve

# The shop of products that come by the API alone, and how they came.
API = "api"
# So often is tried what failed, first after so many seconds, then after four times as many.
TRIES, FIRST_PAUSE = 4, 10
KEPT = timedelta(days=7)
# The worker tells every few seconds that it is there.
BEAT, GONE_AFTER = timedelta(seconds=2), timedelta(seconds=10)
_POLL = 0.025
State = Change.State
# The fields of a Change that what is said later replaces.
SAID = (
    "record", "picture", "mark", "state", "reason", "tries", "said_at", "due_at", "as_of",
)  # fmt: skip


class NotTaken(Exception):
    """What was said cannot be taken, and nothing is kept of it; the message says why."""


class SaidBefore(NotTaken):
    """A webhook that has been taken already."""


@dataclass(frozen=True)
class Said:
    """What a shop says of one of its products, and its picture, if that came along."""

    shop: str
    shop_item_id: str
    record: dict[str, Any]
    picture: bytes | None = None
    as_of: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from other products."""
        return self.shop, self.shop_item_id


@dataclass(frozen=True)
class Queue:
    """How much waits, for how many seconds the oldest has, and whether a worker is there."""

    length: int
    oldest: float
    has_worker: bool


# What is said ------------------------------------------------------------------------------------


def usual_shop() -> str:
    """The shop of a product that nobody knows yet: the only one there is, else that of the API."""
    names = Product.objects.order_by("shop").values_list("shop", flat=True)
    first = names.first()  # and then whether there is a second: each by the index, not by all rows
    return API if first is None or names.filter(shop__gt=first).exists() else first


def said_of(item_id: str, record: Mapping[str, Any], picture: bytes | None = None) -> Said:
    """What is said of a product by its public id, which may be new. Raises NotTaken."""
    item_id = item_id.strip()
    if item_id in ("", ".", "..") or not item_id.isprintable():
        raise NotTaken(f"{item_id!r} is no item_id.")
    known = Product.objects.filter(item_id=item_id).values_list("shop", "shop_item_id").first()
    shop, own = known or (_named_shop(record) or usual_shop(), item_id)
    given = {name: value for name, value in record.items() if name != "shop"}
    return Said(shop, own, given, picture)


def _named_shop(record: Mapping[str, Any]) -> str:
    return shown_text(str(record.get("shop") or "")).strip()


def refuse_private(addresses: Iterable[str], resolver: Resolver | None = None) -> None:
    """Raises NotTaken where one of the addresses leads to a private one.

    A name that cannot be resolved now may be later: that is for the worker to see.
    """
    hosts = {urlsplit(address).hostname or "" for address in addresses}
    for host in sorted(hosts):
        try:
            found = (resolver or resolve)(host, 443)
        except (OSError, UnicodeError):
            continue
        for address in found:
            try:
                require_public(host, address, settings.SCRAPE_ALLOW_LOOPBACK)
            except ForbiddenAddress as error:
                raise NotTaken(f"The picture cannot be fetched: {error}.") from None


def take(said: Sequence[Said]) -> list[Change]:
    """Queues what is said, all or nothing; what waits already in the same words waits on.

    What is older than what is known of a product is passed over.
    """
    with transaction.atomic():
        known = _known_changes(said)
        fresh = [_change(one) for one in said if not _stays(one, known.get(one.key))]
        Change.objects.bulk_create(
            fresh, update_conflicts=True, unique_fields=["shop", "shop_item_id"],
            update_fields=SAID,
        )  # fmt: skip
    return list(_known_changes(said).values())


def take_one(said: Said) -> tuple[Change, Change | None]:
    """Queues what is said; the change, and what had been said of the product before, if anything
    had."""
    mine = Change.objects.filter(shop=said.shop, shop_item_id=said.shop_item_id)
    with transaction.atomic():
        before = mine.select_for_update().first()
        (change,) = take([said])
    return change, before


def _known_changes(said: Sequence[Said]) -> dict[tuple[str, str], Change]:
    wanted = {one.key for one in said}
    found = Change.objects.filter(
        shop__in={shop for shop, _ in wanted}, shop_item_id__in={own for _, own in wanted}
    )
    return {
        key: change for change in found if (key := (change.shop, change.shop_item_id)) in wanted
    }


def _stays(said: Said, known: Change | None) -> bool:
    """Whether what is known of a product counts: it waits in the same words, or is newer."""
    if known is None:
        return False
    same_picture = bytes(known.picture or b"") == (said.picture or b"")
    waits = known.state == State.WAITING and known.record == _storable(said.record)
    is_newer = said.as_of and known.as_of and said.as_of < known.as_of
    return bool((waits and same_picture) or is_newer)


def _change(said: Said) -> Change:
    now = timezone.now()
    return Change(
        shop=said.shop, shop_item_id=said.shop_item_id, record=_storable(said.record),
        picture=said.picture, mark=secrets.token_hex(8), as_of=said.as_of, said_at=now, due_at=now,
    )  # fmt: skip


def _storable(value: Any) -> Any:
    match value:
        case str():
            return composed(shown_text(value))
        case dict():
            return {name: _storable(part) for name, part in value.items()}
        case list() | tuple():
            return [_storable(part) for part in value]
        case Decimal():
            return str(value)
    return value


def first_time(key: str) -> None:
    """Notes a webhook; raises SaidBefore where it has been noted already."""
    try:
        with transaction.atomic():
            Delivery.objects.create(key=key[:200], came_at=timezone.now())
    except IntegrityError:
        raise SaidBefore("This webhook has been taken already; nothing has changed.") from None


def amend(product: Product, changed: Mapping[str, Any]) -> None:
    """Changes a product at once, and what is said of it and waits."""
    mine = Change.objects.filter(shop=product.shop, shop_item_id=product.shop_item_id)
    with transaction.atomic():
        Product.objects.filter(pk=product.pk).update(**changed)
        for change in mine.filter(due_at__isnull=False).select_for_update():
            change.record |= _storable(dict(changed))
            change.mark = secrets.token_hex(8)
            change.save(update_fields=["record", "mark"])


def withdraw(shop: str, shop_item_id: str, as_of: datetime | None = None) -> None:
    """Marks a product as gone at once, and drops what is said of it and waits, unless something
    newer is known than what was so `as_of` then. What comes later and is older is passed over."""
    own, now = {"shop": shop, "shop_item_id": shop_item_id}, timezone.now()
    with transaction.atomic():
        mine, _ = Change.objects.select_for_update().get_or_create(**own, defaults={"said_at": now})
        if as_of and mine.as_of and as_of < mine.as_of:
            return
        Product.objects.filter(**own, gone_since=None).update(gone_since=now)
        _withdraw(Change.objects.filter(pk=mine.pk), as_of)


def withdraw_waiting(item_id: str) -> bool:
    """Drops what is said of a product that is not there yet; False where nothing is."""
    waiting = Change.objects.filter(shop_item_id=item_id, due_at__isnull=False)
    return _withdraw(waiting) > 0


def _withdraw(said: "QuerySet[Change]", as_of: datetime | None = None) -> int:
    now = timezone.now()
    return said.update(
        state=State.WITHDRAWN, mark=secrets.token_hex(8), record={}, picture=None, due_at=None,
        said_at=now, as_of=as_of or now, reason="",
    )  # fmt: skip


# What the worker does ----------------------------------------------------------------------------


def due(most: int) -> list[Change]:
    """What the worker is to take in now, the oldest first."""
    return list(Change.objects.filter(due_at__lte=timezone.now())[:most])


def record_of(change: Change, picture: Path | None = None) -> ProductRecord:
    """The record that a change says, with its picture at a path where it came along."""
    known = {field.name for field in fields(ProductRecord)}
    told = {name: value for name, value in change.record.items() if name in known}
    told["image_urls"] = addresses = tuple(told.get("image_urls", ()))
    if told.get("price") is not None:
        told["price"] = Decimal(told["price"])
    own = {"item_id": change.shop_item_id, "image_path": picture}
    if picture is None and addresses:
        own["image_url"] = addresses[0]
    return ProductRecord(**told | own)


def end(change: Change, reason: str = "", *, failed: bool = False) -> None:
    """Notes what came of a change, unless something else has been said meanwhile."""
    tries = change.tries + 1 if failed else 0
    again = failed and tries < TRIES
    pause = timedelta(seconds=FIRST_PAUSE * 4 ** (tries - 1)) if again else None
    mine = Change.objects.filter(pk=change.pk, mark=change.mark)
    if failed:
        left = {} if again else {"picture": None}
        due_at = timezone.now() + pause if pause else None
        mine.update(state=State.FAILED, reason=reason, tries=tries, due_at=due_at, **left)
    elif not mine.update(
        state=State.DONE, reason=reason, tries=0, due_at=None, record={}, picture=None
    ):
        _gone_meanwhile(change)


def _gone_meanwhile(change: Change) -> None:
    """A product that was withdrawn while it was taken in is gone all the same."""
    if Change.objects.filter(pk=change.pk, state=State.WITHDRAWN).exists():
        products = Product.objects.filter(shop=change.shop, shop_item_id=change.shop_item_id)
        products.update(gone_since=timezone.now())


def beat() -> None:
    """Tells that the worker is there; drops what nobody will ask for any more."""
    now = timezone.now()
    Worker.objects.update_or_create(id=1, defaults={"seen_at": now})
    Change.objects.filter(due_at=None, said_at__lt=now - KEPT).delete()
    Delivery.objects.filter(came_at__lt=now - KEPT).delete()


def done_lately() -> Iterator[Product]:
    """The products that came in by themselves in the last days, and are shown."""
    pairs = Change.objects.filter(state=State.DONE).values_list("shop", "shop_item_id")
    wanted = set(pairs)
    for product in _among(Product.shown.all(), wanted):
        if (product.shop, product.shop_item_id) in wanted:
            yield product


# What those who ask are told ---------------------------------------------------------------------


def queue() -> Queue:
    """How the queue stands."""
    now = timezone.now()
    waiting = Change.objects.filter(Q(state=State.WAITING) | Q(due_at__isnull=False)).order_by()
    found = waiting.aggregate(first=Min("said_at"), number=Count("id"))
    age = (now - found["first"]).total_seconds() if found["first"] else 0.0
    return Queue(found["number"], max(0.0, age), has_worker())


def has_worker() -> bool:
    """Whether a worker has been seen in the last seconds."""
    return Worker.objects.filter(seen_at__gte=timezone.now() - GONE_AFTER).exists()


def wait_for(changes: Sequence[Change], seconds: float) -> list[Change]:
    """The changes as they are when none waits any more; at the latest after so many seconds.

    Without a worker nobody waits.
    """
    ends = time.monotonic() + seconds
    keys = [change.pk for change in changes]
    waiting = Change.objects.filter(pk__in=keys, state=State.WAITING)
    if has_worker():
        while time.monotonic() < ends and waiting.exists():
            time.sleep(_POLL)
    return list(Change.objects.filter(pk__in=keys))


def put_back(change: Change, before: Change | None) -> None:
    """Forgets a change of which who asked has been told that it failed: what had been said before
    counts again, and waits again if it did."""
    failed = Change.objects.filter(pk=change.pk, mark=change.mark, state=State.FAILED)
    if before is None:
        failed.delete()
    elif before.mark != change.mark:
        failed.update(**{name: getattr(before, name) for name in SAID})


def item_ids(changes: Iterable[Change]) -> dict[int, str]:
    """The public id of each change's product: its own, where it is not there yet."""
    changes = list(changes)
    known = _among(Product.objects.all(), {(one.shop, one.shop_item_id) for one in changes})
    names = {
        (p.shop, p.shop_item_id): p.item_id for p in known.only("shop", "shop_item_id", "item_id")
    }
    return {one.pk: names.get((one.shop, one.shop_item_id), one.shop_item_id) for one in changes}


def _among(products: "QuerySet[Product]", keys: Collection[tuple[str, str]]) -> "QuerySet[Product]":
    """The products of these shops and own ids, and perhaps others of both; by their index."""
    shops, own = {shop for shop, _ in keys}, {own for _, own in keys}
    return products.filter(shop__in=shops, shop_item_id__in=own)


def digest_of(body: bytes) -> str:
    """What tells one body of a webhook from another."""
    return hashlib.sha256(body).hexdigest()

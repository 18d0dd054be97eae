"""Records of any source -> Product rows and pictures.

Only what is new or changed is fetched and written. A product is saved after its pictures, one
by one, so that a run may be killed at any moment and started again.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from django.db import DatabaseError, transaction
from django.utils import timezone

from catalog import pictures
from catalog.models import Product
from catalog.pictures import Kind
from catalog.records import ProductRecord, Record, SourceError, Unreadable
from catalog.thumbnails import make_pictures
from catalog.visiting.fetching import Fetcher, FetchError
from runs.files import sha256_of
from runs.outcomes import Outcome, Status

# What the shop says of a product, and we keep.
FIELDS = ("title", "price", "currency", "category", "product_url", "image_url", "in_stock")
# A run that sees a smaller share than this of what was known has met something wrong.
PLAUSIBLE = 0.5
MOST_FILE_BYTES = 200_000_000
# Control characters and halves of a pair: databases refuse them.
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Rejected(Exception):
    """A record cannot become a product; the message says why."""


def ingest(
    records: Iterable[Record],
    *,
    shop: str,
    source: str,
    fetcher: Fetcher | None = None,
    limit: int | None = None,
) -> Iterator[Outcome]:
    """Brings the catalogue up to what the records say; one bad record never stops the run.

    When the source itself fails midway, what came before is kept and the last outcome says so.
    """
    run = _Run(shop, source, fetcher, timezone.now())
    seen: set[str] = set()
    try:
        for record in islice(records, limit):
            outcome = _outcome(run, record, seen)
            seen.add(outcome.key)
            yield outcome
    except SourceError as error:
        yield Outcome(source, Status.FAILED, str(error))
        return
    if limit is None:
        yield from _mark_gone(run, seen)


@dataclass(frozen=True)
class _Run:
    shop: str
    source: str
    fetcher: Fetcher | None
    now: datetime


def _outcome(run: _Run, record: Record, seen: set[str]) -> Outcome:
    key = record.key
    if isinstance(record, Unreadable):
        return Outcome(key, Status.FAILED, record.reason)
    try:
        if key in seen:
            return Outcome(key, Status.SKIPPED, "listed twice; the first counts")
        status, detail = _store(run, replace(record, item_id=_valid_id(record.item_id)))
    except (Rejected, FetchError, OSError, ValueError, DatabaseError) as error:
        return Outcome(key, Status.FAILED, str(error))
    return Outcome(key, status, detail)


def _valid_id(item_id: str) -> str:
    """The id as the shop writes it, if it can be one. Raises Rejected."""
    stripped = item_id.strip()
    if not stripped or stripped in (".", ".."):
        raise Rejected(f"{item_id!r} is no item_id")
    if len(stripped) > 300:
        raise Rejected(f"an item_id of {len(stripped)} characters is too long")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in stripped):
        raise Rejected(f"{item_id!r} has characters that cannot be shown")
    return stripped


def _store(run: _Run, record: ProductRecord) -> tuple[Status, str]:
    product = Product.objects.filter(item_id=record.item_id).first()
    if product and product.shop != run.shop:
        raise Rejected(f"this item_id belongs to a product of {product.shop}")
    known = product is not None
    product = product or Product(item_id=record.item_id, first_seen=run.now)
    changes = ["picture"] if _take_picture(run, product, record) else []
    changes += _take_fields(product, record)
    if product.gone_since:
        changes.append("back in the shop")
    product.shop, product.source = run.shop, run.source[:2000]
    product.last_seen, product.gone_since = run.now, None
    product.save()
    if not known:
        return Status.NEW, ""
    return (Status.CHANGED, ", ".join(changes)) if changes else (Status.SAME, "")


def _take_fields(product: Product, record: ProductRecord) -> list[str]:
    """Copies what the record says; returns the names of what is different now."""
    changed = []
    for name in FIELDS:
        value = getattr(record, name)
        longest = getattr(Product._meta.get_field(name), "max_length", None)
        if longest and isinstance(value, str):
            value = _UNSHOWN.sub(" ", value)[:longest]
        if getattr(product, name) != value:
            setattr(product, name, value)
            # The address of a picture may change without the picture.
            changed += [] if name == "image_url" else [name]
    return changed


def _take_picture(run: _Run, product: Product, record: ProductRecord) -> bool:
    """Brings its pictures up to date; True if they have changed. Raises FetchError, BadPicture."""
    here = bool(product.content_hash) and all(
        pictures.exists(kind, product.item_id) for kind in Kind
    )
    data = _picture_bytes(run, product, record, here)
    if data is None:
        return False
    image_hash = sha256_of(data)
    if here and image_hash == product.image_hash:
        return False
    made = make_pictures(data)
    pictures.write(Kind.THUMBNAIL, product.item_id, made.thumbnail)
    pictures.write(Kind.PICTURE, product.item_id, made.picture)
    content_hash = sha256_of(made.picture)
    changed = content_hash != product.content_hash
    product.image_hash, product.content_hash = image_hash, content_hash
    product.picture_width, product.picture_height = made.width, made.height
    return changed


def _picture_bytes(run: _Run, product: Product, record: ProductRecord, here: bool) -> bytes | None:
    """The picture's bytes; None when the shop says that it has not changed."""
    if record.image_path:
        if record.image_path.stat().st_size > MOST_FILE_BYTES:
            raise Rejected(f"its file is larger than {MOST_FILE_BYTES // 1_000_000} MB")
        return record.image_path.read_bytes()
    if not record.image_url or run.fetcher is None:
        raise Rejected("it has no picture")
    same_place = here and product.image_url == record.image_url
    response = run.fetcher.get(
        record.image_url,
        etag=product.image_etag if same_place else "",
        last_modified=product.image_last_modified if same_place else "",
    )
    if response.status == 304:
        return None
    # Nothing of an older picture's is kept, or it would be asked for in vain.
    etag, modified = response.etag, response.last_modified
    product.image_etag = etag if len(etag) <= 300 else ""
    product.image_last_modified = modified if len(modified) <= 100 else ""
    return response.body


def _mark_gone(run: _Run, seen: set[str]) -> Iterator[Outcome]:
    """Marks what this shop and source had, and have no more. A failed product is not gone.

    `seen` holds item_ids; of a product whose page failed before it told its id, the address.
    """
    known = Product.objects.filter(shop=run.shop, source=run.source[:2000], gone_since=None)
    addresses = dict(known.values_list("item_id", "product_url"))
    gone = sorted(i for i, url in addresses.items() if i not in seen and url not in seen)
    met = len(addresses) - len(gone)
    if met < PLAUSIBLE * len(addresses):
        detail = f"only {met} of {len(addresses)} known products seen: none marked as gone"
        yield Outcome(run.source, Status.SKIPPED, detail)
        return
    with transaction.atomic():
        for item_id in gone:
            Product.objects.filter(item_id=item_id).update(gone_since=run.now)
    yield from (Outcome(item_id, Status.GONE) for item_id in gone)

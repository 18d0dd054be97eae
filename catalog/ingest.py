"""Records of any source -> Product rows and pictures.

Only what is new or changed is fetched and written. A product is known by its shop and the shop's
own id of it; the public item_id is the same, unless another shop had it first: then `<id>@<shop>`.
A product is saved after its pictures, some at a time, so that a run may be killed at any moment
and started again.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from catalog import pictures
from catalog.batches import Batch
from catalog.colours import colour_names
from catalog.models import Product, composed
from catalog.pictures import Kind
from catalog.records import ProductRecord, Record, SourceError, Unreadable
from catalog.thumbnails import BadPicture, Pictures, make_pictures, refuse_one_colour
from catalog.visiting.fetching import Fetcher, FetchError
from runs.files import sha256_of, told
from runs.outcomes import Outcome, Status

# What the shop says of a product, and we keep.
FIELDS = (
    "title", "price", "currency", "category", "product_url", "image_url", "image_urls", "in_stock",
    "group",
)  # fmt: skip
# What stays when a source is silent about it: a folder's name is said by the folder above it only.
KEPT_FROM_BEFORE = ("category", "group")
# A run that sees a smaller share than this of what was known has met something wrong.
PLAUSIBLE = 0.5
# So many of its pictures are tried; one that so many products have is hardly one's own.
MAX_TRIED = 4
MANY_PRODUCTS = 3
MAX_FILE_BYTES = 200_000_000
MAX_ID_CHARACTERS = 300
MAX_SOURCE_CHARACTERS = 2000
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
    most: int | None = None,
    since: datetime | None = None,
    force: bool = False,
) -> Iterator[Outcome]:
    """Brings the catalogue up to what the records say; one bad record never stops the run.

    `limit` ends it after so many products; so does `most`, which is told. Pictures that were taken
    `since` a run that was cut short are not asked for again. When the source itself fails midway,
    what came before is kept and the last outcome says so. `force` marks as gone what is not seen
    any more, even if that is most of the catalogue.
    """
    run = _Run(shop, source[:MAX_SOURCE_CHARACTERS], fetcher, timezone.now(), force, since)
    records = iter(records)
    pictures.clear_unfinished()
    try:
        yield from _kept(run, islice(records, min(filter(None, (limit, most)), default=None)))
        if limit is None and most and next(records, None) is not None:
            detail = f"stopped after {most} products, as SCRAPE_MAX_PRODUCTS asks"
            yield Outcome(source, Status.SKIPPED, detail)
            return
    except SourceError as error:
        kept = "; it was not read to its end, so none is marked as gone" if run.seen else ""
        yield Outcome(source, Status.FAILED, f"{error}{kept}", of_source=True)
        return
    if limit is None and run.hidden:
        detail = f"not all of it could be read ({run.hidden[0]}), so none is marked as gone"
        yield Outcome(source, Status.SKIPPED, detail)
    elif limit is None:
        yield from _mark_gone(run)


@dataclass(frozen=True)
class _Run:
    shop: str
    source: str
    fetcher: Fetcher | None
    now: datetime
    force: bool
    since: datetime | None = None
    batch: Batch = field(default_factory=Batch)
    # The shop's id, or the address of what has none -> where it was found.
    seen: dict[str, str] = field(default_factory=dict)
    # How many products so far have named a picture as theirs.
    shown: Counter[str] = field(default_factory=Counter)
    # What is there, and could not be read; and where the first product stands that nobody knows.
    unread: set[str] = field(default_factory=set)
    hidden: list[str] = field(default_factory=list)


def _kept(run: _Run, records: Iterable[Record]) -> Iterator[Outcome]:
    """The outcomes of the records, as they are kept; the last ones even where the run is cut."""
    try:
        for record in records:
            _take(run, record)
            if run.batch.is_due:
                yield from run.batch.keep()
    except SourceError:
        yield from run.batch.keep()
        raise
    finally:
        left = run.batch.keep()
    yield from left


def _take(run: _Run, record: Record) -> None:
    record = _composed(record)
    key = _UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", record.key)
    if isinstance(record, Unreadable):
        run.unread.add(record.key)
        if record.hides and not run.hidden:
            run.hidden.append(record.key)
        status = Status.NOTED if record.left_out else Status.FAILED
        return run.batch.add(Outcome(key, status, record.reason))
    where = str(record.image_path or record.product_url)
    if record.key in run.seen:
        first = run.seen[record.key]
        both = f": {first} counts, {where} does not" if first != where else "; the first counts"
        return run.batch.add(Outcome(key, Status.SKIPPED, f"listed twice{both}"))
    run.seen[record.key] = where
    try:
        _store(run, replace(record, item_id=_valid_id(record.item_id)))
    except (Rejected, FetchError, OSError, ValueError, ArithmeticError, DatabaseError) as error:
        place = f" ({record.place})" if record.place else ""
        run.batch.add(Outcome(key, Status.FAILED, f"{told(error)}{place}"))


def _composed(record: Record) -> Record:
    """The record with what names it, and what is shown of it, in one spelling."""
    if isinstance(record, Unreadable):
        return replace(record, key=composed(record.key))
    return replace(
        record,
        item_id=composed(record.item_id),
        title=composed(record.title),
        category=composed(record.category),
        group=composed(record.group),
    )


def _valid_id(item_id: str) -> str:
    """The id as the shop writes it, if it can be one. Raises Rejected."""
    stripped = item_id.strip()
    if not stripped or stripped in (".", ".."):
        raise Rejected(f"{item_id!r} is no item_id")
    if len(stripped) > MAX_ID_CHARACTERS:
        characters = f"{len(stripped)} characters"
        raise Rejected(f"an item_id of {characters} is too long; the limit is {MAX_ID_CHARACTERS}")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in stripped):
        raise Rejected(f"{item_id!r} has characters that cannot be shown")
    return stripped


def _store(run: _Run, record: ProductRecord) -> None:
    product = _known(run, record.item_id)
    known = product is not None
    product = product or _new_product(run, record.item_id)
    before = product.content_hash
    record, made = _pictured(run, product, record)
    changes = ["picture"] if product.content_hash != before else []
    changes += _take_fields(product, record)
    product.colour_names = _colour_names(product, made)
    if product.gone_since:
        changes.append("back in the shop")
    if not _lies_in(run.source, product.source):  # a part does not take over from the whole
        product.source = run.source
    product.last_seen, product.gone_since = run.now, None
    status = Status.NEW if not known else Status.CHANGED if changes else Status.SAME
    unread = f"taken, but not readable: {', '.join(record.unread)}" if record.unread else ""
    outcome = Outcome(product.item_id, status, ", ".join(changes) if known else "", unread)
    run.batch.add(outcome, product, made)


def _known(run: _Run, shop_item_id: str) -> Product | None:
    """The shop's product of that id. An older catalogue may have spelt it as a Mac does; then it
    is spelt anew."""
    of_shop = Product.objects.filter(shop=run.shop)
    if product := of_shop.filter(shop_item_id=shop_item_id).first():
        return product
    apart = unicodedata.normalize("NFD", shop_item_id)
    product = of_shop.filter(shop_item_id=apart).first() if apart != shop_item_id else None
    if product and not Product.objects.filter(item_id=composed(product.item_id)).exists():
        pictures.remove(product.item_id)
        product.item_id, product.shop_item_id = composed(product.item_id), shop_item_id
    return product


def _new_product(run: _Run, shop_item_id: str) -> Product:
    item_id = shop_item_id
    while Product.objects.filter(item_id=item_id).exists():
        item_id += f"@{run.shop}"
    return Product(item_id=item_id, shop=run.shop, shop_item_id=shop_item_id, first_seen=run.now)


def _lies_in(source: str, other: str) -> bool:
    """Whether `source` is a folder below the folder `other`, or the same."""
    return source == other or (other.startswith("/") and source.startswith(other + "/"))


def _take_fields(product: Product, record: ProductRecord) -> list[str]:
    """Copies what the record says; returns the names of what is different now."""
    changed = []
    for name in FIELDS:
        value = getattr(record, name)
        if name in KEPT_FROM_BEFORE and not value:
            continue
        if name == "image_urls":
            addresses = dict.fromkeys(filter(None, (record.image_url, *value)))
            value = [_UNSHOWN.sub(" ", address) for address in addresses]
        longest = getattr(Product._meta.get_field(name), "max_length", None)
        if longest and isinstance(value, str):
            value = _UNSHOWN.sub(" ", value)[:longest]
        if getattr(product, name) != value:
            setattr(product, name, value)
            # The address of a picture may change without the picture.
            changed += [] if name.startswith("image_url") else [name]
    return changed


def _pictured(
    run: _Run, product: Product, record: ProductRecord
) -> tuple[ProductRecord, Pictures | None]:
    """The record with the first of its pictures that is one; and that picture, if it is new.

    Raises Rejected, FetchError, BadPicture.
    """
    failure: BadPicture | None = None
    for address in _in_turn(run, record):
        with_it = replace(record, image_url=address)
        try:
            return with_it, _new_pictures(run, product, with_it)
        except BadPicture as error:  # as what only holds a picture's place
            failure = failure or error
    raise failure or Rejected("it has no picture")


def _in_turn(run: _Run, record: ProductRecord) -> list[str]:
    """The addresses to try; what many products of the run have comes after what is its own."""
    addresses = list(dict.fromkeys(filter(None, (record.image_url, *record.image_urls))))
    addresses = addresses[:MAX_TRIED] or [""]
    own = [address for address in addresses if not run.shown[address]]
    shared = run.shown[addresses[0]] >= MANY_PRODUCTS
    run.shown.update(addresses)
    return list(dict.fromkeys([*own, *addresses])) if shared else addresses


def _new_pictures(run: _Run, product: Product, record: ProductRecord) -> Pictures | None:
    """Its pictures, if they are to be written anew; the product is told of them.

    Raises Rejected, FetchError, BadPicture.
    """
    here = bool(product.content_hash) and all(
        pictures.exists(kind, product.item_id) for kind in Kind
    )
    data = _picture_bytes(run, product, record, here)
    if data is None:
        return None
    image_hash = sha256_of(data)
    if here and image_hash == product.image_hash:
        return None
    made = make_pictures(data)
    if record.shares_picture:
        refuse_one_colour(made)
    product.image_hash, product.content_hash = image_hash, sha256_of(made.picture)
    product.picture_width, product.picture_height = made.width, made.height
    return made


def _colour_names(product: Product, made: Pictures | None) -> str:
    """As it is where nothing has changed; an older catalogue has none yet."""
    if made is None and product.colour_names:
        return product.colour_names
    try:
        data = made.picture if made else pictures.read_picture(product.item_id)
        return f" {' '.join(colour_names(data))} "
    except (OSError, ValueError):
        return ""


def _picture_bytes(run: _Run, product: Product, record: ProductRecord, here: bool) -> bytes | None:
    """The picture's bytes; None when the shop says that it has not changed."""
    if record.image_path:
        if record.image_path.stat().st_size > MAX_FILE_BYTES:
            raise Rejected(f"its file is larger than {MAX_FILE_BYTES // 1_000_000} MB")
        return record.image_path.read_bytes()
    if not record.image_url or run.fetcher is None:
        raise Rejected("it has no picture")
    same_place = here and product.image_url == record.image_url
    if same_place and run.since and product.last_seen >= run.since:
        return None
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


def _mark_gone(run: _Run) -> Iterator[Outcome]:
    """Marks what this shop and source had, and have no more. A failed product is not gone.

    Of a product whose page failed before it told its id, the address was seen.
    """
    source = Q(source=run.source)
    if run.source.startswith("/"):  # what came by a folder below this one is known, too
        source |= Q(source__startswith=run.source + "/")
    known = Product.objects.filter(source, shop=run.shop, gone_since=None)
    names = known.values_list("pk", "item_id", "shop_item_id", "product_url")
    count, gone, there = 0, {}, run.seen.keys() | run.unread
    for pk, item_id, shop_item_id, url in names.iterator():
        count += 1
        if not {shop_item_id, composed(shop_item_id), url} & there:
            gone[pk] = item_id
    met = count - len(gone)
    if met < PLAUSIBLE * count and not run.force:
        detail = f"only {met} of {count} known products seen: none marked as gone"
        yield Outcome(run.source, Status.SKIPPED, f"{detail} (--mark-gone marks them)")
        return
    with transaction.atomic():
        for pk in gone:
            Product.objects.filter(pk=pk).update(gone_since=run.now)
    yield from (Outcome(item_id, Status.GONE) for item_id in gone.values())

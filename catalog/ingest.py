"""Records of any source -> Product rows and pictures.

Only what is new or changed is fetched and written. A product is known by its shop and the shop's
own id of it; the public item_id is the same, unless another shop had it first: then `<id>@<shop>`.
A product is saved after its pictures, some at a time, so that a run may be killed at any moment
and started again.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from catalog import filings, pictures
from catalog.batches import Batch
from catalog.colour_names import names_to_keep
from catalog.first_picture import first_picture
from catalog.models import Product, composed
from catalog.more_pictures import MANY_PRODUCTS, beyond_the_first, further_pictures
from catalog.records import (
    UNSHOWN,
    ProductRecord,
    Record,
    Rejected,
    SourceError,
    Unreadable,
    shown_text,
)
from catalog.visiting.fetching import Fetcher, FetchError
from runs.files import error_text
from runs.outcomes import Outcome, Status

# What the shop says of a product, and we keep.
FIELDS = (
    "title", "price", "currency", "category", "product_url", "image_url", "image_urls", "in_stock",
    "group", "number", "brand",
)  # fmt: skip
# What stays when a source is silent about it: a folder's name is said by the folder above it only.
KEPT_FROM_BEFORE = ("category", "group", "number")
SILENT = ("image_url", "image_urls", "number")  # the picture may move, and be the same
# A run that sees a smaller share than this of what was known has met something wrong.
PLAUSIBLE = 0.5
# So many of its pictures are tried.
MAX_TRIED = 4
MAX_ID_CHARACTERS = 300
MAX_SOURCE_CHARACTERS = 2000


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
    ask_again: bool = False,
) -> Iterator[Outcome]:
    """Brings the catalogue up to what the records say; one bad record never stops the run.

    `limit` ends it after so many products; so does `most`, which is told. Pictures that were taken
    `since` a run that was cut short are not asked for again. When the source itself fails midway,
    what came before is kept and the last outcome says so. `force` marks as gone what is not seen
    any more, even if that is most of the catalogue. `ask_again` asks for further pictures, too,
    that the shop refused lately.
    """
    source = source[:MAX_SOURCE_CHARACTERS]
    run = _Run(shop, source, fetcher, timezone.now(), force, since, ask_again)
    records = iter(records)
    if limit != 1:  # it looks through all pictures
        pictures.clear_unfinished()
    try:
        yield from _outcomes(run, islice(records, min(filter(None, (limit, most)), default=None)))
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
    ask_again: bool = False
    batch: Batch = field(default_factory=Batch)
    # The shop's id, or the address of what has none -> where it was found.
    seen: dict[str, str] = field(default_factory=dict)
    # How many products so far have named a picture as theirs.
    shown: Counter[str] = field(default_factory=Counter)
    # What is there, and could not be read; and where the first product stands that nobody knows.
    unread: set[str] = field(default_factory=set)
    hidden: list[str] = field(default_factory=list)


def _outcomes(run: _Run, records: Iterable[Record]) -> Iterator[Outcome]:
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
    key = UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", record.key)
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
        run.batch.add(Outcome(key, Status.FAILED, f"{error_text(error)}{place}"))


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
    product = _find_product(run, record.item_id)
    known = product is not None
    product = product or _new_product(run, record.item_id)
    before, numbers, fresh = product.content_hash, record.picture_numbers, _is_fresh(run, product)
    first = first_picture(product, record, _in_turn(run, record), run.fetcher, fresh=fresh)
    record = first.record
    changes = ["picture"] if product.content_hash != before else []
    behind = beyond_the_first(record, numbers, run.shown)
    again = run.ask_again
    more = further_pictures(product, behind, run.fetcher, fresh=fresh, ask_again=again)
    changes += ["further pictures"] if more.change(product) else []
    product.more_pictures, product.refused_pictures = more.rows, more.remembered
    changes += _take_fields(product, record)
    product.colour_names = names_to_keep(product, first.made)
    if product.gone_since:
        changes.append("back in the shop")
    if not _lies_in(run.source, product.source):  # a part does not take over from the whole
        product.source = run.source
    product.last_seen, product.gone_since = run.now, None
    status = Status.NEW if not known else Status.CHANGED if changes else Status.SAME
    unread = ", ".join((*record.unread, *first.refused, *more.refused))
    note = f"taken, except for what could not be read: {unread}" if unread else ""
    outcome = Outcome(product.item_id, status, ", ".join(changes) if known else "", note)
    run.batch.add(outcome, product, first.made, more)


def _find_product(run: _Run, shop_item_id: str) -> Product | None:
    """The shop's product of that id. An older catalogue may have spelt it as a Mac does; then it
    is spelt anew."""
    of_shop = filings.with_what_the_shop_said(Product.objects.filter(shop=run.shop))
    if product := of_shop.filter(shop_item_id=shop_item_id).first():
        return filings.as_the_shop_said(product)
    apart = unicodedata.normalize("NFD", shop_item_id)
    product = of_shop.filter(shop_item_id=apart).first() if apart != shop_item_id else None
    if product and not Product.objects.filter(item_id=composed(product.item_id)).exists():
        pictures.remove(product.item_id, product.content_hash, product.further_hashes)
        product.item_id, product.shop_item_id = composed(product.item_id), shop_item_id
    return product and filings.as_the_shop_said(product)


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
            value = [shown_text(address) for address in record.addresses]
        longest = getattr(Product._meta.get_field(name), "max_length", None)
        if longest and isinstance(value, str):
            value = shown_text(value)[:longest]
        if getattr(product, name) != value:
            setattr(product, name, value)
            changed += [] if name in SILENT else [name]
    return changed


def _is_fresh(run: _Run, product: Product) -> bool:
    """Whether its pictures were taken by a run that was cut short, and that this one goes on."""
    return bool(run.since and product.last_seen and product.last_seen >= run.since)


def _in_turn(run: _Run, record: ProductRecord) -> list[str]:
    """The addresses to try; what many products of the run have comes after what is its own."""
    addresses = record.addresses[:MAX_TRIED] or [""]
    own = [address for address in addresses if not run.shown[address]]
    shared = run.shown[addresses[0]] >= MANY_PRODUCTS
    run.shown.update(addresses)
    return list(dict.fromkeys([*own, *addresses])) if shared else addresses


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

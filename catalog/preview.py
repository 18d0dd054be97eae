"""What a scrape would do, without doing it: pages are read, pictures and rows left alone."""

from collections.abc import Iterable, Iterator
from itertools import islice

from catalog.models import Product
from catalog.records import ProductRecord, Record, SourceError, Unreadable
from runs.outcomes import Outcome, Status, storable


def preview(
    records: Iterable[Record], *, shop: str, source: str, limit: int | None = None
) -> Iterator[Outcome]:
    """One outcome a record, as `ingest` yields them; the detail says what would be fetched."""
    try:
        for record in islice(records, limit):
            yield _outcome(record, shop)
    except SourceError as error:
        yield Outcome(source, Status.FAILED, str(error), of_source=True)


def _outcome(record: Record, shop: str) -> Outcome:
    if isinstance(record, Unreadable):
        status = Status.NOTED if record.left_out else Status.FAILED
        return Outcome(record.key, status, record.reason)
    if not record.image_url and record.image_path is None:
        return Outcome(record.key, Status.FAILED, "it has no picture")
    known = Product.objects.filter(
        shop=shop, shop_item_id=storable(record.item_id.strip())
    ).exists()
    return Outcome(record.key, Status.SAME if known else Status.NEW, _sentence(record))


def _sentence(record: ProductRecord) -> str:
    """As in "Blue tee, 19.90 EUR, would fetch https://shop.example/i/7.jpg"."""
    price = f"{record.price} {record.currency}".strip() if record.price is not None else ""
    picture = f"would fetch {record.image_url}" if record.image_url else "its picture is there"
    return ", ".join(filter(None, [record.title, price, picture]))

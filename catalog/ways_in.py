"""From an address or a path to the source that reads it, and on into the catalogue."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from catalog.ingest import ingest
from catalog.records import ProductRecord, Record
from catalog.sources.category import walk_category
from catalog.sources.folder import read_csv, read_folder
from catalog.visiting.fetching import Fetcher
from runs.outcomes import Outcome


def scrape(
    url: str, fetcher: Fetcher, *, shop: str = "", category: str = "", limit: int | None = None
) -> Iterator[Outcome]:
    """Walks a category page and those after it; one outcome a product.

    `shop` names the shop (its host by default), `category` goes to every product. Products of
    this address that are not there any more are marked gone, unless `limit` cut the walk short.
    """
    records = (_of_category(record, category) for record in walk_category(url, fetcher))
    shop = shop or urlsplit(url).netloc
    return ingest(records, shop=shop, source=url, fetcher=fetcher, limit=limit)


def import_folder(
    folder: Path,
    *,
    table: Path | None = None,
    shop: str = "local",
    category: str = "",
    force: bool = False,
) -> Iterator[Outcome]:
    """Takes pictures from a folder, or those that a CSV file lists; one outcome a product.

    `category` goes to every product; without it, a product that is known keeps the one it has
    unless a sub-folder or the CSV file names one.
    """
    own = (Path(settings.MEDIA_ROOT), Path(settings.VAR_DIR))
    found = read_csv(table, folder) if table else read_folder(folder, leave_out=own)
    records = (_of_category(record, category) for record in found)
    return ingest(records, shop=shop, source=str(folder.resolve()), force=force)


def _of_category(record: Record, category: str) -> Record:
    return (
        replace(record, category=category)
        if category and isinstance(record, ProductRecord)
        else record
    )
